package faults

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"poolbench/bench/arm"
	"poolbench/executors"
	"poolbench/executors/process"
)

// endLimit is how long a pool may take to end. One with a task that never ends takes all of
// it, unless it can be killed.
const endLimit = time.Second

// A pool is an arm: a job on one of our executors, or in a program of its own.
type pool struct {
	session *session
	job     job
	ex      executors.Executor // nil before the first slice, and after one that it did not survive
}

// Slice is that of arm.Arm.
func (a *pool) Slice(ctx context.Context) (s arm.Slice, err error) {
	j := a.job
	if j.Dir, err = os.MkdirTemp(a.session.setup.Dir, "faults-"); err != nil {
		return s, err
	}
	whole := false // the executor is as good as new
	defer func() {
		err = errors.Join(err, j.over())
		if !whole {
			err = errors.Join(err, a.Close())
		}
		err = errors.Join(err, os.RemoveAll(j.Dir))
	}()
	if err := a.stand(ctx); err != nil {
		return s, err
	}
	out := &outcome{noticed: map[int]time.Duration{}, at: map[int]int64{}, lost: map[int]bool{}}
	begin := time.Now()
	if a.dies() {
		err = a.program(ctx, j, out)
	} else {
		for err = j.run(ctx, a.ex, out); errors.Is(err, errBroken); err = j.run(ctx, a.ex, out) {
			if err = errors.Join(a.Close(), a.stand(ctx)); err != nil {
				break
			}
		}
	}
	s.Time = time.Since(begin).Seconds()
	if err != nil {
		return s, err
	}
	whole = j.Fault != Hang
	s.Values = out.values(j)
	return s, nil
}

// dies reports whether the fault ends the whole program.
func (a *pool) dies() bool {
	return a.job.Fault == Exit && a.job.Pool != strict && a.job.Pool != process.Kind.Name
}

// stand makes the executor, if there is none, and has its workers stand ready.
func (a *pool) stand(ctx context.Context) (err error) {
	if a.ex != nil {
		return nil
	}
	limits := process.Options{Workers: a.job.Workers, Strict: a.job.Pool == strict}
	if a.job.Fault == Hang {
		limits.TimeLimit = timeLimit
	}
	i := slices.IndexFunc(a.session.grid.Executors, func(k executors.Kind) bool { return k.Name == a.job.Pool })
	switch {
	case a.dies():
		a.ex, err = process.NewPool(process.Options{Workers: 1})
	case a.job.Pool == strict || a.job.Pool == process.Kind.Name:
		a.ex, err = process.NewPool(limits)
	case i < 0:
		err = fmt.Errorf("there is no executor %q", a.job.Pool)
	default:
		a.ex, err = a.session.grid.Executors[i].New(executors.Options{Workers: a.job.Workers})
	}
	if err != nil {
		a.ex = nil
		return fmt.Errorf("starting %s: %w", a.job.Pool, err)
	}
	if s, ok := executors.As[executors.Starter](a.ex); ok {
		return s.Start(ctx)
	}
	return nil
}

// Close is that of arm.Arm.
func (a *pool) Close() error {
	if a.ex == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), endLimit)
	defer cancel()
	end := a.ex.Shutdown
	if k, ok := executors.As[executors.Killer](a.ex); ok {
		end = k.Kill
	}
	a.ex = nil
	return end(ctx)
}

// program runs the job in a program of its own, a worker process, which does not survive.
func (a *pool) program(ctx context.Context, j job, out *outcome) error {
	f, err := executors.Submit(ctx, a.ex, wholeJob, j)
	if err != nil {
		return err
	}
	_, err = f.Result(ctx)
	at := time.Now()
	var lost *executors.WorkerLostError
	if !errors.As(err, &lost) {
		return fmt.Errorf("the program lives on after a task that ends it: %w", errors.Join(err, context.Cause(ctx)))
	}
	for number := range tasks {
		if !slices.Contains(j.Faulty, number) {
			out.lost[number] = true
		} else if stamp, ok := fired(j.Dir, number); ok {
			out.noticed[number], out.at[number] = time.Duration(at.UnixNano()-stamp), stamp
		}
	}
	return nil
}

// wholeJob is a job on an executor of this program.
var wholeJob = executors.Define("bench.fault.job", func(ctx context.Context, j job) (int, error) {
	i := slices.IndexFunc(executors.All(), func(k executors.Kind) bool { return k.Name == j.Pool })
	if i < 0 {
		return 0, fmt.Errorf("there is no executor %q in a program of its own", j.Pool)
	}
	ex, err := executors.All()[i].New(executors.Options{Workers: j.Workers})
	if err != nil {
		return 0, err
	}
	out := &outcome{noticed: map[int]time.Duration{}, at: map[int]int64{}, lost: map[int]bool{}}
	err = j.run(ctx, ex, out)
	return len(out.spans), errors.Join(err, ex.Shutdown(ctx))
})
