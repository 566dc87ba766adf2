package workloads

import (
	"context"
	"fmt"

	"poolbench/executors"
)

// each calls fn on every input and puts the result of inputs[i] into outputs[i],
// which must be as long as inputs. It clears outputs first, so that a task
// without a result does not leave that of an earlier run. On an executor that
// runs tasks in the caller it is a plain loop; otherwise it submits everything,
// then collects everything. It returns the first error in the order of inputs,
// after cancelling the rest and waiting for what still runs, or for ctx. Some of
// the tasks are timed, as clock says.
//
// Tasks are submitted without the cancellation of ctx, which would cost every
// task a watch of its own; ending ctx ends the collecting, and that cancels them.
func each[In, Out any](ctx context.Context, ex executors.Executor, fn taskFunc[In, Out], clock *taskClock, inputs []In, outputs []Out) error {
	clear(outputs)
	next := clock.reset() // the next task to time
	if executors.IsInline(ex) {
		for i, in := range inputs {
			if looksUp(i, len(inputs)) && ctx.Err() != nil {
				return context.Cause(ctx)
			}
			timed := i == next
			if timed {
				next += clock.stride
			}
			out, err := fn.call(ctx, in, timed, clock)
			if err != nil {
				return fmt.Errorf("task %d: %w", i, err)
			}
			outputs[i] = out
		}
		return nil
	}
	taskContext := context.WithoutCancel(ctx)
	futures := make([]pending[Out], 0, len(inputs))
	for i, in := range inputs {
		timed := i == next
		if timed {
			next += clock.stride
		}
		f, err := fn.submit(taskContext, ex, in, timed)
		if err != nil {
			abandon(ctx, futures)
			return fmt.Errorf("submitting task %d: %w", i, err)
		}
		futures = append(futures, f)
	}
	for i, f := range futures {
		out, err := f.result(ctx, clock)
		if err != nil {
			abandon(ctx, futures[i:])
			return fmt.Errorf("task %d: %w", i, err)
		}
		outputs[i] = out
	}
	return nil
}

// looksUp reports whether a plain loop looks at its context before task i of n:
// each time when tasks are few and hence long, else seldom, as tasks may be
// hardly longer than the look.
func looksUp(i, n int) bool { return n <= 64 || i%64 == 63 }
