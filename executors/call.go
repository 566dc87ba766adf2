package executors

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A taskContext is the context a task runs with. It is the task's own future, so that
// a task whose function never looks at Done costs no context at all, and who waits with
// it is known.
type taskContext future

// An activity is what a running task has beside its future: made when its context is
// watched, which is what a task that waits does.
type activity struct {
	done  chan struct{} // of its context
	ended atomic.Bool

	mu    sync.Mutex
	waits []*wait // in the task's goroutine, and in those that it has started
	after map[*afterFunc]struct{}
}

// An afterFunc is called when a context has ended.
type afterFunc struct{ f func() }

func (t *taskContext) Deadline() (time.Time, bool) { return t.origin.parent.Deadline() }

func (t *taskContext) activity() *activity {
	for {
		if a := t.active.Load(); a != nil {
			return a
		}
		t.active.CompareAndSwap(nil, &activity{done: make(chan struct{})})
		if (*future)(t).settled() { // it may have found nothing to end
			t.end()
		}
	}
}

// Done is closed when the future is cancelled, the context of Submit ends, or the
// task has returned.
func (t *taskContext) Done() <-chan struct{} { return t.activity().done }

// AfterFunc is what package context looks for in contexts that it has not made, to do
// without a goroutine for each context made from this one.
func (t *taskContext) AfterFunc(f func()) (stop func() bool) {
	a, entry := t.activity(), &afterFunc{f}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended.Load() {
		go f()
		return func() bool { return false }
	}
	if a.after == nil {
		a.after = map[*afterFunc]struct{}{}
	}
	a.after[entry] = struct{}{}
	return func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		_, stopped := a.after[entry]
		delete(a.after, entry)
		return stopped
	}
}

func (t *taskContext) Err() error {
	if (t.active.Load() != nil || (*future)(t).settled()) && t.activity().ended.Load() {
		if err := t.origin.parent.Err(); err != nil {
			return err
		}
		return context.Canceled
	}
	return nil
}

func (t *taskContext) Value(key any) any {
	switch key.(type) {
	case workerKey:
		return t.worker
	case taskKey:
		return (*future)(t)
	}
	return t.origin.parent.Value(key)
}

type taskKey struct{}

// taskOf is the task that ctx belongs to, if it runs on a worker; else nil.
func taskOf(ctx context.Context) *future {
	if t, ok := ctx.Value(taskKey{}).(*future); ok && t.worker != nil {
		return t
	}
	return nil
}

func (t *taskContext) end() {
	a := t.activity()
	if !a.ended.CompareAndSwap(false, true) {
		return
	}
	close(a.done)
	a.mu.Lock()
	after := a.after
	a.after = nil
	a.mu.Unlock()
	for entry := range after {
		go entry.f()
	}
}

// release is called when the task has returned: this context and those made from it
// end.
func (t *taskContext) release() {
	if t.origin.unwatch != nil {
		t.origin.unwatch()
	}
	if t.active.Load() != nil {
		t.end()
	}
}

// A call is a submitted call of a Func: its future, its context and its input in
// one allocation. That of SubmitFunc has no Func, which would be a second one: its
// input is what to call.
type call[In, Out any] struct {
	Future[Out]
	in In // zero as soon as nobody needs it, for it may be large and would live as long as the future
	fn *Func[In, Out]
}

func (c *call[In, Out]) context() *taskContext    { return (*taskContext)(&c.future) }
func (c *call[In, Out]) Context() context.Context { return c.origin.parent }
func (c *call[In, Out]) priority() int            { return int(c.rank) }

// claim moves the future to Running. A task whose context has ended is cancelled
// instead, even if nobody has got round to telling it; but no code of a user is asked.
func (c *call[In, Out]) claim() bool {
	if c.origin.unwatch != nil && !isForeign(c.origin.parent) && c.origin.parent.Err() != nil {
		c.endWithParent(false)
		return false
	}
	return c.move(Pending, Running)
}

func (c *call[In, Out]) Run(w *Worker) {
	if c.claim() {
		c.execute(w, true)
		return
	}
	for c.decided() && !c.settled() {
		runtime.Gosched()
	}
	if w != nil && c.State() == Cancelled {
		w.counts.cancelled.Add(1)
	}
}

func (c *call[In, Out]) assist(w *Worker) bool {
	if !c.claim() {
		return false
	}
	if w.locked {
		c.execute(w, false)
		return true
	}
	// On a goroutine of its own, for a runtime.Goexit in it must not end the task
	// that waits, which in turn need not wait to the end.
	w.beside.Add(1)
	go c.executeBeside(w)
	return true
}

// executeBeside has few frames, so that the small stack of a new goroutine will do.
func (c *call[In, Out]) executeBeside(w *Worker) {
	id := w.in.join()
	defer func() {
		w.in.part(id)
		w.beside.Done()
	}()
	c.execute(w, false)
}

// execute runs the claimed task. If it is what the worker took up, and not on behalf of
// a task that waits, the worker is not free before all that it runs has ended.
func (c *call[In, Out]) execute(w *Worker, first bool) {
	c.worker = w
	var out Out
	err := error(ErrGoexit)
	defer func() {
		// With Goexit there is nothing to recover and err is as it was.
		err = panicked(recover(), err)
		w.note(err)
		c.finish(out, err)
		if first && w != nil {
			w.beside.Wait()
		}
	}()
	out, err = c.invoke()
}

// invoke calls the function and forgets the input.
func (c *call[In, Out]) invoke() (Out, error) {
	in := c.in
	c.in = *new(In)
	if c.fn == nil {
		return any(in).(func(context.Context) (Out, error))(c.context())
	}
	return c.fn.f(c.context(), in)
}

// finish is called by the one who has claimed the task.
func (c *call[In, Out]) finish(out Out, err error) {
	c.settle(out, err)
	c.context().release()
}

func (c *call[In, Out]) Cancel() bool {
	if c.drop(ErrCancelled, true) {
		if c.origin.unwatch != nil {
			c.origin.unwatch()
		}
		return true
	}
	c.interrupt()
	return false
}

// interrupt ends the context of a running task, and tells its executor.
func (c *call[In, Out]) interrupt() {
	if c.State() != Running {
		return
	}
	c.context().end()
	if i, ok := As[Interrupter](c.origin.executor); ok {
		i.Interrupt(c)
	}
}

// parentEnded is called when the context of Submit ends. It must not touch
// unwatch, which Submit may not have set yet.
func (c *call[In, Out]) parentEnded() { c.endWithParent(true) }

func (c *call[In, Out]) endWithParent(tell bool) {
	cause := context.Cause(c.origin.parent)
	if !c.drop(fmt.Errorf("%w (%w)", ErrCancelled, cause), tell) {
		c.interrupt()
	}
}

// drop cancels a task that nobody has started: its input is forgotten, and with tell
// its executor is told, before anybody sees it cancelled, and callbacks run here. Without,
// it is the executor that calls, maybe under a lock.
func (c *call[In, Out]) drop(err error, tell bool) bool {
	for {
		switch s := State(c.state.Load()); s {
		case Pending, encoding:
			if !c.move(s, Cancelled) {
				continue
			}
			if s == Pending {
				c.in = *new(In) // else AppendInput does it
			}
			if tell {
				c.leaveQueue()
			}
			c.err = err
			c.publish(tell) // a worker is not held up by callbacks
			return true
		default:
			return c.State() == Cancelled
		}
	}
}

// leaveQueue has the executor forget a cancelled task.
func (f *future) leaveQueue() {
	if d, ok := As[Dropper](f.origin.executor); ok {
		d.Drop(f.task)
	}
}

func (c *call[In, Out]) Fail(err error) bool {
	if !c.move(Pending, Finished) {
		return false
	}
	c.in = *new(In)
	c.finish(*new(Out), err)
	return true
}

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

func (r *remoteCall[In, Out]) Task() Task { return r.call() }

func (r *remoteCall[In, Out]) FuncName() string { return r.fn.name }

func (r *remoteCall[In, Out]) AppendInput(b []byte, limit int) (encoded []byte, err error) {
	if r.origin.unwatch != nil { // else nobody can cancel a task that Submit has not returned
		switch reading := r.move(Pending, encoding); {
		case reading:
			defer func() {
				if !r.move(encoding, Pending) { // it was cancelled meanwhile
					r.in = *new(In)
				}
			}()
		case r.decided():
			return b, ErrCancelled
		}
	}
	encoded, err = r.fn.in.encode(b, r.in, limit)
	if err != nil {
		return b, fmt.Errorf("executors: encoding the input of %s: %w", r.fn.name, err)
	}
	return encoded, nil
}

func (r *remoteCall[In, Out]) Start() bool { return r.call().claim() }

func (r *remoteCall[In, Out]) Context() context.Context { return r.call().context() }

func (r *remoteCall[In, Out]) Ended() bool {
	a := r.active.Load()
	return a != nil && a.ended.Load()
}

func (r *remoteCall[In, Out]) Custom() bool { return r.fn.out.custom != nil && r.fn.out.custom() }

func (r *remoteCall[In, Out]) Settle(output []byte, err error) {
	var out Out
	if err == nil {
		if out, err = r.fn.out.decodeSafely(output); err != nil {
			err = fmt.Errorf("executors: decoding the output of %s: %w", r.fn.name, err)
		}
	}
	r.end(out, err)
}

func (r *remoteCall[In, Out]) SettleLoan(output []byte, release func()) bool {
	if _, ok := any(*new(Out)).(Loan); !ok {
		return false
	}
	loan := borrow(output, release)
	if !r.end(any(loan).(Out), nil) {
		loan.Release()
	}
	return true
}

// end settles the future, unless somebody else does.
func (r *remoteCall[In, Out]) end(out Out, err error) bool {
	if !r.move(Running, Finished) {
		return false
	}
	r.in = *new(In)
	r.call().finish(out, err)
	return true
}
