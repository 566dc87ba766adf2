package process

import (
	"context"
	"fmt"
	"strings"
	"time"

	"poolbench/executors/remote"
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

	// Decoding tells that the task had ended, and it is the output whose own method has
	// taken that long to decode it; no worker was killed, and the method goes on.
	Decoding bool
}

func (e *TimeLimitError) Error() string {
	if e.Decoding {
		return fmt.Sprintf("process: decoding the output of %s took longer than its time limit of %v; the method of its type is left alone", e.Func, e.Limit)
	}
	return fmt.Sprintf("process: %s ran longer than its time limit of %v; worker process %d was killed", e.Func, e.Limit, e.Pid)
}

// Unwrap gives context.DeadlineExceeded.
func (e *TimeLimitError) Unwrap() error { return context.DeadlineExceeded }

// limitOf is how long a call of a function may run; 0 if there is no limit.
func (o *Options) limitOf(name string) time.Duration {
	if most, ok := o.TimeLimits[strings.TrimSuffix(name, "[]")]; ok { // that of its chunks, too
		return most
	}
	return o.TimeLimit
}

// limited reports whether any task can exceed a limit.
func (o *Options) limited() bool { return o.TimeLimit != 0 || len(o.TimeLimits) != 0 || o.Grace != 0 }

// exceeds returns the error of the task that runs, if it has exceeded a limit. Called with
// mu held.
func (w *member) exceeds(now time.Time) (*remote.Item, error) {
	it := w.running()
	if it == nil || !w.opts.limited() {
		return nil, nil
	}
	ran := w.workerLine.seen.runs.sees(it.Seq, now)
	if most := it.Func.Limit; most > 0 && ran >= most {
		return it, &TimeLimitError{Func: it.Func.Name, Pid: w.pid, Limit: most}
	}
	if w.opts.Grace > 0 && it.Cancel && w.workerLine.seen.cancelled.sees(it.Seq, now) >= w.opts.Grace {
		return it, ErrCancelKilled
	}
	return nil, nil
}

// condemn decides that the worker is killed because of it. Everything the worker
// has not started is taken back first, so that nothing else can be running when
// the signal arrives; if another task was started meanwhile, the decision came
// too late and nothing happens. Called with mu held.
func (w *member) condemn(it *remote.Item, err error) (back []*remote.Item, kill bool) {
	back, _ = w.withdraw()
	if w.running() != it {
		return back, false
	}
	w.open = false
	w.workerLine.seen.verdict, w.workerLine.seen.on = err, it.Seq
	return back, true
}

// verdictOn is why the worker was killed because of a task, nil if it was not.
func (w *member) verdictOn(seq uint32) error {
	w.workerLine.mu.Lock()
	defer w.workerLine.mu.Unlock()
	if w.workerLine.seen.on == seq {
		return w.workerLine.seen.verdict
	}
	return nil
}

// diedUnasked reports whether a worker that was at work has died, and not because
// the pool wanted it.
func (c *crew) diedUnasked(w *member) bool {
	w.workerLine.mu.Lock()
	judged := w.workerLine.seen.verdict != nil
	w.workerLine.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	return !w.born.IsZero() && w.left.IsZero() && !judged && !isClosed(c.over)
}
