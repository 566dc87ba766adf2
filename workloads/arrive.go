package workloads

import (
	"context"
	"sync"
	"time"

	"poolbench/executors"
)

// until waits for a moment; the error is the cause of ctx.
func until(ctx context.Context, timer *time.Timer, at time.Time) error {
	if left := time.Until(at); left > 0 {
		timer.Reset(left)
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

func (a *arrivals) Run(ctx context.Context, ex executors.Executor) error {
	a.reset()
	took, err := make([]time.Duration, len(a.plan)), error(nil)
	if executors.IsInline(ex) {
		err = a.loop(ctx, took)
	} else {
		err = a.arrive(ctx, ex, took)
		a.end(ctx, err)
	}
	if err != nil {
		return err
	}
	for _, t := range took {
		a.late.add(t)
	}
	return nil
}

func (a *arrivals) loop(ctx context.Context, took []time.Duration) error {
	timer, begin := time.NewTimer(0), time.Now()
	defer timer.Stop()
	for i, at := range a.plan {
		if err := until(ctx, timer, begin.Add(at)); err != nil {
			return err
		}
		if err := a.call(ctx, i); err != nil {
			return err
		}
		took[i] = time.Since(begin) - at
	}
	return nil
}

// arrive submits each task when it arrives, then collects all. How long a task took is told
// by whoever ends it.
func (a *arrivals) arrive(ctx context.Context, ex executors.Executor, took []time.Duration) error {
	uncancelled := context.WithoutCancel(ctx)
	var told sync.WaitGroup
	timer, begin := time.NewTimer(0), time.Now()
	defer timer.Stop()
	for i, at := range a.plan {
		if err := until(ctx, timer, begin.Add(at)); err != nil {
			return err
		}
		if err := a.submit(uncancelled, ex, i); err != nil {
			return err
		}
		told.Add(1)
		whenDone(a.futures[i], func() { took[i] = time.Since(begin) - at; told.Done() })
	}
	for i := range a.plan {
		if err := a.collect(ctx, i); err != nil {
			return err
		}
	}
	told.Wait() // a moment at most: all are done
	return nil
}

// whenDone has call called when a task of a job of naps is done.
func whenDone(f executors.Waitable, call func()) {
	switch f := f.(type) {
	case *executors.Future[uint64]:
		f.OnDone(func(*executors.Future[uint64]) { call() })
	case *executors.Future[stamped[uint64]]:
		f.OnDone(func(*executors.Future[stamped[uint64]]) { call() })
	}
}
