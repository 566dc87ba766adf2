package executors

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"
)

// A poolWorker is one worker of a pool: an identity that a goroutine carries, or
// several one after the other if tasks end them with runtime.Goexit.
type poolWorker struct {
	Worker
	pool *pool
	wake chan struct{} // capacity 1
}

// begin is the start of a worker: it is initialised, then works.
func (w *poolWorker) begin() {
	p := w.pool
	if p.lockThreads {
		runtime.LockOSThread() // never unlocked: the thread ends with the worker
		if len(p.options.CPUs) > 0 {
			if err := pinThread(p.options.CPUs[w.ID%len(p.options.CPUs)]); err != nil {
				p.fail(err)
			}
		}
	}
	if p.options.Init == nil {
		w.work()
		return
	}
	err := error(ErrGoexit)
	defer func() {
		if r := recover(); r != nil {
			err = &PanicError{Value: r, Stack: debug.Stack()}
		}
		if err != nil {
			p.fail(err)
			w.retire(true)
			return
		}
		go w.resume() // not here: what a task does must not meet this deferred function
	}()
	err = p.options.Init(context.WithValue(context.Background(), workerKey{}, &w.Worker), &w.Worker)
}

// resume goes on with a worker in a new goroutine.
func (w *poolWorker) resume() {
	if w.pool.lockThreads {
		runtime.LockOSThread()
		if cpus := w.pool.options.CPUs; len(cpus) > 0 {
			_ = pinThread(cpus[w.ID%len(cpus)]) // it could be pinned before
		}
	}
	w.work()
}

// work runs tasks until the worker is not needed. The worker counts as searching
// when work begins.
func (w *poolWorker) work() {
	ended := false
	defer func() {
		if !ended { // by runtime.Goexit in a task
			w.pool.searching.Add(1)
			go w.resume()
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
		var t Task
		if p.live.Load() > p.limit.Load() && w.retire(searching) {
			return nil
		}
		t = p.take()
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
		if !w.park() {
			return nil
		}
		searching = true
	}
}

// park waits to be woken, after which the worker counts as searching; false means
// that it has retired instead.
func (w *poolWorker) park() bool {
	p := w.pool
	p.mu.Lock()
	if p.closed && p.empty() {
		p.mu.Unlock()
		return !w.retire(false)
	}
	p.setIdle(append(p.idle, w))
	p.mu.Unlock()
	// A submitter that saw this worker searching has woken nobody, so look again
	// now that it would be seen idle. Being woken by oneself is as good as any.
	if !p.empty() {
		p.summon()
	}
	if p.options.Idle == 0 {
		<-w.wake
		return true
	}
	timer := time.NewTimer(p.options.Idle)
	defer timer.Stop()
	select {
	case <-w.wake:
		return true
	case <-timer.C:
	}
	if w.unpark() {
		return !w.retire(false)
	}
	<-w.wake // somebody took this worker out of the idle ones meanwhile
	return true
}

// unpark takes the worker out of the idle ones; false if it is not among them.
func (w *poolWorker) unpark() bool {
	p := w.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, other := range p.idle {
		if other == w {
			p.setIdle(append(p.idle[:i:i], p.idle[i+1:]...))
			return true
		}
	}
	return false
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
	for i, other := range p.all {
		if other == w {
			p.all = append(p.all[:i:i], p.all[i+1:]...)
			break
		}
	}
	p.retired.succeeded.Add(w.counts.succeeded.Load())
	p.retired.failed.Add(w.counts.failed.Load())
	p.retired.cancelled.Add(w.counts.cancelled.Load())
	p.closeIfDone()
	p.mu.Unlock()
	p.summon() // what it was woken for may be there still
	return true
}
