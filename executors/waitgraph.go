package executors

import (
	"context"
	"reflect"
	"slices"
	"sync"
)

// A wait is a task that waits: for one future, for any of many, for room in the queue of
// an executor, or for its end. One of these is not nil.
type wait struct {
	task *future
	ctx  context.Context // that of the task, or made from it

	one  *future
	many watched
	room Executor
	end  Executor

	// What ctx says, for who holds a lock: begin asks it.
	done    <-chan struct{}
	bounded bool // it has a deadline that the task has not

	over   chan struct{} // closed when it has become hopeless; nil unless it is parked
	on     Executor      // the innermost one whose worker it then holds up; nil if none
	failed bool          // it is, or was from the first; guarded by waitGraph.mu
}

// watched are the futures of which a wait needs any.
type watched interface {
	// sample is one that is not settled, nil if there is none; rest are all of them.
	sample() *future
	rest() []*future
}

// waits is who waits for whom among the tasks of this process, as far as they wait
// with the contexts they were given, and on workers.
//
// What tasks wait for stands in their activities. A task that waits for one that its
// own worker runs meanwhile needs nothing more: that costs a lock of its own. One that
// parks also holds up its worker, and may be the last link of a circle, which is looked
// for then, under one lock for all. A circle is found as the absence of a way out:
// nothing is followed that is going on, and so the first look is mostly the last.
//
// Contexts and executors may be anybody's, and are not asked under the lock: who looks says
// which executors it must know more of, lets go, asks them, and looks again.
var waits = waitGraph{parked: map[Executor]map[*wait]struct{}{}}

type waitGraph struct {
	mu     sync.Mutex
	parked map[Executor]map[*wait]struct{} // by the executor whose worker is held up
}

// innermost is the executor inside all wrappers, nil if it cannot be a key.
func innermost(ex Executor) Executor {
	for {
		w, ok := ex.(Wrapper)
		if !ok {
			break
		}
		ex = w.Unwrap()
	}
	if ex == nil || !reflect.TypeOf(ex).Comparable() {
		return nil
	}
	return ex
}

// begin notes that the task waits; false if it has returned, and only a goroutine that it
// left behind waits.
func (w *wait) begin() bool {
	if w.task.settled() {
		return false
	}
	w.done = w.ctx.Done()
	if own, ok := w.ctx.Deadline(); ok {
		given, ok := w.task.origin.parent.Deadline()
		w.bounded = !ok || own.Before(given)
	}
	a := (*taskContext)(w.task).activity()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.waits = append(a.waits, w)
	return true
}

// park notes that the worker of the task is held up, until leave. It is ErrDeadlock if
// the wait could not end; then it must not begin.
func (w *wait) park() error {
	w.hold()
	return waits.look(func(known places) (unknown []Executor, err error) {
		l := look{graph: &waits, origin: w, known: known}
		if !l.leads(w) && len(l.unknown) == 0 {
			waits.fail(w)
			err = ErrDeadlock
		}
		return l.unknown, err
	})
}

// hold is park for a wait that is known to end.
func (w *wait) hold() {
	w.over = make(chan struct{})
	if w.task.worker.ID >= 0 { // else not on one of the workers
		w.on = innermost(w.task.worker.Executor)
	}
	waits.mu.Lock()
	defer waits.mu.Unlock()
	if w.on == nil {
		return
	}
	if waits.parked[w.on] == nil {
		waits.parked[w.on] = map[*wait]struct{}{}
	}
	waits.parked[w.on][w] = struct{}{}
}

// leave is the end of a wait that has begun, parked or not; of none if w is nil.
func (w *wait) leave() {
	if w == nil {
		return
	}
	a := w.task.active.Load()
	a.mu.Lock()
	last := len(a.waits) - 1
	for i, other := range a.waits {
		if other == w {
			a.waits[i], a.waits[last] = a.waits[last], nil
			a.waits = a.waits[:last]
			break
		}
	}
	a.mu.Unlock()
	if w.over == nil && last == 0 {
		return
	}
	waits.mu.Lock()
	waits.release(w)
	waits.mu.Unlock()
	if last > 0 { // other goroutines of the task wait, and what they wait for may have relied on this one
		waits.review()
	}
}

// hopeless is closed when the wait can never end; never if w is nil.
func (w *wait) hopeless() <-chan struct{} {
	if w == nil {
		return nil
	}
	return w.over
}

// places are what executors have said of themselves.
type places map[Executor]place

type place struct {
	innermost Executor // nil if it cannot be a key
	workers   int
}

// look calls f with mu held until it knows all executors that it needs.
func (g *waitGraph) look(f func(known places) (unknown []Executor, err error)) error {
	var known places
	for {
		g.mu.Lock()
		unknown, err := f(known)
		g.mu.Unlock()
		if len(unknown) == 0 {
			return err
		}
		if known == nil {
			known = places{}
		}
		for _, ex := range unknown {
			known[ex] = place{innermost(ex), ex.Workers()}
		}
	}
}

// release is called with mu held.
func (g *waitGraph) release(w *wait) {
	if w.on == nil {
		return
	}
	if delete(g.parked[w.on], w); len(g.parked[w.on]) == 0 {
		delete(g.parked, w.on)
	}
}

// fail has the task of w go on, which may be what the others in the circle wait for.
// Called with mu held.
func (g *waitGraph) fail(w *wait) {
	w.failed = true
	g.release(w)
}

// review ends waits that have become hopeless though no wait began: an executor has
// fewer workers now.
func (g *waitGraph) review() {
	g.look(func(known places) (unknown []Executor, err error) {
		for _, held := range g.parked {
			for w := range held {
				l := look{graph: g, origin: w, known: known}
				if !l.leads(w) && len(l.unknown) == 0 {
					g.fail(w)
					close(w.over)
				}
				unknown = append(unknown, l.unknown...)
			}
		}
		return unknown, nil
	})
}

// A look goes through the graph for something that goes on.
type look struct {
	graph   *waitGraph
	origin  *wait
	known   places
	unknown []Executor       // of which more must be known; until then they count as going on
	futures map[*future]bool // visited: a way out was not found there, or not yet
	full    map[Executor]bool
}

// passes reports whether the wait ends whatever it waits for, and the task goes on: it has
// failed or has a deadline of its own, or its context has ended. Called with mu held.
func (w *wait) passes() bool {
	if w.failed || w.bounded || w.task.active.Load().ended.Load() {
		return true
	}
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}

// leads reports whether what w waits for can come.
func (l *look) leads(w *wait) bool {
	switch {
	case w.room != nil:
		return l.starts(w.room)
	case w.end != nil:
		return l.ends(w)
	case w.one != nil:
		return l.settles(w.one)
	}
	f := w.many.sample()
	if f == nil || l.settles(f) {
		return true
	}
	return slices.ContainsFunc(w.many.rest(), l.settles)
}

// ends reports whether the executor may end for which a task waits.
func (l *look) ends(w *wait) bool {
	ex, _, ok := l.place(w.end)
	if !ok {
		return true
	}
	if w.task != l.origin.task {
		return ex != l.origin.on
	}
	for held := range l.graph.parked[ex] {
		own := look{graph: l.graph, origin: l.origin, known: l.known}
		leads := held == w || held.passes() || own.leads(held)
		if l.unknown = append(l.unknown, own.unknown...); !leads {
			return false
		}
	}
	return true
}

// place is what is known of ex; not ok if that is nothing, yet or for ever.
func (l *look) place(ex Executor) (inner Executor, workers int, ok bool) {
	if ex == nil || !reflect.TypeOf(ex).Comparable() {
		return nil, 0, false
	}
	p, ok := l.known[ex]
	if !ok {
		l.unknown = append(l.unknown, ex)
	}
	return p.innermost, p.workers, p.innermost != nil
}

// settles reports whether something that goes on may lead to f being settled.
func (l *look) settles(f *future) bool {
	s := f.State()
	switch {
	case f == l.origin.task || l.futures[f]:
		return false
	case f.origin == nil: // somebody may keep a promise
		return true
	case s == Pending:
		return l.starts(f.origin.executor)
	case s != Running:
		return true
	}
	a := f.active.Load()
	if a == nil {
		return true
	}
	a.mu.Lock()
	ws := slices.Clone(a.waits)
	a.mu.Unlock()
	if len(ws) == 0 {
		return true
	}
	if l.futures == nil {
		l.futures = map[*future]bool{}
	}
	l.futures[f] = true
	return slices.ContainsFunc(ws, func(w *wait) bool { return w.passes() || l.leads(w) })
}

// starts reports whether a worker of ex may take up another task.
func (l *look) starts(ex Executor) bool {
	ex, limit, ok := l.place(ex)
	if !ok {
		return true
	}
	if l.full[ex] {
		return false
	}
	held := l.graph.parked[ex]
	if len(held) < limit {
		return true
	}
	workers := make(map[*Worker]bool, len(held))
	for w := range held {
		workers[w.task.worker] = true
	}
	if len(workers) < limit {
		return true
	}
	if l.full == nil {
		l.full = map[Executor]bool{}
	}
	l.full[ex] = true
	for w := range held {
		if l.settles(w.task) {
			return true
		}
	}
	return false
}

// waitIn is wait for a task t, whose context is ctx or is one from which ctx was made.
func (f *future) waitIn(t *future, ctx context.Context) error {
	if ctx.Err() != nil {
		return f.stopped(context.Cause(ctx))
	}
	w := &wait{task: t, ctx: ctx, one: f}
	if !w.begin() {
		return f.stopped(context.Canceled)
	}
	defer w.leave()
	if !t.helps(f) {
		if f.attend(); f.settled() {
			return nil
		}
		if err := w.park(); err != nil {
			return f.stopped(err)
		}
	}
	select {
	case <-f.Done():
		return nil
	case <-ctx.Done():
	case <-w.over:
	}
	if f.settled() {
		return nil
	}
	return f.stopped(w.cause())
}

// runFor has the worker of t run f, if it may and nobody does, and waits for it.
func (f *future) runFor(t *future, ctx context.Context) {
	if f.settled() || ctx.Err() != nil {
		return
	}
	w := &wait{task: t, ctx: ctx, one: f}
	if !w.begin() {
		return
	}
	defer w.leave()
	if t.helps(f) {
		select {
		case <-f.Done():
		case <-ctx.Done():
		}
	}
}

// cause is why the wait has ended.
func (w *wait) cause() error {
	if w.ctx.Err() == nil {
		return ErrDeadlock
	}
	return context.Cause(w.ctx)
}

// helps has the worker of t run f, for which t waits, if it may and nobody does. It
// has ended then, or runs beside t.
func (t *future) helps(f *future) bool {
	// Init waits without a task, and before it has returned its worker runs nothing.
	ex := t.worker.Executor
	return f.task != nil && t.task != nil && ex != nil && reflect.TypeOf(ex).Comparable() && isOf(f.origin.executor, ex) && f.task.assist(t.worker)
}

// isOf reports whether own is ex, or the executor inside of it: a wrapper has the workers of
// that.
func isOf(ex, own Executor) bool {
	if ex == own {
		return true
	}
	inside := innermost(ex)
	return inside != nil && inside == innermost(own)
}

// whileInline calls run, which runs the task in place of the goroutine that submits it: a
// task that submits waits for it meanwhile.
func whileInline(task Task, run func()) {
	ctx := task.Context()
	w := &wait{task: taskOf(ctx), ctx: ctx, one: task.base()}
	if w.task == nil || w.one == nil || !w.begin() {
		run()
		return
	}
	defer w.leave()
	w.hold()
	run()
}
