package executors

import "sync/atomic"

// An idleList has the parked workers of a pool in the order in which they parked. It is
// guarded by the lock of the pool, but for the number of them.
type idleList struct {
	newest, oldest *poolWorker
	n              atomic.Int32
}

// idleLinks are the place of a worker in the list.
type idleLinks struct {
	newer, older *poolWorker
	listed       bool
}

func (l *idleList) push(w *poolWorker) {
	w.links = idleLinks{older: l.newest, listed: true}
	if l.newest == nil {
		l.oldest = w
	} else {
		l.newest.links.newer = w
	}
	l.newest = w
	l.n.Add(1)
}

// remove takes w out, and reports whether it was there; nil never is.
func (l *idleList) remove(w *poolWorker) bool {
	if w == nil || !w.links.listed {
		return false
	}
	if newer := w.links.newer; newer != nil {
		newer.links.older = w.links.older
	} else {
		l.newest = w.links.older
	}
	if older := w.links.older; older != nil {
		older.links.newer = w.links.newer
	} else {
		l.oldest = w.links.newer
	}
	w.links = idleLinks{}
	l.n.Add(-1)
	return true
}

// takeOldest takes out the n workers that have been parked for longest; none if n is less.
func (l *idleList) takeOldest(n int) (taken []*poolWorker) {
	for range n {
		taken = append(taken, l.oldest)
		l.remove(l.oldest)
	}
	return taken
}
