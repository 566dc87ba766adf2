package process

import (
	"context"
	"fmt"
	"slices"
	"time"

	"poolbench/executors"
)

// A pool has keepers: goroutines that keep one worker process alive each, as many
// as workers are wanted. A worker that is to go for good (it is idle, worn out or
// one too many) loses its place first: its keeper goes with it, and another one
// may be hired at once, so that a replacement boots while the old one works.

// hire adds a keeper. Called with Pool.mu held.
func (p *Pool) hire() {
	p.keepers++
	p.slots.Go(p.keepOne)
}

// staff hires up to the number of workers that are wanted: all of them, or as many
// as there are tasks. Called with Pool.mu held.
func (p *Pool) staff(all bool) {
	if !p.started || p.isDry || p.broken != nil {
		return
	}
	want := p.limit
	if !all {
		coming := p.keepers
		for _, w := range p.procs {
			if w.ready && !w.dismissed {
				coming--
			}
		}
		want = min(want, p.keepers+max(0, p.queue.Len()-coming))
	}
	for p.keepers < want {
		p.hire()
	}
}

// keep keeps one worker alive until nothing is left to be done, or the worker
// has been dismissed.
func (p *Pool) keep() {
	for p.isWanted() {
		useful := false
		w, err := p.boot()
		if err == nil {
			err = w.serve()
		}
		if w != nil {
			useful = w.end(err)
			p.mu.Lock()
			gone := w.dismissed
			p.mu.Unlock()
			if gone {
				return
			}
		}
		p.rest(useful, err)
	}
}

// isWanted reports whether a keeper is to go on; if not, it is no longer counted.
func (p *Pool) isWanted() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isDry || p.keepers > p.limit {
		p.keepers--
		return false
	}
	return true
}

// dismiss takes the place of a worker away; it goes on until it is told to leave.
// Called with Pool.mu held.
func (p *Pool) dismiss(w *worker) {
	if !w.dismissed {
		w.dismissed = true
		p.keepers--
	}
}

// leave has a worker end for good: it gets no more tasks, and goes when it has
// none. Called with Pool.mu held.
func (p *Pool) leave(w *worker) {
	p.dismiss(w)
	w.leaving = true
	p.leaveIdle(w)
	if w.ready && w.window.Len() == 0 {
		w.ready = false
		w.left = time.Now()
		w.sayBye()
	}
}

// countBusy is called with Pool.mu held when the window of w may have become
// empty, or not empty.
func (p *Pool) countBusy(w *worker) {
	busy := w.window.Len() > 0
	if busy == w.busy {
		return
	}
	if w.busy = busy; busy {
		p.busy++
		p.stats.Peak = max(p.stats.Peak, p.busy)
	} else {
		p.busy--
	}
}

// upkeep ends workers that have been idle for long, replaces old ones, and kills those that do not
// go though they were told to. Called with Pool.mu held.
func (p *Pool) upkeep(now time.Time) (kill []*worker) {
	for _, w := range p.procs {
		switch {
		case !w.left.IsZero() && now.Sub(w.left) > byeGrace:
			kill = append(kill, w)
		case p.opts.Idle > 0 && w.idle && now.Sub(w.idleSince) >= p.opts.Idle:
			p.leave(w)
		case w.ready && now.Sub(w.born) >= w.life.age:
			p.wear(w, wornAge)
		}
	}
	p.staff(false)
	return kill
}

// Resize changes the number of workers, at work or idle. Idle workers that are
// too many end at once, busy ones after the tasks they have. The error says that
// workers is less than 1, or why the pool accepts nothing any more.
func (p *Pool) Resize(workers int) error {
	if p == nil {
		return errNilPool
	}
	if err := (executors.Options{Workers: workers}).Check(); err != nil {
		return err
	}
	p.mu.Lock()
	if err := p.refusal(); err != nil {
		p.mu.Unlock()
		return err
	}
	p.limit = workers
	for p.keepers > p.limit && len(p.idle) > 0 {
		p.leave(p.idle[0]) // the one that has been idle for longest
	}
	fed, dropped := p.feedIdle(nil)
	p.staff(false)
	p.mu.Unlock()
	p.finish(fed, dropped)
	return nil
}

// Stats is described at executors.StatsOf. Peak is exact, and so are all numbers
// once the futures have settled. A task whose output could not be decoded counts
// as succeeded.
func (p *Pool) Stats() executors.Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.stats
	s.Queued, s.Busy, s.Workers = int64(p.queue.Len()), p.busy, len(p.ready())
	return s
}

// admit waits until the bounded queue has room for t, or its context ends. It is called
// with Pool.mu held and returns so, too. The error is why the task is refused.
func (p *Pool) admit(t executors.Task) error {
	for {
		if err := p.refusal(); err != nil {
			return err
		}
		if p.opts.Queue == 0 || p.queue.Len() < p.opts.Queue {
			return nil
		}
		if p.opts.OnFull == executors.Refuse {
			return executors.ErrFull
		}
		room := make(chan struct{})
		p.blocked = append(p.blocked, room)
		p.mu.Unlock()
		ctx := t.Context()
		select {
		case <-room:
			p.mu.Lock()
		case <-ctx.Done():
			p.mu.Lock()
			p.withdrawBlocked(room)
			return context.Cause(ctx)
		}
	}
}

// withdrawBlocked ends a wait for room. If it has been told of room already, it
// tells the next. Called with Pool.mu held.
func (p *Pool) withdrawBlocked(room chan struct{}) {
	if i := slices.Index(p.blocked, room); i >= 0 {
		p.blocked = slices.Delete(p.blocked, i, i+1)
		return
	}
	p.unblock(1)
}

// unblock tells up to n blocked submitters to look again, in the order in which
// they came. Called with Pool.mu held.
func (p *Pool) unblock(n int) {
	n = max(0, min(n, len(p.blocked)))
	for _, room := range p.blocked[:n] {
		close(room)
	}
	clear(p.blocked[:n])
	p.blocked = p.blocked[n:]
}

// diedUnasked reports whether a worker that was at work has died, and not because
// the pool wanted it. Called with Pool.mu held.
func (w *worker) diedUnasked() bool {
	return !w.born.IsZero() && w.left.IsZero() && w.verdict.err == nil && !w.pool.isDry
}

// strictError is why a strict pool is broken; blamed is the task that ran, nil if
// none did.
func (w *worker) strictError(blamed *item) error {
	fn, seq := "no task", uint32(0)
	if blamed != nil {
		fn, seq = blamed.fn.name, blamed.seq
	}
	return fmt.Errorf("%w: %w", ErrStrict, w.lostError(fn, seq))
}
