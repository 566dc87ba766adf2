package executortest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"weak"

	"poolbench/executors"
)

// extensionCases is group L: what CPython does not have.
var extensionCases = []Case{
	{ID: "L07", Doc: "cancel of a running task ends its context; the future settles when it has returned", Needs: Background, Run: func(t *T) {
		ex := t.New(1)
		d := dir(t.TempDir())
		f := submit(t, ex, untilDone, d)
		await(t, d, "started")
		wantState(t, f, executors.Running)
		if f.Cancel() {
			t.Error("Cancel of a running task returned true")
		}
		if got := result(t, f); got != context.Canceled.Error() {
			t.Errorf("got %q", got)
		}
		wantState(t, f, executors.Finished)
		stillWorks(t, ex)
	}},
	{ID: "X10", Doc: "a cancelled task that was queued is never started", Needs: Background | queueing, Run: func(t *T) {
		ex := t.New(1)
		_, d := hold(t, ex, 1)
		queued := submit(t, ex, journal, gateInput{Dir: d, Name: "queued"})
		if !queued.Cancel() {
			t.Error("Cancel of a queued task returned false")
		}
		openGate(t, d)
		if stillWorks(t, ex); d.count("queued") != 0 {
			t.Error("the cancelled task was started")
		}
	}},
	{ID: "L08", Doc: "idle workers end and come back on demand", Needs: Retirement | Statistics | Background | parallel, Run: func(t *T) {
		ex := t.NewWith(executors.Options{Workers: 3, Idle: time.Millisecond})
		for range 5 {
			saturate(t, ex, 3)
			eventually(t, "no worker is left", func() bool { return statsOf(ex).Workers == 0 })
		}
		stillWorks(t, ex)
	}},
	{ID: "X11", Doc: "workers that end while tasks arrive leave none behind", Needs: Retirement | Background, Run: func(t *T) {
		ex := t.NewWith(executors.Options{Workers: 2, Idle: time.Microsecond})
		for i := range 300 {
			wantResult(t, submit(t, ex, echo, i), i)
		}
	}},
	{ID: "L09", Doc: "the number of workers can change between and during work", Needs: Resizing | Closures | Background | parallel, Run: func(t *T) {
		ex := t.New(4)
		stop := make(chan struct{})
		var wg sync.WaitGroup
		t.Go(&wg, func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
					wantResult(t, submit(t, ex, echo, i), i)
				}
			}
		})
		for _, n := range []int{12, 2, 1, 12, 6, 1, 8, 5} {
			resize(t, ex, n)
			if n > 1 { // one is for the goroutine above
				saturate(t, ex, n-1)
			}
		}
		close(stop)
		wg.Wait()
		for _, n := range []int{12, 2, 1, 12, 6, 1, 8, 5} {
			resize(t, ex, n)
			saturate(t, ex, n)
			if peak := peakOf(t, ex, 15*n, func() {}); peak > n {
				t.Errorf("%d tasks at once on %d workers", peak, n)
			}
		}
	}},
	{ID: "X12", Doc: "fewer workers asked for while all are busy: they end after their task", Needs: Resizing | Closures | Background | queueing | parallel, Run: func(t *T) {
		ex := t.New(8)
		_, d := hold(t, ex, 8)
		resize(t, ex, 2)
		if peak := peakOf(t, ex, 40, func() { openGate(t, d) }); peak > 2 {
			t.Errorf("%d tasks at once on 2 workers", peak)
		}
		for _, n := range []int{0, -1} {
			if _, err := executors.Resize(ex, n); err == nil {
				t.Errorf("%d workers were accepted", n)
			}
		}
	}},
	{ID: "L14", Doc: "submit to a full queue blocks until there is room or the context ends", Needs: Bounds | Background, Run: func(t *T) {
		ex, d := full(t, executors.Block)
		ctx, cancel := context.WithCancel(t.Ctx)
		go cancel()
		_, err := executors.Submit(ctx, ex, journal, gateInput{Dir: d, Name: "refused"})
		wantErr(t, err, context.Canceled)
		late := make(chan future, 1)
		go func() {
			f, err := executors.Submit(t.Ctx, ex, echo, 5)
			if err != nil {
				t.Error(err)
			}
			late <- f
		}()
		select {
		case f := <-late:
			t.Errorf("%v was accepted by a full queue", f)
		case <-time.After(5 * time.Millisecond):
		}
		openGate(t, d)
		wantResult(t, receive(t, late), 5)
		shutdown(t, ex)
		if d.count("queued") != 10 || d.count("refused") != 0 {
			t.Errorf("%d queued tasks ran, %d refused ones", d.count("queued"), d.count("refused"))
		}
	}},
	{ID: "X13", Doc: "a full queue refuses with ErrFull, and accepts again when there is room", Needs: Bounds | Background, Run: func(t *T) {
		ex, d := full(t, executors.Refuse)
		_, err := executors.Submit(t.Ctx, ex, echo, 1)
		wantErr(t, err, executors.ErrFull)
		openGate(t, d)
		eventually(t, "there is room again", func() bool {
			_, err := executors.Submit(t.Ctx, ex, echo, 1)
			return err == nil
		})
		shutdown(t, ex)
		_, err = executors.Submit(t.Ctx, ex, echo, 1)
		wantErr(t, err, executors.ErrShutdown)
	}},
	{ID: "X14", Doc: "a full queue has the submitter run the task", Needs: Bounds | Background, Run: func(t *T) {
		ex, d := full(t, executors.RunInCaller)
		f := submit(t, ex, echo, 5)
		wantState(t, f, executors.Finished)
		wantResult(t, f, 5)
		openGate(t, d)
	}},
	{ID: "X15", Doc: "shutdown frees submitters that a full queue blocks", Needs: Bounds | Background, Run: func(t *T) {
		ex, d := full(t, executors.Block)
		freed := make(chan error, 3)
		for range cap(freed) {
			go func() {
				_, err := executors.Submit(t.Ctx, ex, echo, 1)
				freed <- err
			}()
		}
		ex.Shutdown(ended())
		openGate(t, d)
		shutdown(t, ex)
		for range cap(freed) {
			if err := receive(t, freed); err != nil {
				wantErr(t, err, executors.ErrShutdown)
			}
		}
	}},
	{ID: "L15", Doc: "priorities order what is queued, in order of submission within one", Needs: Priorities | Closures | Background | queueing, Run: func(t *T) {
		ex := t.New(1)
		_, d := hold(t, ex, 1, executors.Priority(-5)) // running, so that nothing overtakes it
		var order []int
		for i, p := range []int{0, 1, -1, 2, 1, 0, -1, 2} {
			submitFunc(t, ex, func(context.Context) (int, error) {
				order = append(order, i)
				return 0, nil
			}, executors.Priority(p))
		}
		openGate(t, d)
		shutdown(t, ex)
		if want := []int{3, 7, 1, 4, 0, 5, 2, 6}; !slices.Equal(order, want) {
			t.Errorf("order %v, want %v", order, want)
		}
	}},
	{ID: "L16", Doc: "statistics add up once the executor is quiet", Needs: Statistics | Background | queueing, Run: func(t *T) {
		ex := t.New(3)
		_, d := hold(t, ex, 1)
		for i := range 50 {
			submit(t, ex, echo, i)
			submit(t, ex, fail, "as planned")
		}
		openGate(t, d)
		eventually(t, "the executor is quiet", func() bool { s := statsOf(ex); return s.Busy == 0 && s.Queued == 0 })
		s := statsOf(ex)
		if s.Submitted != 101 || s.Succeeded != 51 || s.Failed != 50 || s.Cancelled != 0 {
			t.Errorf("%+v", s)
		}
		if s.Started < 1 || s.Started > 3 || s.Peak < 1 || s.Peak > 3 || s.Workers != s.Started {
			t.Errorf("%+v", s)
		}
		shutdown(t, ex)
		if s := statsOf(ex); s.Workers != 0 || s.Succeeded != 51 {
			t.Errorf("after shutdown %+v", s)
		}
	}},
	{ID: "X16", Doc: "statistics count panics, Goexit and cancelled tasks, and who runs a task for another", Needs: Statistics | Closures | Background | queueing | lasting, Run: func(t *T) {
		ex := t.New(1)
		outer := submitFunc(t, ex, func(ctx context.Context) (int, error) {
			f, err := executors.Submit(ctx, ex, echo, 1)
			if err != nil {
				return 0, err
			}
			cancelled, err := executors.Submit(ctx, ex, echo, 2)
			if err != nil {
				return 0, err
			}
			cancelled.Cancel()
			return f.Result(ctx)
		})
		wantResult(t, outer, 1)
		submit(t, ex, panics, "as planned")
		submit(t, ex, goexit, struct{}{})
		shutdown(t, ex)
		s := statsOf(ex)
		if s.Submitted != 5 || s.Succeeded != 2 || s.Failed != 2 || s.Cancelled != 1 || s.Queued != 0 {
			t.Errorf("%+v", s)
		}
	}},
	{ID: "X41", Doc: "a cancelled task leaves a full queue at once, whoever cancels it", Needs: Bounds | Background, Run: func(t *T) {
		for name, cancel := range waysToCancel {
			ex := t.NewWith(executors.Options{Workers: 1, Queue: 10, OnFull: executors.Refuse})
			held, d := hold(t, ex, 1)
			for range 3 {
				ctx, end := context.WithCancel(t.Ctx)
				var queued []future
				for i := range 10 {
					queued = append(queued, submitWith(t, ctx, ex, journal, gateInput{Dir: d, Name: fmt.Sprint("cancelled", i)}))
				}
				_, err := executors.Submit(t.Ctx, ex, echo, 1)
				wantErr(t, err, executors.ErrFull)
				// One from the middle, then all.
				queued[4].Cancel()
				last := submitWith(t, ctx, ex, echo, 1)
				cancel(append(queued, last), end)
				for _, f := range append(queued, last) {
					wantErr(t, f.Err(t.Ctx), executors.ErrCancelled)
				}
				end()
			}
			kept := submit(t, ex, journal, gateInput{Dir: d, Name: "kept", Value: 5})
			openGate(t, d)
			wantResult(t, held[0], 7)
			wantResult(t, kept, 5)
			shutdown(t, ex)
			if d.count("cancelled") != 0 {
				t.Errorf("%s: a cancelled task ran", name)
			}
			if s, ok := executors.StatsOf(ex); ok && (s.Submitted != 35 || s.Cancelled != 33 || s.Succeeded != 2 || s.Queued != 0) {
				t.Errorf("%s: %+v", name, s)
			}
		}
	}},
	{ID: "X42", Doc: "a submitter that a full queue blocks gets the place of a cancelled task", Needs: Bounds | Background, Run: func(t *T) {
		ex := t.NewWith(executors.Options{Workers: 1, Queue: 2})
		_, d := hold(t, ex, 1)
		queued := []future{submit(t, ex, echo, 1), submit(t, ex, echo, 2)}
		accepted := make(chan future)
		for i := range queued {
			go func() {
				f, err := executors.Submit(t.Ctx, ex, echo, 3+i)
				if err != nil {
					t.Error(err)
				}
				accepted <- f
			}()
		}
		queued[1].Cancel()
		first := receive(t, accepted)
		queued[0].Cancel()
		second := receive(t, accepted)
		openGate(t, d)
		if sum := result(t, first) + result(t, second); sum != 7 {
			t.Errorf("sum %d", sum)
		}
	}},
	{ID: "X43", Doc: "the input of a cancelled task is freed at once, though the worker is busy and the future is kept", Needs: Background | queueing, Run: func(t *T) {
		for name, cancel := range waysToCancel {
			ex := t.New(1)
			_, d := hold(t, ex, 1)
			ctx, end := context.WithCancel(t.Ctx)
			f, input := submitLarge(t, ctx, ex)
			cancel([]future{f}, end)
			wantErr(t, f.Err(t.Ctx), executors.ErrCancelled)
			collected(t, name+": the input is collected", input)
			openGate(t, d)
			wantState(t, f, executors.Cancelled)
			end()
		}
	}},
}

// waysToCancel are the ways to cancel futures whose tasks have one context.
var waysToCancel = map[string]func(futures []future, end context.CancelFunc){
	"Cancel": func(futures []future, _ context.CancelFunc) {
		for _, f := range futures {
			f.Cancel()
		}
	},
	"context": func(_ []future, end context.CancelFunc) { end() },
}

// submitLarge submits a task whose input only the task holds.
func submitLarge(t *T, ctx context.Context, ex executors.Executor) (future, weak.Pointer[block]) {
	in := &block{make([]byte, 1<<20)}
	return submitWith(t, ctx, ex, sizeOf, in), weak.Make(in)
}

func resize(t *T, ex executors.Executor, n int) {
	if ok, err := executors.Resize(ex, n); !ok || err != nil {
		t.Fatalf("Resize to %d: %v, %v", n, ok, err)
	}
	if got := ex.Workers(); got != n {
		t.Errorf("Workers() = %d, want %d", got, n)
	}
}

// peakOf submits n tasks, calls start, and returns how many of them were inside at
// the same time.
func peakOf(t *T, ex executors.Executor, n int, start func()) int {
	var inside, peak atomic.Int64
	var futures []future
	for range n {
		futures = append(futures, submitFunc(t, ex, func(context.Context) (int, error) {
			now := inside.Add(1)
			for old := peak.Load(); now > old && !peak.CompareAndSwap(old, now); old = peak.Load() {
			}
			time.Sleep(50 * time.Microsecond)
			inside.Add(-1)
			return 0, nil
		}))
	}
	start()
	for _, f := range futures {
		wantErr(t, f.Err(t.Ctx), nil)
	}
	return int(peak.Load())
}

// full is an executor whose worker waits at the gate of d while 10 tasks fill its
// queue.
func full(t *T, policy executors.FullPolicy) (executors.Executor, dir) {
	ex := t.NewWith(executors.Options{Workers: 1, Queue: 10, OnFull: policy})
	_, d := hold(t, ex, 1)
	for range 10 {
		submit(t, ex, journal, gateInput{Dir: d, Name: "queued"})
	}
	return ex, d
}
