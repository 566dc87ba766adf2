package workloads

import (
	"context"
	"time"

	"poolbench/executors"
)

// A Timer is a Job that times some of its tasks from within the task function,
// wherever that runs: the time comes back with the output, from worker processes
// as well. The difference to the grain is what the task itself lost, to a shared
// cache, a slower clock rate or its turn on the CPU; what a worker spends beside
// it is the executor's.
type Timer interface {
	// TaskTime is the mean wall time of the timed tasks of the last Run, which must
	// have returned nil, in seconds, and their share of all tasks, which is 0 when
	// none was timed.
	TaskTime() (seconds, share float64)
}

const (
	clockCost   = 250 * time.Nanosecond // two reads of a slow clock
	clockShare  = 400                   // of the work of all tasks at least is not reading the clock: 0.25 %
	leastTimed  = 4                     // tasks in a job, even if that costs more
	fewestTasks = 2 * leastTimed        // below which every task is timed
)

// A taskClock samples the tasks of a job. The zero value times none.
type taskClock struct {
	tasks, stride int
	sum           time.Duration
	count         int
}

// newTaskClock times as many of the tasks as cost no more than a 400th of their
// work; none when the grain says nothing of the work.
func newTaskClock(p Params) taskClock {
	c := taskClock{tasks: p.Tasks}
	if p.Grain > 0 {
		c.stride = int((clockShare*clockCost + p.Grain - 1) / p.Grain)
		c.stride = max(1, min(c.stride, p.Tasks/leastTimed))
		if p.Tasks < fewestTasks {
			c.stride = 1
		}
	}
	return c
}

// reset forgets the last Run and returns the index of the first task to time, -1
// for none; each further one is stride later.
func (c *taskClock) reset() int {
	c.sum, c.count = 0, 0
	if c.stride == 0 {
		return -1
	}
	return c.stride / 2
}

func (c *taskClock) add(d time.Duration) {
	c.sum += d
	c.count++
}

// TaskTime is that of Timer.
func (c *taskClock) TaskTime() (seconds, share float64) {
	if c.count == 0 {
		return 0, 0
	}
	return c.sum.Seconds() / float64(c.count), float64(c.count) / float64(c.tasks)
}

// A taskFunc is a task function and its twin that tells its time.
type taskFunc[In, Out any] struct {
	plain *executors.Func[In, Out]
	timed *executors.Func[In, stamped[Out]]
}

// stamped is an output with the wall time of the call.
type stamped[Out any] struct {
	_    struct{} `cbor:",toarray"` // short on the wire
	Took time.Duration
	Out  Out
}

// define is executors.Define for a function that can be timed.
func define[In, Out any](name string, f func(context.Context, In) (Out, error)) taskFunc[In, Out] {
	return taskFunc[In, Out]{
		plain: executors.Define(name, f),
		timed: executors.Define(name+".timed", func(ctx context.Context, in In) (stamped[Out], error) {
			begin := time.Now()
			out, err := f(ctx, in)
			return stamped[Out]{Out: out, Took: time.Since(begin)}, err
		}),
	}
}

// call calls the function directly, and times it if asked to.
func (fn taskFunc[In, Out]) call(ctx context.Context, in In, timed bool, clock *taskClock) (Out, error) {
	if !timed {
		return fn.plain.Call(ctx, in)
	}
	out, err := fn.timed.Call(ctx, in)
	clock.add(out.Took)
	return out.Out, err
}

// submit is executors.Submit of the function, or of its twin.
func (fn taskFunc[In, Out]) submit(ctx context.Context, ex executors.Executor, in In, timed bool) (p pending[Out], err error) {
	if timed {
		p.timed, err = executors.Submit(ctx, ex, fn.timed, in)
	} else {
		p.plain, err = executors.Submit(ctx, ex, fn.plain, in)
	}
	return p, err
}

// pending is the future of a task that is timed or not: one of the two.
type pending[Out any] struct {
	plain *executors.Future[Out]
	timed *executors.Future[stamped[Out]]
}

// result waits as Future.Result does and gives the time, if any, to clock.
func (p pending[Out]) result(ctx context.Context, clock *taskClock) (Out, error) {
	if p.timed == nil {
		return p.plain.Result(ctx)
	}
	s, err := p.timed.Result(ctx)
	if err == nil {
		clock.add(s.Took)
	}
	return s.Out, err
}

// abandon cancels futures and waits until none runs any more, or ctx ends.
func abandon[Out any](ctx context.Context, futures []pending[Out]) {
	for _, f := range futures {
		if f.timed != nil {
			f.timed.Cancel()
		} else {
			f.plain.Cancel()
		}
	}
	for _, f := range futures {
		var done <-chan struct{}
		if f.timed != nil {
			done = f.timed.Done()
		} else {
			done = f.plain.Done()
		}
		select {
		case <-done:
		case <-ctx.Done():
			return
		}
	}
}
