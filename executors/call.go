package executors

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

// A taskContext is the context a task runs with. It is part of the task, so that
// a task whose function never looks at Done costs no context at all.
type taskContext struct {
	parent    context.Context
	worker    *Worker
	interrupt atomic.Pointer[interrupt]
	unwatch   func() bool // stops watching parent; nil if parent can never end
}

type interrupt struct {
	done  chan struct{}
	ended atomic.Bool
}

// endedInterrupt is that of every context that was first looked at when its task had
// returned.
var endedInterrupt = func() *interrupt {
	i := &interrupt{done: make(chan struct{})}
	i.ended.Store(true)
	close(i.done)
	return i
}()

func (t *taskContext) Deadline() (time.Time, bool) { return t.parent.Deadline() }

func (t *taskContext) signal() *interrupt {
	for {
		if i := t.interrupt.Load(); i != nil {
			return i
		}
		t.interrupt.CompareAndSwap(nil, &interrupt{done: make(chan struct{})})
	}
}

// Done is closed when the future is cancelled, the context of Submit ends, or the
// task has returned.
func (t *taskContext) Done() <-chan struct{} { return t.signal().done }

func (t *taskContext) Err() error {
	if i := t.interrupt.Load(); i != nil && i.ended.Load() {
		if err := t.parent.Err(); err != nil {
			return err
		}
		return context.Canceled
	}
	return nil
}

func (t *taskContext) Value(key any) any {
	if key == (workerKey{}) {
		return t.worker
	}
	return t.parent.Value(key)
}

func (t *taskContext) end() {
	if i := t.signal(); i.ended.CompareAndSwap(false, true) {
		close(i.done)
	}
}

// release is called when the task has returned: this context and those made from it
// end.
func (t *taskContext) release() {
	if t.unwatch != nil {
		t.unwatch()
	}
	if !t.interrupt.CompareAndSwap(nil, endedInterrupt) {
		t.end()
	}
}

// A call is a submitted call of a Func: its future, its context and its input in
// one allocation. That of SubmitFunc has no Func, which would be a second one: its
// input is what to call.
type call[In, Out any] struct {
	Future[Out]
	taskContext
	fn *Func[In, Out]
	in In
}

func (c *call[In, Out]) Context() context.Context { return c.parent }
func (c *call[In, Out]) priority() int            { return int(c.rank) }

// claim moves the future to Running. A task whose context has ended is cancelled
// instead, even if nobody has got round to telling it.
func (c *call[In, Out]) claim() bool {
	if c.unwatch != nil && c.parent.Err() != nil {
		c.parentEnded()
		return false
	}
	return c.move(Pending, Running)
}

func (c *call[In, Out]) Run(w *Worker) {
	if c.claim() {
		c.execute(w)
		return
	}
	for State(c.state.Load()) == settling {
		runtime.Gosched() // somebody is about to cancel or finish it; that takes no time
	}
	if w != nil && c.State() == Cancelled {
		w.counts.cancelled.Add(1)
	}
}

func (c *call[In, Out]) assist(w *Worker) {
	if !c.claim() {
		return
	}
	if w.locked {
		c.execute(w)
		return
	}
	// On a goroutine of its own, for a runtime.Goexit in it must not end the task
	// that waits.
	go c.execute(w)
	c.park(nil)
}

// execute runs the claimed task.
func (c *call[In, Out]) execute(w *Worker) {
	c.worker = w
	var out Out
	err := error(ErrGoexit)
	defer func() {
		// With Goexit there is nothing to recover and err is as it was.
		err = panicked(recover(), err)
		w.note(err)
		c.finish(Running, out, err)
	}()
	out, err = c.invoke()
}

// invoke calls the function and forgets the input, which may be large and would
// live as long as the future.
func (c *call[In, Out]) invoke() (Out, error) {
	in := c.in
	c.in = *new(In)
	if c.fn == nil {
		return any(in).(func(context.Context) (Out, error))(&c.taskContext)
	}
	return c.fn.f(&c.taskContext, in)
}

func (c *call[In, Out]) finish(from State, out Out, err error) bool {
	if !c.settle(from, out, err) {
		return false
	}
	c.release()
	return true
}

func (c *call[In, Out]) Cancel() bool {
	if c.cancel(ErrCancelled) {
		if c.unwatch != nil {
			c.unwatch()
		}
		return true
	}
	if c.State() == Running {
		c.end()
	}
	return false
}

// parentEnded is called when the context of Submit ends. It must not touch
// unwatch, which Submit may not have set yet.
func (c *call[In, Out]) parentEnded() {
	cause := context.Cause(c.parent)
	if !c.cancel(fmt.Errorf("%w (%w)", ErrCancelled, cause)) && c.State() == Running {
		c.end()
	}
}

func (c *call[In, Out]) Fail(err error) bool { return c.finish(Pending, *new(Out), err) }

func (c *call[In, Out]) Remote() (Remote, error) {
	if c.fn == nil || c.fn.name == "" {
		return nil, ErrNotShippable
	}
	if err := c.fn.sendable(); err != nil {
		return nil, err
	}
	return (*remoteCall[In, Out])(c), nil
}

// remoteCall is a call as a process executor sees it. It is a type of its own to
// keep these methods off the future that users hold.
type remoteCall[In, Out any] call[In, Out]

func (r *remoteCall[In, Out]) call() *call[In, Out] { return (*call[In, Out])(r) }

func (r *remoteCall[In, Out]) FuncName() string { return r.fn.name }

func (r *remoteCall[In, Out]) AppendInput(b []byte, limit int) (encoded []byte, err error) {
	encoded, err = r.fn.in.encode(b, r.in, limit)
	if err != nil {
		return b, fmt.Errorf("executors: encoding the input of %s: %w", r.fn.name, err)
	}
	return encoded, nil
}

func (r *remoteCall[In, Out]) Start() bool { return r.call().claim() }

func (r *remoteCall[In, Out]) Context() context.Context { return &r.taskContext }

func (r *remoteCall[In, Out]) Settle(output []byte, err error) {
	var out Out
	if err == nil {
		err = guard(func() (err error) { out, err = r.fn.out.decode(output); return err })
		if err != nil {
			err = fmt.Errorf("executors: decoding the output of %s: %w", r.fn.name, err)
		}
	}
	r.in = *new(In)
	r.call().finish(Running, out, err)
}
