package executors

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"poolbench/executors/affinity"
)

// A poolWorker is one worker of a pool: an identity that a goroutine carries, or
// several one after the other if tasks end them with runtime.Goexit.
type poolWorker struct {
	Worker
	pool  *pool
	wake  chan Task // capacity 1: a task to run, or nil to look at the queue
	links idleLinks // in pool.idle
	index int       // in pool.all
	slot  int       // of options.CPUs, if any
}

// begin is the start of a worker: it is initialised, then works.
func (w *poolWorker) begin() {
	w.in.enter() // before Init, which must not shut the pool down either
	ready := false
	defer func() { // deferred: Init may call runtime.Goexit
		if !ready {
			w.in.leave()
			w.retire(true)
		}
	}()
	if ready = w.prepare(); ready {
		w.work()
	}
}

// prepare makes the goroutine, and its thread, ready for tasks. If that fails, the pool
// is broken.
func (w *poolWorker) prepare() bool {
	p := w.pool
	if p.lockThreads {
		runtime.LockOSThread() // never unlocked: the thread ends with the worker
		if len(p.options.CPUs) > 0 {
			if err := affinity.Pin(p.options.CPUs[w.slot]); err != nil {
				p.fail(fmt.Errorf("executors: %w", err))
				return false
			}
		}
	}
	return p.options.Init == nil || w.initialize()
}

// initialize calls Init in the goroutine, hence on the thread, that runs the tasks.
func (w *poolWorker) initialize() (ok bool) {
	err := error(ErrGoexit)
	defer func() {
		if err = panicked(recover(), err); err != nil {
			w.pool.fail(err)
		}
	}()
	// As a task has, so that what it waits for can be told; but nobody's future.
	f := &future{origin: originOf(context.Background(), w.pool), worker: &w.Worker}
	f.state.Store(uint32(Running))
	err = w.pool.options.Init((*taskContext)(f), &w.Worker)
	return err == nil
}

// work runs tasks until the worker is not needed. The worker counts as searching
// when work begins.
func (w *poolWorker) work() {
	w.in.enter()
	ended := false
	defer func() {
		if w.in.leave(); ended {
			return
		}
		// A task called runtime.Goexit: the worker goes on in another goroutine.
		w.pool.searching.Add(1)
		if w.pool.lockThreads {
			go w.begin() // on another thread, which nobody has initialised
		} else {
			go w.work()
		}
	}()
	searching := true
	for {
		t := w.next(searching)
		if t == nil {
			ended = true
			return
		}
		searching = false
		t.Run(&w.Worker)
	}
}

// next claims a task, parking while there is none. It returns nil when the worker
// has retired.
func (w *poolWorker) next(searching bool) Task {
	p := w.pool
	for {
		if p.live.Load() > p.limit.Load() && w.retire(searching) {
			return nil
		}
		t := p.take()
		if searching {
			p.searching.Add(-1)
			searching = false
			if t != nil && !p.empty() {
				p.summon()
			}
		}
		if t != nil {
			return t
		}
		t, alive := w.park()
		if t != nil || !alive {
			return t
		}
		searching = true
	}
}

// park waits to be woken: with a task to run, or with none, and then the worker
// counts as searching. Not alive means that it has retired instead.
func (w *poolWorker) park() (t Task, alive bool) {
	p := w.pool
	if !p.first.CompareAndSwap(nil, w) && !w.join() {
		return nil, w.stay()
	}
	// A submitter that saw this worker searching has woken nobody, so look again
	// now that it would be seen idle. Being woken by oneself is as good as any.
	if !p.empty() {
		p.summon()
	}
	// Nor has Resize seen it idle, if it was before that.
	if p.live.Load() > p.limit.Load() && w.unpark() {
		return nil, w.stay()
	}
	if p.options.Idle == 0 {
		return <-w.wake, true
	}
	timer := time.NewTimer(p.options.Idle)
	defer timer.Stop()
	select {
	case t := <-w.wake:
		return t, true
	case <-timer.C:
	}
	if w.unpark() {
		return nil, w.stay()
	}
	return <-w.wake, true // somebody took this worker out of the idle ones meanwhile
}

// join puts the worker among those that are parked; false if the pool is closed, and nobody
// would wake it when another worker has taken the last task.
func (w *poolWorker) join() bool {
	p := w.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.idle.push(w)
	}
	return !p.closed
}

// stay retires the worker unless it is needed, and then has it count as searching.
func (w *poolWorker) stay() bool {
	if w.retire(false) {
		return false
	}
	w.pool.searching.Add(1)
	return true
}

// unpark takes the worker out of the parked ones; false if it is not among them.
func (w *poolWorker) unpark() bool {
	p := w.pool
	if p.first.CompareAndSwap(w, nil) {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.idle.remove(w)
}

// retire ends the worker, unless it is needed: it is not one too many, there is
// work, and the pool is not broken. searching tells that it counts as searching.
func (w *poolWorker) retire(searching bool) bool {
	p := w.pool
	p.mu.Lock()
	if !p.empty() && p.live.Load() <= p.limit.Load() {
		p.mu.Unlock()
		return false
	}
	p.live.Add(-1)
	if searching {
		p.searching.Add(-1)
	}
	last := len(p.all) - 1
	p.all[w.index], p.all[last] = p.all[last], nil
	p.all = p.all[:last]
	if w.index < last {
		p.all[w.index].index = w.index
	}
	p.retired.succeeded.Add(w.counts.succeeded.Load())
	p.retired.failed.Add(w.counts.failed.Load())
	p.retired.cancelled.Add(w.counts.cancelled.Load())
	p.closeIfDone()
	p.mu.Unlock()
	p.summon() // what it was woken for may be there still
	return true
}
