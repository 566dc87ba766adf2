package process

import (
	"slices"
	"time"
)

// How much a busy worker is given in advance. A task sent in advance saves the
// worker a round trip, but its future says running, and it waits behind the one
// before it even if another worker becomes free. So only tasks known to be short
// are sent in advance, and only while the queue is long enough for everybody.
const (
	// maxWindow is the greatest number of tasks a worker has at a time.
	maxWindow = 1024
	// windowTarget is the run time that a window should hold.
	windowTarget = int64(200 * time.Microsecond)
	// oneAhead is the run time of a task up to which one more may be waiting.
	oneAhead = int64(2 * time.Millisecond)
	// maxWindowBytes bounds the inputs of a window beyond its first task.
	maxWindowBytes = 128 << 10
)

// A function is what a pool knows of a task function. Guarded by Pool.mu.
type function struct {
	name   string
	number uint16
	est    int64         // ns a call takes; 0 while unknown
	limit  time.Duration // of a call; 0 if there is none
}

// observe learns from one call: much from one that is longer than expected, little
// from a shorter one. But a single outlier (the worker was preempted, or collected
// garbage) must not make every window shallow.
func (f *function) observe(ns uint32) {
	d := max(int64(ns), 1)
	if f.est == 0 {
		f.est = d
		return
	}
	if d >= f.est {
		f.est = min(d, max(4*f.est, windowTarget/10))
		return
	}
	f.est += (d - f.est) / 8
}

// admits reports whether the worker may have the next item, of which queued are
// waiting in a pool of workers. Called with Pool.mu held.
func (w *worker) admits(it *item, queued, workers int) bool {
	n := w.window.Len()
	switch {
	case n == 0:
		return true
	case n >= maxWindow, it.fn.est == 0, w.bytes+len(it.input) > maxWindowBytes:
		return false
	case n > queued/(2*workers):
		return false // leave some for the others
	case n == 1 && w.est+it.fn.est <= 2*oneAhead:
		return true
	}
	return w.est+it.fn.est <= windowTarget
}

// wantsMore keeps refills large: a window is filled up when half of it is done.
func (w *worker) wantsMore() bool {
	return w.window.Len() <= 1 || w.window.Len() <= maxWindow/2 && w.est <= windowTarget/2
}

// feed moves items from the queue to the window of w and to its channel, from
// where flush sends them. Items that were cancelled meanwhile are dropped;
// feed returns how many. There may be more workers than are to work at a time,
// while one replaces another; those that are too many get nothing. Called with Pool.mu held.
func (p *Pool) feed(w *worker) (dropped int) {
	defer p.countBusy(w)
	if !w.ready || w.leaving || !w.wantsMore() {
		return 0
	}
	for p.queue.Len() > 0 && w.admits(p.queue.Front(), p.queue.Len(), p.limit) && (w.busy || p.busy < p.limit) && w.tasksLeft() > 0 {
		it := p.queue.PopFront()
		if !it.claimed && !it.remote.Start() {
			dropped++
			continue
		}
		it.claimed = true
		w.push(it)
	}
	p.stats.Cancelled += int64(dropped)
	if len(p.blocked) > 0 {
		p.unblock(p.opts.Queue - p.queue.Len())
	}
	if w.tasksLeft() <= 0 {
		p.wear(w, wornTasks)
		p.leave(w)
		return dropped
	}
	if w.window.Len() == 0 && !w.idle {
		w.idle = true
		p.idle = append(p.idle, w)
		if p.opts.Idle > 0 {
			w.idleSince = time.Now()
		}
	}
	return dropped
}

// feedIdle gives queued items to idle workers, the one that was busy last first.
// The workers it returns need a flush. Called with Pool.mu held.
func (p *Pool) feedIdle(fed []*worker) (_ []*worker, dropped int) {
	for p.queue.Len() > 0 && len(p.idle) > 0 && p.busy < p.limit {
		w := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		w.idle = false
		dropped += p.feed(w)
		fed = append(fed, w)
	}
	return fed, dropped
}

// leaveIdle takes a worker that ends out of the idle ones. Called with Pool.mu
// held.
func (p *Pool) leaveIdle(w *worker) {
	p.idle = slices.DeleteFunc(p.idle, func(other *worker) bool { return other == w })
	w.idle = false
}
