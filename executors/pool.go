package executors

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"poolbench/executors/affinity"
)

// A pool keeps up to limit workers and one queue.
//
// Submitting is: write a slot, look whether anybody must be woken. Working is:
// claim a slot, run, until there is none; then announce to be idle, look once
// more, and park. Since a submitter writes before it looks and a worker announces
// before it looks again, no task is left while all are parked. When the queue is
// empty and a worker is parked, the task is handed to it with the wake, past the
// queue.
//
// A submitter wakes nobody while a woken worker is still on its way (searching):
// that one will see the task, and wakes the next if it leaves more behind. So a
// burst of n submits costs a few wakes, not n. One parked worker stands first, where it
// is put and taken by one atomic step; the others in a list, of which the one that parked
// last is woken first. So a pool with little to do uses few workers, with warm stacks.
//
// Tried and left out: a worker that spins for some hundred nanoseconds before it
// parks, with a waiter that spins likewise. On two virtual CPUs that share a core
// BenchmarkPingPong was as fast or slower with it, and it burns what other
// programs could use. Also a LIFO slot: independent tasks gain nothing by it, and
// those that wait for each other are run by the waiter anyway. And taking several
// tasks at once: the rest would wait behind a long one while other workers idle.
type pool struct {
	Home
	options     Options
	lockThreads bool

	queue  blockQueue
	ranked rankedQueues // holds all tasks of a bounded queue, and else those with a priority

	searching atomic.Int32               // workers woken or started that have not looked at the queue yet
	handed    atomic.Int64               // tasks given to a parked worker past the queue
	first     atomic.Pointer[poolWorker] // parked; nobody once nothing is to be handed over any more
	live      atomic.Int32               // workers that exist, parked ones included
	limit     atomic.Int32               // workers that may exist

	mu      sync.Mutex           // guards what follows, and every change of live and limit
	idle    idleList             // parked, but first
	all     []*poolWorker        // every worker that exists
	callers map[*Worker]struct{} // of tasks that run while their submitters wait
	nextID  int
	peak    int
	retired outcomes // of workers that ended
	closed  bool
	broken  bool
	gone    chan struct{} // closed when closed, drained and without workers
}

// nobody is first in a pool that is closed or broken.
var nobody = new(poolWorker)

func newPool(o Options, lockThreads bool) (Executor, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if len(o.CPUs) > 0 {
		if !lockThreads {
			return nil, errors.New("executors: CPUs is an option of threads; a goroutine has no CPU")
		}
		allowed, err := affinity.Allowed()
		if err != nil {
			return nil, fmt.Errorf("executors: %w", err)
		}
		for _, cpu := range o.CPUs {
			if !slices.Contains(allowed, cpu) {
				return nil, fmt.Errorf("executors: this process may not use CPU %d", cpu)
			}
		}
	}
	p := &pool{options: o, lockThreads: lockThreads, callers: map[*Worker]struct{}{}, gone: make(chan struct{})}
	p.queue.init()
	p.limit.Store(int32(o.Workers))
	p.ranked.bound = o.Queue
	return p, nil
}

func (p *pool) Workers() int { return int(p.limit.Load()) }

func (p *pool) Submit(t Task) error {
	if t == nil {
		return errNilTask
	}
	if p.options.Queue > 0 || t.priority() != 0 {
		return p.submitRanked(t)
	}
	if p.handOver(t) {
		return nil
	}
	if err := p.queue.push(t); err != nil {
		return err
	}
	p.summon()
	return nil
}

// handOver gives t to a parked worker if no task is before it.
func (p *pool) handOver(t Task) bool {
	if !p.empty() {
		return false
	}
	w := p.takeFirst()
	if w == nil && p.idle.n.Load() > 0 {
		p.mu.Lock()
		if !p.closed && !p.broken {
			w = p.takeParked()
		}
		p.mu.Unlock()
	}
	if w == nil {
		return false
	}
	p.handed.Add(1)
	w.wake <- t
	return true
}

// takeFirst takes the worker that stands first; nil if none does.
func (p *pool) takeFirst() *poolWorker {
	w := p.first.Load()
	if w == nil || w == nobody || !p.first.CompareAndSwap(w, nil) {
		return nil
	}
	return w
}

// takeParked takes a parked worker, nil if there is none. mu is held.
func (p *pool) takeParked() *poolWorker {
	if w := p.takeFirst(); w != nil {
		return w
	}
	w := p.idle.newest
	p.idle.remove(w)
	return w
}

// noneFirst moves the worker that stands first to the others. mu is held. From now on
// what stands first is next: nil or nobody.
func (p *pool) noneFirst(next *poolWorker) {
	if w := p.first.Swap(next); w != nil && w != nobody {
		p.idle.push(w)
	}
}

func (p *pool) submitRanked(t Task) error {
	err := p.ranked.push(t)
	if err == ErrFull {
		switch p.options.OnFull {
		case RunInCaller:
			whileInline(t, func() { p.runBeside(t) })
			return nil
		case Block:
			err = p.enter(t)
		}
	}
	if err == nil {
		p.summon()
	}
	return err
}

// enter waits for room in a bounded queue, and for the task to be in it.
func (p *pool) enter(t Task) error {
	ctx := t.Context()
	var over chan struct{}
	if submitter := taskOf(ctx); submitter != nil {
		w := &wait{task: submitter, ctx: ctx, room: p}
		if !w.begin() {
			return context.Canceled
		}
		defer w.leave()
		if err := w.park(); err != nil {
			return err
		}
		over = w.over
	}
	e := p.ranked.enter(t)
	err := ErrDeadlock
	select {
	case <-e.done:
		return e.err
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-over:
	}
	if p.ranked.giveUp(e) {
		return err
	}
	<-e.done
	return e.err
}

// runBeside runs t while its submitter waits, in a goroutine of its own: a runtime.Goexit
// in it must not end the submitter.
func (p *pool) runBeside(t Task) {
	var group sync.WaitGroup
	group.Go(func() {
		w := &Worker{Executor: p, ID: -1}
		p.mu.Lock()
		p.callers[w] = struct{}{}
		p.mu.Unlock()
		defer func() {
			p.mu.Lock()
			delete(p.callers, w)
			p.mu.Unlock()
		}()
		w.in.enter()
		t.Run(w)
	})
	group.Wait()
}

// take claims the task to run next.
func (p *pool) take() Task {
	if p.options.Queue > 0 {
		return p.ranked.take(anyRank)
	}
	t := p.ranked.take(0)
	if t == nil {
		t = p.queue.take()
	}
	if t == nil {
		t = p.ranked.take(anyRank)
	}
	return t
}

// Drop implements Dropper, for bounded queues and tasks with a priority. Another one
// stays where it is, as a few words without its input, until a worker passes by.
func (p *pool) Drop(t Task) {
	if !p.ranked.drop(t) {
		return
	}
	p.retired.cancelled.Add(1)
	p.mu.Lock()
	p.closeIfDone() // it may have been the last task, with no worker on its way
	p.mu.Unlock()
}

func (p *pool) empty() bool { return p.ranked.count.Load() == 0 && p.queue.empty() }

// summon makes sure that somebody comes for the queue.
func (p *pool) summon() {
	if p.searching.Load() > 0 || p.first.Load() == nil && p.idle.n.Load() == 0 && p.live.Load() >= p.limit.Load() {
		return
	}
	p.mu.Lock()
	if p.searching.Load() > 0 || p.empty() {
		p.mu.Unlock()
		return
	}
	w := p.wakeOrStart()
	p.mu.Unlock()
	if w != nil {
		w.wake <- nil
	}
}

// wakeOrStart returns a parked worker, now counted as searching, that must be
// woken; or it starts one; or there is none to be had. mu is held.
func (p *pool) wakeOrStart() *poolWorker {
	if w := p.takeParked(); w != nil {
		p.searching.Add(1)
		return w
	}
	if p.live.Load() < p.limit.Load() {
		w := &poolWorker{pool: p, wake: make(chan Task, 1)}
		w.Executor, w.ID = p, p.nextID
		if w.locked = p.lockThreads; w.locked {
			w.move = w.prepare
		}
		w.slot, w.index = p.freeSlot(), len(p.all)
		p.nextID++
		p.all = append(p.all, w)
		p.live.Add(1)
		p.searching.Add(1)
		p.peak = max(p.peak, int(p.live.Load())) // it starts because none is parked
		go w.begin()
	}
	return nil
}

// freeSlot is that of the CPU which has the fewest workers. mu is held.
func (p *pool) freeSlot() int {
	if len(p.options.CPUs) == 0 {
		return 0
	}
	workers := make([]int, len(p.options.CPUs))
	for _, w := range p.all {
		workers[w.slot]++
	}
	return slices.Index(workers, slices.Min(workers))
}

// Resize changes the number of workers.
func (p *pool) Resize(workers int) error {
	if err := (Options{Workers: workers}).Check(); err != nil {
		return err
	}
	p.mu.Lock()
	p.limit.Store(int32(workers))
	if p.first.Load() != nobody {
		p.noneFirst(nil)
	}
	wake := p.idle.takeOldest(min(int(p.live.Load())-workers, int(p.idle.n.Load())))
	p.searching.Add(int32(len(wake)))
	p.mu.Unlock()
	for _, w := range wake {
		w.wake <- nil
	}
	p.summon()
	waits.review() // there may be fewer workers now
	return nil
}

// Stats is described at StatsOf.
func (p *pool) Stats() Stats {
	submitted := p.queue.submitted() + p.ranked.submitted() + p.handed.Load()
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Stats{
		Submitted: submitted, Workers: int(p.live.Load()), Busy: int(p.live.Load() - p.idle.n.Load()), Peak: p.peak, Started: p.nextID,
		Succeeded: p.retired.succeeded.Load(), Failed: p.retired.failed.Load(), Cancelled: p.retired.cancelled.Load(),
	}
	if w := p.first.Load(); w != nil && w != nobody {
		s.Busy--
	}
	for _, w := range p.all {
		s.Succeeded += w.counts.succeeded.Load()
		s.Failed += w.counts.failed.Load()
		s.Cancelled += w.counts.cancelled.Load()
	}
	s.Queued = max(0, s.Submitted-s.Succeeded-s.Failed-s.Cancelled)
	return s
}

// stop refuses further tasks; the first reason stays.
func (p *pool) stop(err error) {
	if p.queue.stop(err) {
		p.ranked.stop(err)
	}
}

// fail breaks the pool: its workers cannot start.
func (p *pool) fail(cause error) {
	err := &BrokenError{Cause: cause}
	p.stop(err)
	p.mu.Lock()
	p.broken = true
	p.noneFirst(nobody)
	p.mu.Unlock()
	for {
		t := p.take()
		if t == nil {
			return
		}
		if t.Fail(err) {
			p.retired.failed.Add(1)
		} else {
			p.retired.cancelled.Add(1)
		}
	}
}

// here reports whether the calling goroutine runs one of its tasks.
func (p *pool) here() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.all {
		if w.in.here() {
			return true
		}
	}
	for w := range p.callers {
		if w.in.here() {
			return true
		}
	}
	return false
}

func (p *pool) Shutdown(ctx context.Context) error {
	w, err := beginShutdown(ctx, p, p.here)
	if err != nil {
		return err
	}
	defer w.leave()
	p.stop(ErrShutdown)
	p.mu.Lock()
	p.closed = true
	p.noneFirst(nobody)
	idle := p.idle.takeOldest(int(p.idle.n.Load()))
	p.searching.Add(int32(len(idle)))
	p.closeIfDone()
	p.mu.Unlock()
	for _, w := range idle {
		w.wake <- nil
	}
	p.summon()
	select {
	case <-p.gone:
		return nil
	case <-ctx.Done():
	case <-w.hopeless():
	}
	s := p.Stats()
	if s.Workers == 0 && s.Queued == 0 {
		return nil
	}
	return unfinished(ctx, w, s.Workers, int(max(0, s.Queued-int64(s.Workers))))
}

// closeIfDone ends the pool when nothing is left of it. mu is held.
func (p *pool) closeIfDone() {
	if p.closed && p.live.Load() == 0 && p.empty() {
		select {
		case <-p.gone:
		default:
			close(p.gone)
		}
	}
}
