package process

import (
	"time"

	"poolbench/executors/remote"
)

// inspect is one look at the window of a worker, beside so many idle ones: what it returns
// is taken back, and with kill the worker is to be killed.
func (w *member) inspect(now time.Time, idle int) (back []*remote.Item, kill bool) {
	l := &w.workerLine
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return nil, false
	}
	passed := l.seen.passed(now)
	if l.window.Len() == 0 {
		l.seen.oldest = 0
		return nil, w.stillDeaf(passed)
	}
	if it, err := w.exceeds(now); err != nil {
		return w.condemn(it, err)
	}
	oldest := l.window.Front().Seq
	if oldest != l.seen.oldest {
		l.seen.oldest, l.seen.unclaimed, l.seen.deafFor = oldest, 0, 0
		return nil, false
	}
	if l.running() != nil { // it is longer than a tick
		l.seen.unclaimed, l.seen.deafFor = 0, 0
		if l.window.Len() > 1 {
			back, _ = l.withdraw()
		}
		return back, false
	}
	return w.deaf(idle, passed)
}

// deafTicks is for how many ticks a worker may not begin with a task while another one
// is idle. It may only not have got a processor.
const deafTicks = 3

// deaf is called when a worker has not begun with its oldest task since the monitor looked
// last: it may be stopped, or have been destroyed in part. Others can do that task; and in
// the end the worker is killed. Called with mu held.
func (w *member) deaf(idle int, passed time.Duration) (back []*remote.Item, kill bool) {
	l := &w.workerLine
	l.seen.unclaimed++
	l.seen.deafFor += passed
	if l.seg != nil {
		l.seg.rouse() // perhaps it has only not been woken: something has written over the memory
	}
	if idle > 0 && l.seen.unclaimed >= deafTicks && l.seg != nil {
		back, _ = l.withdraw()
		if l.running() == nil {
			l.open, l.seen.deaf = false, true
		}
		return back, false
	}
	return nil, l.seen.deafFor > w.opts.BootTimeout
}

// stillDeaf looks after a worker from which its tasks were taken because it did not begin
// with them: it gets others once it has taken note of that, or is to be killed. Called with
// mu held.
func (w *member) stillDeaf(passed time.Duration) (kill bool) {
	l := &w.workerLine
	switch {
	case !l.seen.deaf:
		l.seen.unclaimed, l.seen.deafFor = 0, 0
		return false
	case !l.out.unread():
		l.open, l.seen.deaf, l.seen.unclaimed, l.seen.deafFor = true, false, 0, 0
		return false
	}
	l.seen.deafFor += passed
	return l.seen.deafFor > w.opts.BootTimeout
}
