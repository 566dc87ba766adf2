package executortest

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"

	"poolbench/executors"
)

// threadPoolCases is group T: workers.
var threadPoolCases = []Case{
	{ID: "T02", Doc: "a backlog never has more than Workers tasks at once, and all of them when it can", Needs: Background | parallel, Run: func(t *T) {
		ex := t.New(3)
		if got := ex.Workers(); got != 3 {
			t.Errorf("Workers() = %d, want 3", got)
		}
		saturate(t, ex, 3)
		d := dir(t.TempDir())
		for peak, err := range executors.Map(t.Ctx, ex, crowd, slices.Values(slices.Repeat([]dir{d}, 45))) {
			if err != nil {
				t.Fatal(err)
			}
			if peak > 3 {
				t.Errorf("%d tasks ran at once on 3 workers", peak)
			}
		}
	}},
	{ID: "T03", Doc: "tasks one after the other use one worker", Needs: Statistics | Background, Run: func(t *T) {
		ex := t.New(3)
		for range 5 {
			stillWorks(t, ex)
			eventually(t, "the worker is idle again", func() bool { return statsOf(ex).Busy == 0 })
		}
		if s := statsOf(ex); s.Started != 1 {
			t.Errorf("%d workers were started", s.Started)
		}
	}},
	{ID: "T04", Doc: "executors come and go while another one resubmits for ever", Needs: Closures | Background, Run: func(t *T) {
		busy := t.New(2)
		var rounds atomic.Int64
		var again func(context.Context) (int, error)
		again = func(context.Context) (int, error) {
			rounds.Add(1)
			_, err := executors.SubmitFunc(t.Ctx, busy, again)
			return 0, err
		}
		submitFunc(t, busy, again)
		for range 50 {
			ex, err := t.Kind.New(executors.Options{Workers: 2})
			if err != nil {
				t.Fatal(err)
			}
			stillWorks(t, ex)
			shutdown(t, ex)
		}
		before := rounds.Load()
		eventually(t, "the busy executor goes on", func() bool { return rounds.Load() > before })
	}},
	{ID: "T05", Doc: "a task may run a program and collect its exit code", Run: func(t *T) {
		path, err := exec.LookPath("true")
		if err != nil {
			t.Skipf("no program to run: %v", err)
		}
		wantResult(t, submit(t, t.New(1), runTrue, path), 0)
	}},
	{ID: "T06", Doc: "there is no worker before the first submit", Run: func(t *T) {
		before := goroutines(t.label)
		ex := t.New(8)
		if after := goroutines(t.label); after >= before+8 {
			t.Errorf("%d goroutines before, %d after", before, after)
		}
		if s, ok := executors.StatsOf(ex); ok && (s.Started != 0 || s.Workers != 0) {
			t.Errorf("%+v", s)
		}
	}},
	{ID: "T07", Doc: "after a failure of any kind the same worker goes on", Needs: Closures, Run: func(t *T) {
		ex := t.New(1)
		before := workerOf(t, ex)
		for _, how := range []string{"nil", "error", "text"} {
			err := submit(t, ex, panicsWith, how).Err(t.Ctx)
			if _, ok := errors.AsType[*executors.PanicError](err); !ok {
				t.Errorf("panic with %s: got %v", how, err)
			}
		}
		submit(t, ex, fail, "as planned").Err(t.Ctx)
		if after := workerOf(t, ex); after != before {
			t.Errorf("worker %v before, %v after", before, after)
		}
	}},
	{ID: "T08", Doc: "runtime.Goexit ends in the future and costs no worker", Needs: Background | parallel | lasting, Run: func(t *T) {
		ex := t.New(2)
		for range 4 {
			wantErr(t, submit(t, ex, goexit, struct{}{}).Err(t.Ctx), executors.ErrGoexit)
		}
		stillWorks(t, ex)
		saturate(t, ex, 2)
	}},
	{ID: "T09", Doc: "a panic becomes an error with value and stack, and the worker lives on", Run: func(t *T) {
		ex := t.New(1)
		var p *executors.PanicError
		err := submit(t, ex, panics, "as planned").Err(t.Ctx)
		if !errors.As(err, &p) {
			t.Fatalf("got %T %v, want *PanicError", err, err)
		}
		if fmt.Sprint(p.Value) != "as planned" || !strings.Contains(string(p.Stack), "panicHere") {
			t.Errorf("value %v, stack\n%s", p.Value, p.Stack)
		}
		stillWorks(t, ex)
	}},
	{ID: "T10", Doc: "a task can tell its executor and its worker, and outside of tasks there is none", Needs: Closures, Run: func(t *T) {
		ex := t.New(2)
		w := workerOf(t, ex)
		of := ex
		for w != nil && w.Executor != of { // a wrapper has the workers of the executor that it wraps
			wrapper, ok := of.(executors.Wrapper)
			if !ok {
				break
			}
			of = wrapper.Unwrap()
		}
		if w == nil || w.Executor != of || w.ID < 0 {
			t.Errorf("worker %+v", w)
		}
		if executors.CurrentWorker(t.Ctx) != nil {
			t.Error("there is a worker outside of tasks")
		}
	}},
	{ID: "T11", Doc: "workers of two executors are different ones", Needs: Closures, Run: func(t *T) {
		var workers [2]*executors.Worker
		for i := range workers {
			workers[i] = workerOf(t, t.New(1))
		}
		if workers[0] == workers[1] || workers[0] == nil || workers[1] == nil || workers[0].Executor == workers[1].Executor {
			t.Errorf("workers %+v", workers)
		}
	}},
	{ID: "T12", Doc: "a panicking callback costs no worker", Needs: Background | parallel, Run: func(t *T) {
		captureLog(t)
		ex := t.New(2)
		for range 4 {
			f := submit(t, ex, echo, 1)
			f.OnDone(func(future) { panic("callback panics, as planned") })
			result(t, f)
		}
		saturate(t, ex, 2)
	}},
}
