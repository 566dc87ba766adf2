package workloads

import (
	"context"
	"time"

	"poolbench/executors"
)

// A TaskFunc is a task function of a workload, with a twin that tells its time.
// Make one with Define.
type TaskFunc[In, Out any] struct {
	plain *executors.Func[In, Out]
	timed *executors.Func[In, stamped[Out]]
}

// stamped is an output with the wall time of the call.
type stamped[Out any] struct {
	Took time.Duration
	Out  Out
}

// Define is executors.Define for the task function of a workload: it belongs into a
// package-level variable, and panics as that does. It takes the name with ".timed"
// after it as well.
func Define[In, Out any](name string, f func(context.Context, In) (Out, error)) *TaskFunc[In, Out] {
	return &TaskFunc[In, Out]{
		plain: executors.Define(name, f),
		timed: executors.Define(name+".timed", func(ctx context.Context, in In) (stamped[Out], error) {
			begin := time.Now()
			out, err := f(ctx, in)
			return stamped[Out]{Out: out, Took: time.Since(begin)}, err
		}),
	}
}
