package workloads

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"poolbench/executors"
)

// A stage is the tasks of one function and what they gave in the last run: the job
// of a Batch, or half of that of a Pipeline.
type stage[In, Out any] struct {
	Batch[In, Out]
	*taskClock
	next    int // the next task to time
	inputs  []In
	wants   []Out
	outputs []Out
	errs    []error              // of tasks that may fail; else all nil
	futures []executors.Waitable // of the run under way, in the order of the tasks
}

func (s *stage[In, Out]) Run(ctx context.Context, ex executors.Executor) error {
	return s.run(ctx, ex, nil, nil)
}

// tasks is a stage of any type.
type tasks interface {
	call(ctx context.Context, i int) error
	submit(ctx context.Context, ex executors.Executor, i int) error
	collect(ctx context.Context, i int) error
}

// run runs all tasks, and those of the stage after it: link makes its input i once task
// i of s has given its output. Both are nil for a job of one stage. On an executor
// that runs tasks in the caller it is a plain loop.
func (s *stage[In, Out]) run(ctx context.Context, ex executors.Executor, link func(i int), then tasks) (err error) {
	s.reset()
	if !executors.IsInline(ex) {
		err = s.overlap(ctx, ex, link, then)
		s.end(ctx, err)
		return err
	}
	for i := 0; i < len(s.inputs) && err == nil; i++ {
		if looksUp(i, len(s.inputs)) && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err = s.call(ctx, i); err == nil && then != nil {
			link(i)
			err = then.call(ctx, i)
		}
	}
	return err
}

// looksUp reports whether a plain loop looks at its context before task i of n:
// each time when tasks are few and hence long, else seldom, as tasks may be
// hardly longer than the look.
func looksUp(i, n int) bool { return n <= 64 || i%64 == 63 }

// overlap submits all tasks, then collects all. With a stage to follow it keeps
// ahead of that by more tasks than there are workers, so that tasks of both are under
// way at once; all of the first before all of the second would be two jobs.
//
// Tasks are submitted without the cancellation of ctx, which would cost every task a
// watch of its own: the end of ctx ends the collecting, and that cancels them.
func (s *stage[In, Out]) overlap(ctx context.Context, ex executors.Executor, link func(i int), then tasks) (err error) {
	uncancelled, n := context.WithoutCancel(ctx), len(s.inputs)
	ahead, last := n, tasks(s)
	if then != nil {
		ahead, last = 2*ex.Workers()+2, then
	}
	for i := 0; i < n && err == nil; i++ {
		for k := len(s.futures); k < min(i+ahead, n) && err == nil; k++ {
			err = s.submit(uncancelled, ex, k)
		}
		if err == nil && then != nil {
			if err = s.collect(ctx, i); err == nil {
				link(i)
				err = then.submit(uncancelled, ex, i)
			}
		}
	}
	for i := 0; i < n && err == nil; i++ {
		err = last.collect(ctx, i)
	}
	return err
}

// reset forgets the last run, so that a task without a result does not leave that
// of an earlier one.
func (s *stage[In, Out]) reset() {
	clear(s.outputs)
	if s.MayFail {
		clear(s.errs)
	}
	s.sum, s.count, s.next = 0, 0, s.stride/2
	if s.stride == 0 {
		s.next = -1
	}
}

// due reports whether task i is to be timed. It is asked once a task, in order.
func (s *stage[In, Out]) due(i int) bool {
	if i != s.next {
		return false
	}
	s.next += s.stride
	return true
}

// call runs task i in the calling goroutine. It does what keep does by itself, which
// is a tenth of the time of a task that does nothing.
func (s *stage[In, Out]) call(ctx context.Context, i int) error {
	timed := s.due(i)
	if timed || s.MayFail {
		return s.watch(ctx, i, timed)
	}
	out, err := s.Task.plain.Call(ctx, s.inputs[i])
	if err != nil {
		return s.about(i, err)
	}
	s.outputs[i] = out
	return nil
}

// watch is call of a task that is timed, or may fail: then a panic is its error, as
// it would be on a worker.
func (s *stage[In, Out]) watch(ctx context.Context, i int, timed bool) error {
	if s.MayFail {
		defer func() {
			if r := recover(); r != nil {
				s.errs[i] = &executors.PanicError{Value: r, Stack: debug.Stack()}
			}
		}()
	}
	if timed {
		out, err := s.Task.timed.Call(ctx, s.inputs[i])
		return s.keep(ctx, i, out.Out, out.Took, err)
	}
	out, err := s.Task.plain.Call(ctx, s.inputs[i])
	return s.keep(ctx, i, out, untimed, err)
}

// submit submits task i, which is the next.
func (s *stage[In, Out]) submit(ctx context.Context, ex executors.Executor, i int) (err error) {
	var f executors.Waitable
	if s.due(i) {
		f, err = executors.Submit(ctx, ex, s.Task.timed, s.inputs[i])
	} else {
		f, err = executors.Submit(ctx, ex, s.Task.plain, s.inputs[i])
	}
	if err != nil {
		return s.about(i, fmt.Errorf("submitting it: %w", err))
	}
	if i == 0 {
		s.futures = make([]executors.Waitable, 0, len(s.inputs))
	}
	s.futures = append(s.futures, f)
	return nil
}

// collect waits for task i, which was submitted.
func (s *stage[In, Out]) collect(ctx context.Context, i int) error {
	if f, ok := s.futures[i].(*executors.Future[stamped[Out]]); ok {
		out, err := f.Result(ctx)
		return s.keep(ctx, i, out.Out, out.Took, err)
	}
	out, err := s.futures[i].(*executors.Future[Out]).Result(ctx)
	return s.keep(ctx, i, out, untimed, err)
}

const untimed time.Duration = -1

// keep keeps what task i gave. The error of a task that must not fail is that of
// the job, and so is any once ctx has ended.
func (s *stage[In, Out]) keep(ctx context.Context, i int, out Out, took time.Duration, err error) error {
	switch {
	case err == nil:
		s.outputs[i] = out
		if took != untimed {
			s.sum += took
			s.count++
		}
	case !s.MayFail || ctx.Err() != nil:
		return s.about(i, err)
	default:
		s.errs[i] = err
	}
	return nil
}

// end forgets the futures of a run. After an error it cancels them before, and waits
// until no task runs any more, or ctx ends.
func (s *stage[In, Out]) end(ctx context.Context, err error) {
	if err != nil {
		for _, f := range s.futures {
			f.Cancel()
		}
		executors.Wait(ctx, executors.AllCompleted, s.futures...)
	}
	s.futures = nil
}

func (s *stage[In, Out]) Check() error {
	for i, out := range s.outputs {
		if err := s.Batch.Check(i, out, s.wants[i], s.errs[i]); err != nil {
			return s.about(i, err)
		}
	}
	return nil
}

func (s *stage[In, Out]) about(i int, err error) error {
	return fmt.Errorf("task %d of %d of %s: %w", i, len(s.inputs), s.Task.plain.Name(), err)
}

func (s *stage[In, Out]) Close() error { return s.Batch.Close() }
