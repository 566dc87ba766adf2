package executortest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"poolbench/executors"
)

// shutdownCases is group S: the end of an executor.
var shutdownCases = []Case{
	{ID: "S01", Doc: "submit after shutdown is refused", Run: func(t *T) {
		ex := t.New(2)
		f := submit(t, ex, echo, 3)
		shutdown(t, ex)
		wantResult(t, f, 3)
		_, err := executors.Submit(t.Ctx, ex, echo, 1)
		wantErr(t, err, executors.ErrShutdown)
	}},
	{ID: "S04", Doc: "shutdown lets the backlog finish", Run: func(t *T) {
		ex := t.New(3)
		futures := backlog(t, ex, 50)
		shutdown(t, ex)
		for i, f := range futures {
			wantState(t, f, executors.Finished)
			wantResult(t, f, i)
		}
	}},
	{ID: "S05", Doc: "cancel what is queued, then shut down: the rest finishes without error, nothing stays pending", Needs: Background | queueing | parallel, Run: func(t *T) {
		ex := t.New(3)
		finish, d := hold(t, ex, 3)
		ctx, cancel := context.WithCancel(t.Ctx)
		var cancelled []future
		for i := range 50 {
			cancelled = append(cancelled, submitWith(t, ctx, ex, echo, i))
		}
		cancel()
		for _, f := range cancelled {
			wantErr(t, f.Err(t.Ctx), executors.ErrCancelled)
		}
		openGate(t, d)
		shutdown(t, ex)
		for i, f := range finish {
			wantResult(t, f, 7+i)
		}
	}},
	{ID: "S07", Doc: "submit, cancel at once, shut down", Run: func(t *T) {
		for range 50 {
			ex := t.New(2)
			f := submit(t, ex, echo, 1)
			f.Cancel()
			shutdown(t, ex)
			if state := f.State(); state != executors.Finished && state != executors.Cancelled {
				t.Errorf("after shutdown a future is %v", state)
			}
		}
	}},
	{ID: "S08", Doc: "workers really end", Needs: Background | parallel, Run: func(t *T) {
		before := goroutines(t.label)
		ex := t.New(5)
		saturate(t, ex, 5)
		shutdown(t, ex)
		backTo(t, before)
		if s, ok := executors.StatsOf(ex); ok && s.Workers != 0 {
			t.Errorf("%+v", s)
		}
	}},
	{ID: "S09", Doc: "leaving a scope through shutdown waits for its tasks", Run: func(t *T) {
		var futures []future
		func() {
			ex := t.New(2)
			defer shutdown(t, ex)
			futures = backlog(t, ex, 3)
		}()
		for _, f := range futures {
			wantState(t, f, executors.Finished)
		}
	}},
	{ID: "S11", Doc: "shutdown without waiting: refused from then on, the results still come, workers end", Needs: Background | queueing, Run: func(t *T) {
		before := goroutines(t.label)
		ex := t.New(1)
		running, d := hold(t, ex, 1)
		queued := submit(t, ex, echo, 1)
		wantErr(t, ex.Shutdown(ended()), context.Canceled)
		_, err := executors.Submit(t.Ctx, ex, echo, 1)
		wantErr(t, err, executors.ErrShutdown)
		openGate(t, d)
		wantResult(t, running[0], 7)
		wantResult(t, queued, 1)
		backTo(t, before)
	}},
	{ID: "S12", Doc: "cancel everything and shut down without waiting: all futures settle", Needs: Background | queueing, Run: func(t *T) {
		ex := t.New(2)
		ctx, cancel := context.WithCancel(t.Ctx)
		d := dir(t.TempDir())
		var futures []future
		for i := range 10 {
			futures = append(futures, submitWith(t, ctx, ex, gate, gateInput{d, fmt.Sprint("in", i), i, ""}))
		}
		cancel()
		ex.Shutdown(ended())
		for _, f := range futures {
			wantErr(t, f.Err(t.Ctx), context.Canceled)
		}
	}},
	{ID: "S15", Doc: "shutdown may be repeated and concurrent, with any context", Run: func(t *T) {
		ex := t.New(2)
		f := submit(t, ex, echo, 3)
		var wg sync.WaitGroup
		for i := range 6 {
			t.Go(&wg, func() {
				if i%2 == 0 {
					ex.Shutdown(ended())
				} else if err := ex.Shutdown(t.Ctx); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		shutdown(t, ex)
		wantErr(t, ex.Shutdown(ended()), nil)
		wantResult(t, f, 3)
	}},
	{ID: "S16", Doc: "leaving a scope by a panic drops no queued task", Run: func(t *T) {
		var futures []future
		func() {
			defer func() { recover() }()
			ex := t.New(1)
			defer shutdown(t, ex)
			futures = backlog(t, ex, 10)
			panic("as planned")
		}()
		for i, f := range futures {
			wantState(t, f, executors.Finished)
			wantResult(t, f, i)
		}
	}},
	{ID: "S17", Doc: "shutdown by a task of the executor is refused without effect", Needs: Closures, Run: func(t *T) {
		ex := t.New(1)
		f := submitFunc(t, ex, func(ctx context.Context) (int, error) { return 0, ex.Shutdown(ctx) })
		wantErr(t, f.Err(t.Ctx), executors.ErrShutdownInside)
		stillWorks(t, ex)
	}},
	{ID: "S18", Doc: "futures cancelled during a shutdown wake everyone", Needs: Background | queueing, Run: func(t *T) {
		futures := cancelAndShutdown(t)
		for _, f := range futures {
			wantErr(t, f.Err(context.Background()), context.Canceled)
		}
	}},
	{ID: "S21", Doc: "shutdown leaves no goroutine behind", Needs: lasting, Run: func(t *T) {
		before := goroutines(t.label)
		for range 10 {
			ex := t.New(3)
			for i := range 10 {
				submit(t, ex, echo, i)
			}
			if t.has(Background) {
				submit(t, ex, goexit, struct{}{})
			}
			submit(t, ex, panics, "as planned")
			submit(t, ex, echo, 1).Cancel()
			shutdown(t, ex)
		}
		backTo(t, before)
	}},
	{ID: "S23", Doc: "shutdown that its context ends says what still runs, and can be called again", Needs: Background | queueing, Run: func(t *T) {
		ex := t.New(1)
		running, d := hold(t, ex, 1)
		queued := submit(t, ex, echo, 1)
		ctx, cancel := context.WithCancelCause(t.Ctx)
		why := errors.New("no time")
		go cancel(why)
		wantErr(t, ex.Shutdown(ctx), why)
		openGate(t, d)
		shutdown(t, ex)
		wantResult(t, running[0], 7)
		wantResult(t, queued, 1)
	}},
}
