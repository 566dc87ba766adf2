package executors

import (
	"context"
	"runtime"
	"sync"
)

// A pool keeps up to limit worker goroutines and one queue under one lock.
//
// Workers start on demand and then stay. An idle worker parks on a channel of its
// own; the one that parked last is woken first, because its stack is the warmest.
// A submitter wakes a worker only if no worker that is already awake is on its way
// to the queue: that one will find the task, and wakes the next if it leaves more
// behind. So a burst of n submits costs a few wakes, not n.
type pool struct {
	limit       int
	lockThreads bool

	mu        sync.Mutex
	queue     taskQueue
	idle      []*poolWorker // parked, the last one parked at the end
	live      int           // goroutines, parked ones included
	searching int           // woken or started, but not yet at the queue
	nextID    int
	closed    bool
	gone      chan struct{} // closed when closed and live is 0
}

type poolWorker struct {
	Worker
	wake chan struct{} // capacity 1
}

func newPool(o Options, lockThreads bool) (Executor, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	return &pool{limit: o.Workers, lockThreads: lockThreads, gone: make(chan struct{})}, nil
}

func (p *pool) Workers() int { return p.limit }

func (p *pool) Submit(t Task) error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return ErrShutdown
	}
	p.queue.push(t)
	wake := p.summon()
	p.mu.Unlock()
	wake.signal()
	return nil
}

// summon makes sure that somebody comes for the queue. It returns a worker to
// signal after unlocking, nil if there is none to signal.
func (p *pool) summon() *poolWorker {
	if p.searching > 0 || p.queue.count == 0 {
		return nil
	}
	if n := len(p.idle); n > 0 {
		w := p.idle[n-1]
		p.idle[n-1] = nil
		p.idle = p.idle[:n-1]
		p.searching++
		return w
	}
	if p.live < p.limit {
		p.live++
		p.searching++
		w := &poolWorker{Worker: Worker{Executor: p, ID: p.nextID}, wake: make(chan struct{}, 1)}
		p.nextID++
		go p.work(w)
	}
	return nil
}

func (w *poolWorker) signal() {
	if w != nil {
		w.wake <- struct{}{}
	}
}

// work is the life of a worker. A task that calls runtime.Goexit ends the
// goroutine; another one takes over the same worker.
func (p *pool) work(w *poolWorker) {
	if p.lockThreads {
		runtime.LockOSThread() // never unlocked: the thread ends with the worker
	}
	finished := false
	defer func() {
		if !finished {
			p.mu.Lock()
			p.searching++
			p.mu.Unlock()
			go p.work(w)
		}
	}()
	searching := true
	for {
		t := p.next(w, searching)
		if t == nil {
			finished = true
			return
		}
		searching = false
		t.Run(&w.Worker)
	}
}

// next takes the oldest task, parking while there is none. searching tells that
// the caller counts as searching. It returns nil when the pool is closed and
// drained.
func (p *pool) next(w *poolWorker, searching bool) Task {
	for {
		p.mu.Lock()
		if searching {
			p.searching--
		}
		if t := p.queue.pop(); t != nil {
			wake := p.summon()
			p.mu.Unlock()
			wake.signal()
			return t
		}
		if p.closed {
			p.live--
			if p.live == 0 {
				close(p.gone)
			}
			p.mu.Unlock()
			return nil
		}
		p.idle = append(p.idle, w)
		p.mu.Unlock()
		<-w.wake
		searching = true
	}
}

func (p *pool) Shutdown(ctx context.Context) error {
	if inside(ctx, p) {
		return ErrShutdownInside
	}
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		if p.live == 0 {
			close(p.gone)
		}
	}
	idle := p.idle
	p.idle = nil
	p.searching += len(idle)
	p.mu.Unlock()
	for _, w := range idle {
		w.signal()
	}
	select {
	case <-p.gone:
		return nil
	case <-ctx.Done():
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.live == 0 {
			return nil
		}
		return unfinished(ctx, p.live, p.queue.count)
	}
}
