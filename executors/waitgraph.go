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

	over   chan struct{} // closed when it has become hopeless; nil unless it is parked
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
	a := (*taskContext)(w.task).activity()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.waits = append(a.waits, w)
	return true
}

// park notes that the worker of the task is held up, until leave. It is ErrDeadlock if
// the wait could not end; then it must not begin.
func (w *wait) park() error {
	w.over = make(chan struct{})
	waits.mu.Lock()
	defer waits.mu.Unlock()
	waits.hold(w)
	if waits.hopeless(w) {
		waits.fail(w)
		return ErrDeadlock
	}
	return nil
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
	defer waits.mu.Unlock()
	waits.release(w)
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

// hold, release and fail are called with mu held.
func (g *waitGraph) hold(w *wait) {
	ex := innermost(w.task.worker.Executor)
	if ex == nil || w.task.worker.ID < 0 { // not on one of its workers
		return
	}
	if g.parked[ex] == nil {
		g.parked[ex] = map[*wait]struct{}{}
	}
	g.parked[ex][w] = struct{}{}
}

func (g *waitGraph) release(w *wait) {
	ex := innermost(w.task.worker.Executor)
	if ex == nil {
		return
	}
	if delete(g.parked[ex], w); len(g.parked[ex]) == 0 {
		delete(g.parked, ex)
	}
}

// fail has the task of w go on, which may be what the others in the circle wait for.
func (g *waitGraph) fail(w *wait) {
	w.failed = true
	g.release(w)
}

// review ends waits that have become hopeless though no wait began: an executor has
// fewer workers now. Called with mu held.
func (g *waitGraph) review() {
	for _, held := range g.parked {
		for w := range held {
			if g.hopeless(w) {
				g.fail(w)
				close(w.over)
			}
		}
	}
}

// fewerWorkers is called when an executor may have fewer workers than before.
func (g *waitGraph) fewerWorkers() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.review()
}

// hopeless reports whether nothing that goes on can end the wait. Called with mu held.
func (g *waitGraph) hopeless(w *wait) bool {
	l := look{graph: g, origin: w.task}
	return !l.leads(w)
}

// A look goes through the graph for something that goes on.
type look struct {
	graph   *waitGraph
	origin  *future
	futures map[*future]bool // visited: a way out was not found there, or not yet
	full    map[Executor]bool
}

// passes reports whether the wait ends whatever it waits for, and the task goes on: it has
// failed or has a deadline of its own, or its context has ended. Called with mu held.
func (w *wait) passes() bool {
	own, bounded := w.ctx.Deadline()
	if given, ok := w.task.origin.parent.Deadline(); ok && !own.Before(given) {
		bounded = false
	}
	return w.failed || bounded || w.ctx.Err() != nil
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
	ex := innermost(w.end)
	if w.task != l.origin {
		return ex == nil || innermost(l.origin.worker.Executor) != ex
	}
	for held := range l.graph.parked[ex] {
		own := look{graph: l.graph, origin: l.origin}
		if !held.passes() && held != w && !own.leads(held) {
			return false
		}
	}
	return true
}

// settles reports whether something that goes on may lead to f being settled.
func (l *look) settles(f *future) bool {
	s := f.State()
	switch {
	case f == l.origin || l.futures[f]:
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
	if ex = innermost(ex); ex == nil {
		return true
	}
	if l.full[ex] {
		return false
	}
	held, limit := l.graph.parked[ex], ex.Workers()
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
	return f.task != nil && t.task != nil && ex != nil && reflect.TypeOf(ex).Comparable() && ex == f.origin.executor && f.task.assist(t.worker)
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
	w.over = make(chan struct{})
	waits.mu.Lock()
	waits.hold(w)
	waits.mu.Unlock()
	run()
}
