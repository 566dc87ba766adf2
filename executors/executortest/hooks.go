package executortest

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"poolbench/executors"
)

// hookCases are about code of the user that an executor calls: it may do what it likes,
// and hold nobody up. And about numbers that nobody means.
var hookCases = []Case{
	{ID: "X45", Doc: "callbacks may submit, cancel, read statistics and shut down, also when the context of queued tasks ends", Needs: Background | queueing, Run: func(t *T) {
		ex := t.New(1)
		held, d := hold(t, ex, 1)
		ctx, end := context.WithCancel(t.Ctx)
		defer end()
		var called, submitted atomic.Int32
		var queued []future
		const n = 40
		for i := range n {
			queued = append(queued, submitWith(t, ctx, ex, echo, i))
		}
		for _, f := range append(queued, held...) {
			f.OnDone(func(f future) {
				executors.StatsOf(ex)
				ex.Workers()
				queued[0].Cancel()
				if _, err := executors.Submit(t.Ctx, ex, echo, 1); err == nil {
					submitted.Add(1)
				}
				called.Add(1)
			})
		}
		end()
		eventually(t, "all callbacks of the queued tasks have returned", func() bool { return called.Load() == n })
		openGate(t, d)
		stillWorks(t, ex)
		eventually(t, "the callback of the running task has returned", func() bool { return called.Load() == n+1 })
		if submitted.Load() != n+1 {
			t.Errorf("%d of %d submits were accepted", submitted.Load(), n+1)
		}
		last, ended := submit(t, ex, echo, 1), make(chan error, 1)
		last.OnDone(func(future) { ended <- ex.Shutdown(t.Ctx) })
		if err := <-ended; err != nil {
			t.Errorf("Shutdown by a callback: %v", err)
		}
	}},
	{ID: "X46", Doc: "a log that panics, ends its goroutine or uses the executor costs no callback, no task and no worker", Needs: queueing, Run: func(t *T) {
		ex := t.New(1)
		before := slog.Default()
		t.Cleanup(func() { slog.SetDefault(before) })
		for name, handle := range map[string]func(){
			"panic":  func() { panic("as planned, by the log") },
			"Goexit": runtime.Goexit,
			"use": func() {
				executors.StatsOf(ex)
				if _, err := executors.Submit(t.Ctx, ex, echo, 1); err != nil {
					t.Errorf("Submit by the log: %v", err)
				}
			},
		} {
			var logged atomic.Int32
			slog.SetDefault(slog.New(&hostileLog{before.Handler(), func() { logged.Add(1); handle() }}))
			var later sync.WaitGroup
			later.Add(2)
			f := submit(t, ex, echo, 1)
			for range 2 { // a callback that fails, and one after it
				f.OnDone(func(future) { panic("as planned, by a callback") })
				f.OnDone(func(future) { later.Done() })
			}
			later.Wait()
			want := int32(2)
			if t.has(Closures) {
				want++
				if err := executors.Go(ex, func() { panic("as planned, by a function given to Go") }); err != nil {
					t.Fatal(err)
				}
			}
			eventually(t, name+": all panics are logged", func() bool { return logged.Load() == want })
			stillWorks(t, ex)
		}
	}},
	{ID: "X47", Doc: "an initialiser may submit and read statistics; shutdown by it is refused without effect", Needs: Initializers | Closures | Background, Run: func(t *T) {
		var ex executors.Executor
		inside := make(chan error, 1)
		extra := make(chan future, 1)
		ex = t.NewWith(executors.Options{Workers: 1, Init: func(ctx context.Context, _ *executors.Worker) error {
			executors.StatsOf(ex)
			f, err := executors.Submit(t.Ctx, ex, echo, 5)
			extra <- f
			inside <- ex.Shutdown(ctx)
			return err
		}})
		stillWorks(t, ex)
		wantErr(t, <-inside, executors.ErrShutdownInside)
		wantResult(t, <-extra, 5)
	}},
	{ID: "X48", Doc: "a number of workers beyond MaxWorkers is refused, also by a change of it; as many as that cost nothing before there are tasks", Needs: works, Run: func(t *T) {
		beyond := []int{executors.MaxWorkers + 1, math.MaxInt/2 + 1, math.MaxInt - 1, math.MaxInt, math.MinInt}
		for _, n := range beyond {
			if ex, err := t.Kind.New(executors.Options{Workers: n}); err == nil {
				t.Errorf("%d workers were not refused", n)
				shutdown(t, ex)
			}
		}
		if ex, err := t.Kind.New(executors.Options{Workers: executors.MaxWorkers}); err == nil {
			stillWorks(t, ex)
			shutdown(t, ex)
		}
		ex := t.New(1)
		before := ex.Workers()
		for _, n := range beyond {
			if can, err := executors.Resize(ex, n); can && err == nil {
				t.Errorf("a change to %d workers was not refused", n)
			}
		}
		if after := ex.Workers(); after != before {
			t.Errorf("%d workers before changes that were refused, %d after", before, after)
		}
		stillWorks(t, ex)
	}},
	{ID: "X49", Doc: "the context with which a task waits may itself wait for tasks, whenever it is asked", Needs: Closures | Background, Run: func(t *T) {
		ex, other := t.New(2), t.New(2)
		release, waiting := make(chan struct{}), make(chan struct{}, 2)
		held := func() future {
			return submitFunc(t, other, func(context.Context) (int, error) { <-release; return 7, nil })
		}
		busy := held()
		var armed atomic.Bool
		wait := func(on future, waits *atomic.Bool) future {
			return submitFunc(t, ex, func(ctx context.Context) (int, error) {
				return on.Result(&waitingContext{ctx, waiting, func() {
					if waits.Load() {
						busy.Result(ctx)
					}
				}})
			})
		}
		first := wait(held(), &armed)
		<-waiting
		armed.Store(true)
		second := wait(first, new(atomic.Bool)) // looks whether the first can end
		<-waiting
		time.Sleep(time.Millisecond) // for that; were it missed, the case would only see less
		close(release)
		wantResult(t, first, 7)
		wantResult(t, second, 7)
	}},
	{ID: "X50", Doc: "a callback of a task whose context the executor finds ended holds up no worker, whatever it does", Needs: Background | queueing, Run: func(t *T) {
		ex := t.New(1)
		_, d := hold(t, ex, 1)
		own := &silentContext{Context: t.Ctx, done: make(chan struct{})}
		defer close(own.done)
		found := submitWith(t, own, ex, echo, 1)
		next := submit(t, ex, echo, 2)
		var called atomic.Bool
		found.OnDone(func(future) {
			executors.StatsOf(ex)
			next.Err(t.Ctx)
			called.Store(true)
		})
		own.ended.Store(true)
		openGate(t, d)
		wantResult(t, next, 2)
		if err := found.Err(t.Ctx); err != nil && !errors.Is(err, executors.ErrCancelled) { // a context of a user's type need not be asked
			t.Errorf("a task whose context has ended: %v", err)
		}
		eventually(t, "the callback has returned", called.Load)
		stillWorks(t, ex)
	}},
}

// A waitingContext calls wait when it is asked for more than its channel.
type waitingContext struct {
	context.Context
	asked chan<- struct{}
	wait  func()
}

func (c *waitingContext) Done() <-chan struct{} {
	select {
	case c.asked <- struct{}{}:
	default:
	}
	return c.Context.Done()
}

func (c *waitingContext) Err() error { c.wait(); return c.Context.Err() }

func (c *waitingContext) Deadline() (time.Time, bool) { c.wait(); return c.Context.Deadline() }

// A silentContext has ended without telling anybody.
type silentContext struct {
	context.Context
	done  chan struct{}
	ended atomic.Bool
}

func (c *silentContext) Done() <-chan struct{} { return c.done }

func (c *silentContext) Err() error {
	if c.ended.Load() {
		return context.Canceled
	}
	return nil
}

// A hostileLog does as it likes with what it is told.
type hostileLog struct {
	slog.Handler
	handle func()
}

func (h *hostileLog) Handle(context.Context, slog.Record) error { h.handle(); return nil }
