package executortest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"poolbench/executors"
)

// basicCases is group B: what nearly all others rest on. They come first, so that
// one cause that would have many cases fail or hang is found once and said once.
var basicCases = []Case{
	{ID: "B01", Doc: "an executor can be made, and shut down at once", proves: works, Run: func(t *T) {
		t.doing("New")
		ex, err := t.Kind.New(executors.Options{Workers: 1})
		if err != nil {
			t.Fatalf("New with one worker: %v", err)
		}
		t.doing("Shutdown of an executor that has run nothing")
		shutdown(t, ex)
	}},
	{ID: "B02", Doc: "a task runs, its future has the value, and shutdown returns after that", Needs: works, proves: works, Run: func(t *T) {
		ex := t.New(1)
		t.doing("Submit")
		f := submit(t, ex, echo, 42)
		t.doing("a wait for the task")
		wantResult(t, f, 42)
		t.doing("Shutdown after the task")
		shutdown(t, ex)
	}},
	{ID: "B03", Doc: "100 tasks run, one after the other", Needs: works, proves: works, Run: func(t *T) {
		ex := t.New(2)
		for i := range 100 {
			t.doing(fmt.Sprintf("a wait for task %d, the earlier ones have run", i+1))
			wantResult(t, submit(t, ex, echo, i), i)
		}
		t.doing("Shutdown after 100 tasks")
		shutdown(t, ex)
	}},
	{ID: "B04", Doc: "submit returns while its task runs, unless the executor says that it runs tasks inline", Needs: works, proves: Background, Run: func(t *T) {
		ex := t.New(1)
		if executors.IsInline(ex) {
			t.Skipf("needs %v", Background)
		}
		d := dir(t.TempDir())
		defer openGate(t, d)
		if !t.returns(func() { submit(t, ex, gate, gateInput{d, "in", 7, ""}) }) {
			t.Error("Submit does not return while its task runs; an executor that runs tasks in Submit says so by a method Inline, see executors.Inliner")
		}
	}},
	{ID: "B05", Doc: fmt.Sprintf("submit accepts %d tasks while the worker is busy", mostWaiting), Needs: works | Background, proves: queueing, Run: func(t *T) {
		ex := t.New(1)
		_, d := hold(t, ex, 1)
		defer openGate(t, d)
		var accepted atomic.Int64
		returned := t.returns(func() {
			for i := range mostWaiting {
				if _, err := executors.Submit(t.Ctx, ex, echo, i); err != nil {
					return // seen below, or at the end of the case
				}
				accepted.Add(1)
			}
		})
		switch n := accepted.Load(); {
		case !returned:
			t.Errorf("Submit blocks while 1 task runs on 1 worker and %d wait; it must not, unless Options.Queue sets a bound", n)
		case n < mostWaiting:
			t.Errorf("Submit refuses a task while 1 runs on 1 worker and %d wait; it must not, unless Options.Queue sets a bound", n)
		}
	}},
	{ID: "B06", Doc: "as many tasks run at the same time as there are workers", Needs: works | Background, proves: parallel, Run: func(t *T) {
		ex := t.New(3)
		if !t.returns(func() { saturate(t, ex, 3) }) {
			t.Error("3 tasks that wait for each other do not get through on 3 workers")
		}
	}},
	{ID: "B07", Doc: "a task that ends by runtime.Goexit costs no worker", Needs: works | Background, proves: lasting, Run: func(t *T) {
		ex := t.New(1)
		if !t.returns(func() {
			submit(t, ex, goexit, struct{}{}).Err(t.Ctx)
			stillWorks(t, ex)
		}) {
			t.Error("on 1 worker no task runs after one that has called runtime.Goexit, which ends the goroutine of the worker")
		}
	}},
	exploring,
}

// exploring is the case that finds out what the kind can do.
var exploring = Case{ID: "B08", Doc: "what else it can do is found by trying options, a closure and a priority", Needs: works, proves: works, Run: func(t *T) {
	can, err := capabilities(t.Ctx, t.Kind, t.missing&(Background|queueing) == 0)
	if err != nil {
		t.Fatal(err)
	}
	t.found = can
}}

// mostWaiting is the greatest number of tasks that a case has wait for busy workers.
const mostWaiting = 300

// returns runs f in a goroutine of its own, and reports whether it ended within a
// quarter of the limit. It is no measurement: what does not block ends at once.
func (t *T) returns(f func()) bool {
	var wg sync.WaitGroup
	t.Go(&wg, f)
	ended := make(chan struct{})
	go func() {
		wg.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return true
	case <-time.After(t.limit / 4):
		return false
	}
}
