package process

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// ErrCancelKilled is the error of a task that was cancelled while it ran, did not
// return within Options.Grace, and was ended with its worker. errors.Is(err,
// context.Canceled) holds too.
var ErrCancelKilled = fmt.Errorf("process: task did not end within the grace period of its cancellation and was killed: %w", context.Canceled)

// A TimeLimitError is the error of a task that ran longer than its time limit
// and was ended with its worker. errors.Is(err, context.DeadlineExceeded) holds.
type TimeLimitError struct {
	Func  string        // name of the task function
	Pid   int           // of the worker that was killed
	Limit time.Duration // that was exceeded
}

func (e *TimeLimitError) Error() string {
	return fmt.Sprintf("process: %s ran longer than its time limit of %v; worker process %d was killed", e.Func, e.Limit, e.Pid)
}

// Unwrap gives context.DeadlineExceeded.
func (e *TimeLimitError) Unwrap() error { return context.DeadlineExceeded }

// A stopwatch tells how long the monitor has seen the same task.
type stopwatch struct {
	seq   uint32 // 0: none
	since time.Time
}

// sees notes that seq is there now and returns for how long it has been.
func (s *stopwatch) sees(seq uint32, now time.Time) time.Duration {
	if s.seq != seq {
		s.seq, s.since = seq, now
	}
	return now.Sub(s.since)
}

// A verdict is why the parent kills a worker that runs a task.
type verdict struct {
	seq uint32 // the task that is to end
	err error  // of its future; nil while there is no verdict
}

// running is the item that the worker has started and not answered, as far as one
// can know; nil if there is none. Called with Pool.mu held.
func (w *worker) running() *item {
	if w.window.Len() == 0 {
		return nil
	}
	if w.page == nil {
		return w.window.At(0)
	}
	i := int(int32(w.page.claimed() - w.window.At(0).seq)) // replies before it may be on their way
	if i < 0 || i >= w.window.Len() || w.window.At(i).seq != w.page.claimed() {
		return nil
	}
	return w.window.At(i)
}

// limitOf is how long a call of a function may run; 0 if there is no limit.
func (o *Options) limitOf(name string) time.Duration {
	if most, ok := o.TimeLimits[strings.TrimSuffix(name, "[]")]; ok { // that of its chunks, too
		return most
	}
	return o.TimeLimit
}

// judge condemns the worker if its task has exceeded a limit, and reports whether
// it must be killed now. Called with Pool.mu held.
func (w *worker) judge(now time.Time) bool {
	o := &w.pool.opts
	if o.TimeLimit == 0 && len(o.TimeLimits) == 0 && o.Grace == 0 || !w.ready {
		return false
	}
	it := w.running()
	if it == nil {
		return false
	}
	ran := w.runs.sees(it.seq, now)
	if most := it.fn.limit; most > 0 && ran >= most {
		return w.condemn(it, &TimeLimitError{Func: it.fn.name, Pid: w.pid, Limit: most})
	}
	if o.Grace > 0 && it.cancel && w.cancelled.sees(it.seq, now) >= o.Grace {
		return w.condemn(it, ErrCancelKilled)
	}
	return false
}

// condemn decides that the worker is killed because of it. Everything the worker
// has not started is taken back first, so that nothing else can be running when
// the signal arrives; if another task was started meanwhile, the decision came
// too late and nothing happens. Called with Pool.mu held.
func (w *worker) condemn(it *item, err error) bool {
	w.pool.queue.requeue(w.withdraw())
	if w.running() != it {
		return false
	}
	w.ready = false
	w.verdict = verdict{it.seq, err}
	return true
}

// withdraw takes back what the worker has not started, as takeBack does, but also
// when it is not known to have started anything. Called with Pool.mu held.
func (w *worker) withdraw() []*item {
	if w.page == nil || w.window.Len() == 0 {
		return nil
	}
	return w.keepUpTo(w.page.takeBack(w.seq + 1))
}
