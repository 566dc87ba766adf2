package executors

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// A State is where a future is in its life.
type State uint32

const (
	Pending   State = iota // not started
	Running                // its function is being called
	Finished               // has a value or an error
	Cancelled              // ended without having been started

	encoding // internal: an executor reads the input; seen from outside as Pending
)

func (s State) String() string {
	switch s {
	case Pending, encoding:
		return "pending"
	case Running:
		return "running"
	case Finished:
		return "finished"
	case Cancelled:
		return "cancelled"
	}
	return fmt.Sprintf("State(%d)", uint32(s))
}

// A Waitable is a future of any type. Only this package implements it.
type Waitable interface {
	// Done is closed when the future is settled. The channel is made at the first
	// call, so a future that nobody waits for has none.
	Done() <-chan struct{}
	State() State
	// Cancel is Future.Cancel.
	Cancel() bool
	// Err is Future.Err.
	Err(ctx context.Context) error

	base() *future
}

// A Future is the pending result of a task. Its methods are safe for concurrent
// use. It must not be copied.
type Future[T any] struct {
	value T // first: one without a size would take room at the end
	future
}

// future is the part of a Future that does not depend on its type, with what a task
// needs while it runs: a taskContext is a future, too.
//
// It is settled by whoever runs the task, or has moved state to Finished or Cancelled:
// that one writes value and err and then takes the audience away. With that it is
// settled: whoever comes later sees so, and never registers.
type future struct {
	state    atomic.Uint32
	rank     int32 // priority, for the executor; beside state it takes no room
	audience atomic.Pointer[audience]
	err      error
	task     Task    // what settles it; nil for a Promise
	origin   *origin // likewise

	// Of a task, see taskContext.
	worker *Worker // that runs it
	active atomic.Pointer[activity]
}

// An audience is everyone who waits for one future. Most futures have none when
// they settle, so it is made on demand.
type audience struct {
	first *parker // who waited before anybody else did; never changes

	mu        sync.Mutex    // guards what follows, of which that of a parker has nothing
	done      chan struct{} // made for Done
	watchers  map[*watcher]struct{}
	callbacks []func()
}

// A parker is the audience of a future for which one goroutine waits, with a context that
// cannot end. It comes from a pool and is taken back when its goroutine is woken, so that
// waiting allocates nothing. Who joins the goroutine replaces the parker by an audience,
// and never writes into it: it may serve another future by then.
//
// What wakes the goroutine is no channel, because a channel that was made inside a
// testing/synctest bubble must not be used outside of it.
type parker struct {
	alone  audience
	wake   sync.Cond // whose Locker is the parker
	future *future   // that is waited for
	late   bool      // it has an audience already, or is settled
}

var parkers = sync.Pool{New: func() any {
	p := &parker{}
	p.alone.first, p.wake.L = p, p
	return p
}}

func (p *parker) Lock() {}

// Unlock is called by Cond.Wait when it misses no Signal any more.
func (p *parker) Unlock() {
	if p.late = !p.future.audience.CompareAndSwap(nil, &p.alone); p.late {
		p.wake.Signal()
	}
}

// isParker reports whether a is the part of a parker.
func (a *audience) isParker() bool { return a.first != nil && a == &a.first.alone }

// A watcher is told once, synchronously and in the goroutine that settles.
type watcher struct{ notify func() }

// settledAudience stands for every future that is settled.
var settledAudience = &audience{done: closed()}

func closed() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// State is a snapshot.
func (f *future) State() State {
	settled := f.settled()
	switch s := State(f.state.Load()); {
	case s == Pending, s == encoding:
		return Pending
	case !settled:
		return Running
	case s == Cancelled:
		return Cancelled
	}
	return Finished
}

func (f *future) settled() bool { return f.audience.Load() == settledAudience }

// decided reports whether the future is settled, or who settles it is writing and needs
// no time for that.
func (f *future) decided() bool {
	s := State(f.state.Load())
	return s == Finished || s == Cancelled || f.settled()
}

// base is nil for a nil future.
func (f *Future[T]) base() *future {
	if f == nil {
		return nil
	}
	return &f.future
}

// move is one atomic transition.
func (f *future) move(from, to State) bool {
	return f.state.CompareAndSwap(uint32(from), uint32(to))
}

// publish settles the future and tells the audience. err (and the value) must have been
// written. callbacksHere runs callbacks before it returns; else they run in order on a
// goroutine of their own, so that a slow callback holds up no worker.
func (f *future) publish(callbacksHere bool) {
	switch a := f.audience.Swap(settledAudience); {
	case a == nil:
	case a.isParker():
		a.first.wake.Signal()
	default:
		a.tell(callbacksHere)
	}
}

func (a *audience) tell(callbacksHere bool) {
	a.mu.Lock()
	done, watchers, callbacks := a.done, a.watchers, a.callbacks
	a.mu.Unlock()
	if a.first != nil {
		a.first.wake.Signal()
	}
	if done != nil {
		close(done)
	}
	for w := range watchers {
		w.notify()
	}
	switch {
	case len(callbacks) == 0:
	case callbacksHere:
		runCallbacks(callbacks)
	default:
		go runCallbacks(callbacks)
	}
}

func runCallbacks(callbacks []func()) {
	next := 0
	outlive(nil, func() {
		for next < len(callbacks) {
			next++
			runCallback(callbacks[next-1])
		}
	})
}

// runCallback keeps a failing callback from reaching anybody else.
func runCallback(call func()) {
	defer func() {
		if r := recover(); r != nil {
			logPanic("executors: a callback panicked", r)
		}
	}()
	call()
}

// join calls add with the locked audience, unless the future is settled.
func (f *future) join(add func(*audience)) bool {
	for {
		a := f.audience.Load()
		switch {
		case a == settledAudience:
			return false
		case a == nil:
			f.audience.CompareAndSwap(nil, &audience{})
			continue
		case a.isParker():
			f.audience.CompareAndSwap(a, &audience{first: a.first})
			continue
		}
		a.mu.Lock()
		if f.audience.Load() != a {
			a.mu.Unlock()
			continue
		}
		add(a)
		a.mu.Unlock()
		return true
	}
}

// park waits until the future is settled or ended is closed.
func (f *future) park(ended <-chan struct{}) {
	if ended != nil {
		select {
		case <-f.Done():
		case <-ended:
		}
		return
	}
	p := parkers.Get().(*parker)
	p.future = f
	p.wake.Wait()
	late := p.late
	p.future = nil
	parkers.Put(p)
	if late {
		<-f.Done()
	}
}

// Done is closed when the future is settled. The channel is made at the first
// call, so a future that nobody waits for has none.
func (f *future) Done() <-chan struct{} {
	var done chan struct{}
	if f.join(func(a *audience) {
		if a.done == nil {
			a.done = make(chan struct{})
		}
		done = a.done
	}) {
		return done
	}
	return settledAudience.done
}

// watch has notify called once when the future settles; at once if it is
// settled. leave takes the watcher away again.
func (f *future) watch(w *watcher) {
	if !f.join(func(a *audience) {
		if a.watchers == nil {
			a.watchers = map[*watcher]struct{}{}
		}
		a.watchers[w] = struct{}{}
	}) {
		w.notify()
	}
}

func (f *future) leave(w *watcher) { f.join(func(a *audience) { delete(a.watchers, w) }) }

// wait blocks until the future is settled or ctx ends. A waiting task of the same
// executor runs the awaited task itself if nobody has started it.
func (f *future) wait(ctx context.Context) error {
	if ctx == nil {
		return errNilContext
	}
	if f.settled() {
		return nil
	}
	if f.task != nil {
		if t := taskOf(ctx); t != nil {
			return f.waitIn(t, ctx)
		}
	}
	if f.attend(); f.settled() {
		return nil
	}
	f.park(ctx.Done())
	if f.settled() {
		return nil
	}
	return f.stopped(context.Cause(ctx))
}

// attend lets the executor use the goroutine that is about to wait.
func (f *future) attend() {
	if f.task == nil {
		return
	}
	if a, ok := As[Attendant](f.origin.executor); ok {
		a.Attend(f.task)
	}
}

func (f *future) stopped(cause error) error {
	return &WaitError{Unfinished: 1, Total: 1, Cause: cause}
}

// Err waits like Result and returns only the error: nil for success, a
// *WaitError when ctx ended first, or when the wait could only end in a deadlock.
func (f *future) Err(ctx context.Context) error {
	if err := f.wait(ctx); err != nil {
		return err
	}
	return f.err
}

// Cancel cancels the task. If it has not started, the future settles as
// Cancelled, its input and its place in a bounded queue are free, all who wait are woken,
// its callbacks run before Cancel returns, and Cancel returns true, as it does on a future that is cancelled already. If it
// is running, its context is cancelled and Cancel returns false: the future
// settles when the task has returned. A finished future is left alone; false.
func (f *future) Cancel() bool {
	if f.task != nil {
		return f.task.Cancel()
	}
	return f.cancel(ErrCancelled)
}

// cancel moves a pending future to Cancelled.
func (f *future) cancel(err error) bool {
	if f.move(Pending, Cancelled) {
		f.err = err
		f.publish(true)
		return true
	}
	return f.State() == Cancelled
}

// String names the state, and the error or the type of the value when finished.
func (f *Future[T]) String() string {
	switch s := f.State(); {
	case s == Finished && f.err != nil:
		return fmt.Sprintf("future(finished: %v)", f.err)
	case s == Finished:
		return fmt.Sprintf("future(finished: %T)", f.value)
	default:
		return fmt.Sprintf("future(%v)", s)
	}
}

// Result waits until the future is settled and returns what its task returned:
// the value and a nil error, or the task's error (ErrCancelled, ErrGoexit,
// *PanicError, *WorkerLostError among them). If ctx ends first it returns a
// *WaitError; the task goes on, and Result may be called again.
//
// Inside a task, wait with the task's own context: see the package comment. A wait that
// could never end is then a *WaitError around ErrDeadlock, at once.
func (f *Future[T]) Result(ctx context.Context) (T, error) {
	if f == nil {
		return *new(T), errNilFuture
	}
	if err := f.wait(ctx); err != nil {
		return *new(T), err
	}
	return f.value, f.err
}

// OnDone has callback called once with the settled future. Callbacks that were
// registered before it settled run one after the other in their order: on a goroutine of
// their own when a task ends or its executor finds its context ended, before Cancel returns
// when it is cancelled. On a
// future that is settled already, callback runs before OnDone returns. A panic
// of a callback is logged and reaches nobody; a runtime.Goexit ends who cancels or
// registers, once the callbacks have run. A nil callback panics.
func (f *Future[T]) OnDone(callback func(*Future[T])) {
	if callback == nil {
		panic(errNilCallback)
	}
	call := func() { callback(f) }
	if !f.join(func(a *audience) { a.callbacks = append(a.callbacks, call) }) {
		runCallback(call)
	}
}

// settle ends a future that nobody else settles.
func (f *Future[T]) settle(value T, err error) {
	f.value, f.err = value, err
	f.publish(false)
}

// A Promise is a future that is settled by hand.
type Promise[T any] struct{ f Future[T] }

// NewPromise makes a pending future and the right to settle it.
func NewPromise[T any]() *Promise[T] { return &Promise[T]{} }

// Future is what to wait on.
func (p *Promise[T]) Future() *Future[T] { return &p.f }

// Start moves the future from Pending to Running, after which it cannot be
// cancelled. It returns false if the future is cancelled, running or settled.
func (p *Promise[T]) Start() bool { return p.f.move(Pending, Running) }

// Settle gives the future its value or error. It returns ErrSettled, and keeps
// the first result, if the future is settled or cancelled.
func (p *Promise[T]) Settle(value T, err error) error {
	if !p.f.move(Running, Finished) && !p.f.move(Pending, Finished) {
		return ErrSettled
	}
	p.f.settle(value, err)
	return nil
}
