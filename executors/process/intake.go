package process

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"poolbench/executors"
	"poolbench/executors/remote"
)

// An intake is the queue of a pool and its door: what is accepted, how much may wait, and
// which worker gets what. Its lock guards all of it and may be held while that of a line
// is taken; no code of users runs under it.
type intake struct {
	bound  int // of the queue; 0 if there is none
	onFull executors.FullPolicy
	limits func(name string) time.Duration // of calls of a function
	lumps  bool                            // short tasks come together before a busy worker gets them

	over atomic.Bool // closed or broken; changes with mu held

	mu       sync.Mutex
	closed   bool
	broken   error // why nothing is accepted any more
	queue    remote.Backlog
	accepted uint64 // tasks ever
	stock    remote.Stock
	funcs    map[string]*remote.Func
	recent   *remote.Func    // of the last task
	blocked  []chan struct{} // closed to tell a submitter that there is room
	workers  int             // that may be at work at a time
	idle     []*workerLine   // with nothing to do; the last was busy last
	busy     []*workerLine
	peak     int                       // of busy
	unfed    int                       // tasks queued since a submitter gave any to workers
	since    map[*workerLine]time.Time // since when lines are idle; nil if nobody asks
}

func newIntake(o *Options) *intake {
	in := &intake{
		bound: o.Queue, onFull: o.OnFull, limits: o.limitOf, workers: o.Workers,
		queue: remote.NewBacklog(), funcs: map[string]*remote.Func{},
	}
	if o.Idle > 0 {
		in.since = map[*workerLine]time.Time{}
	}
	return in
}

// refusal is why nothing is accepted, nil if it is.
func (in *intake) refusal() error {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.refuses()
}

// refuses is refusal with mu held.
func (in *intake) refuses() error {
	switch {
	case in.broken != nil:
		return in.broken
	case in.closed:
		return executors.ErrShutdown
	}
	return nil
}

// close refuses tasks from now on. What is queued stays.
func (in *intake) close() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.closed = true
	in.over.Store(true)
	in.unblock(len(in.blocked))
}

// breakOff refuses tasks from now on because of cause, and returns what is queued; only
// the first cause counts, and first reports whether this is it.
func (in *intake) breakOff(cause error) (queued []*remote.Item, first bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if first = in.broken == nil; first {
		in.broken = cause
		in.over.Store(true)
	}
	in.unblock(len(in.blocked))
	return in.queue.TakeAll(), first
}

// brokenBy is the cause given to breakOff, nil if there is none.
func (in *intake) brokenBy() error {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.broken
}

// count is how many tasks were ever accepted.
func (in *intake) count() uint64 {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.accepted
}

// recycle takes items to which nothing refers any more.
func (in *intake) recycle(items remote.ItemList) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.stock.Put(items)
}

// lock waits until the bounded queue has room for a task, or its context ends, and returns
// with mu held; with an error, why the task is refused, it is not.
func (in *intake) lock(t executors.Task) error {
	for {
		in.mu.Lock()
		if err := in.refuses(); err != nil {
			in.mu.Unlock()
			return err
		}
		if in.bound == 0 || in.queue.Len() < in.bound {
			return nil
		}
		if in.onFull == executors.Refuse {
			in.mu.Unlock()
			return executors.ErrFull
		}
		room := make(chan struct{})
		in.blocked = append(in.blocked, room)
		in.mu.Unlock()
		ctx := t.Context()
		select {
		case <-room:
		case <-ctx.Done():
			in.withdraw(room)
			return context.Cause(ctx)
		}
	}
}

// withdraw ends a wait for room. If it has been told of room already, it tells the next.
func (in *intake) withdraw(room chan struct{}) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if i := slices.Index(in.blocked, room); i >= 0 {
		in.blocked = slices.Delete(in.blocked, i, i+1)
		return
	}
	in.unblock(1)
}

// unblock tells up to n blocked submitters to look again, in the order in which
// they came. Called with mu held.
func (in *intake) unblock(n int) {
	n = max(0, min(n, len(in.blocked)))
	for _, room := range in.blocked[:n] {
		close(room)
	}
	clear(in.blocked[:n])
	in.blocked = in.blocked[n:]
}

// room tells of room, if anybody waits for it. Called with mu held.
func (in *intake) room() {
	if len(in.blocked) > 0 {
		in.unblock(in.bound - in.queue.Len())
	}
}

// function is what is known of a function. Called with mu held.
func (in *intake) function(name string) (*remote.Func, error) {
	if in.recent != nil && in.recent.Name == name {
		return in.recent, nil
	}
	f := in.funcs[name]
	if f == nil {
		if len(in.funcs) > 0xffff {
			return nil, errors.New("process: more than 65536 task functions in one pool")
		}
		f = &remote.Func{Name: name, Number: uint16(len(in.funcs)), Limit: in.limits(name)}
		in.funcs[name] = f
	}
	in.recent = f
	return f, nil
}

// A ration is what a worker is about to be given: items with places reserved for them.
type ration struct {
	line  *workerLine
	items []*remote.Item
	more  bool // others wait
}

// push queues an item. The ration is for an idle worker, if there is one and it is to have
// something now; else it has no line. waiting is the length of the queue then; feed tells
// that it is time for the submitter to give what waits to workers, and of a burst of short
// tasks to take replies too. Called with mu held.
func (in *intake) push(it *remote.Item) (r ration, waiting int, feed, burst bool) {
	it.Order = in.accepted
	in.queue.PushBack(it)
	in.unfed++
	if lump := in.lump(it.Func); in.unfed >= lump {
		in.unfed = 0
		if lump == 1 {
			r = in.takeForIdle()
		} else {
			feed, burst = true, lump > feedEvery
		}
	}
	return r, in.queue.Len(), feed, burst
}

const (
	// feedEvery is how many tasks come together in the queue before a submitter looks for a
	// worker that is about to run out of them: else one that was woken by the first of many
	// would find no other, and have to wake the pool.
	feedEvery = 8
	// shortTask is what a task takes, in ns, of which a busy worker does several before an
	// idle one would run that was woken for them.
	shortTask = remote.WakeTime / 10
	// mostLump is the most that may come together of those, however short they are.
	mostLump = 256
)

// lump is how many tasks come together in the queue before they are given to workers. If they
// are short, it is as many as take the time of a wake: to wake somebody for each would cost
// the submitter more than their work. They need not wait for others to come. A worker that
// has done what it has asks for more, and so does who waits for a future. Called with mu held.
func (in *intake) lump(f *remote.Func) int {
	n, est := feedEvery, f.Expected()
	switch {
	case len(in.busy) == 0:
		return 1
	case in.lumps && est > 0 && est <= shortTask:
		n = int(min(remote.WakeTime/est, mostLump))
	case len(in.idle) > 0:
		return 1
	}
	if in.bound > 0 {
		n = min(n, in.bound)
	}
	return n
}

// takeAny is take for a busy line that wants more, or for an idle one; without a line if
// there is none, or nothing waits that it could be given.
func (in *intake) takeAny() ration {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.queue.Len() == 0 {
		return ration{}
	}
	if r := in.takeForBusy(); r.line != nil {
		return r
	}
	return in.takeForIdle()
}

// takeForBusy is take for one of the busy lines that want more. Called with mu held.
func (in *intake) takeForBusy() ration {
	for i := 0; i < len(in.busy); i++ { // a line that gets nothing may leave
		if l := in.busy[i]; l.wantsMore() {
			if r := in.takeFor(l); len(r.items) > 0 {
				return r
			}
		}
	}
	return ration{}
}

// requeue puts items back where they were, unless the pool is broken: that is the error.
func (in *intake) requeue(items []*remote.Item) error {
	if len(items) == 0 {
		return nil
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.broken == nil {
		in.queue.Requeue(items)
	}
	return in.broken
}

// remove takes a task out of the queue, if it is there.
func (in *intake) remove(r executors.Remote) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	_, ok := in.queue.Remove(r)
	if ok {
		in.room()
	}
	return ok
}

// take takes from the queue what l is to be given. A line that gets nothing and has nothing
// is idle then.
func (in *intake) take(l *workerLine) ration {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.takeFor(l)
}

// takeFor is take with mu held.
func (in *intake) takeFor(l *workerLine) ration {
	r := ration{line: l}
	// There may be more workers than are to work at a time, while one replaces another.
	if l.isBusy || len(in.busy) < in.workers {
		r.items = l.reserve(&in.queue, in.workers)
	}
	in.place(l)
	if len(r.items) > 0 {
		in.room()
	}
	r.more = in.queue.Len() > 0
	return r
}

// takeIdle is take for an idle line, the one that was busy last; without a line if none is
// idle, or nothing waits that it could be given.
func (in *intake) takeIdle() ration {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.takeForIdle()
}

// takeForIdle is takeIdle with mu held. Lines that are to end are idle no more.
func (in *intake) takeForIdle() ration {
	for n := len(in.idle); n > 0 && in.queue.Len() > 0 && len(in.busy) < in.workers; {
		if r := in.takeFor(in.idle[n-1]); len(r.items) > 0 {
			return r
		}
		if len(in.idle) == n {
			break // it has no room
		}
		n = len(in.idle)
	}
	return ration{}
}

// place puts a line among the busy ones, the idle ones or neither. Called with mu held.
func (in *intake) place(l *workerLine) {
	n, open := l.taken()
	i := slices.Index(in.idle, l)
	if n > 0 || !open {
		if i >= 0 {
			in.idle = slices.Delete(in.idle, i, i+1)
			delete(in.since, l)
		}
	} else if i < 0 {
		in.idle = append(in.idle, l)
		if in.since != nil {
			in.since[l] = time.Now()
		}
	}
	if n > 0 && !l.isBusy {
		in.busy, l.isBusy = append(in.busy, l), true
		in.peak = max(in.peak, len(in.busy))
	} else if n == 0 {
		in.rest(l)
	}
}

// rest takes a line out of the busy ones. Called with mu held.
func (in *intake) rest(l *workerLine) {
	if l.isBusy {
		i := slices.Index(in.busy, l)
		in.busy, l.isBusy = slices.Delete(in.busy, i, i+1), false
	}
}

// settle is place, for a line that has changed.
func (in *intake) settle(l *workerLine) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.place(l)
}

// drop forgets a line that has ended.
func (in *intake) drop(l *workerLine) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.idle = slices.DeleteFunc(in.idle, func(other *workerLine) bool { return other == l })
	delete(in.since, l)
	in.rest(l)
}

// idlers is how many lines but l are idle.
func (in *intake) idlers(l *workerLine) int {
	in.mu.Lock()
	defer in.mu.Unlock()
	n := len(in.idle)
	if slices.Contains(in.idle, l) {
		n--
	}
	return n
}

// idleFor are the lines that have had nothing to do for so long.
func (in *intake) idleFor(d time.Duration, now time.Time) (lines []*workerLine) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, l := range in.idle {
		if now.Sub(in.since[l]) >= d {
			lines = append(lines, l)
		}
	}
	return lines
}

// longestIdle is the line that has been idle for longest, nil if none is.
func (in *intake) longestIdle() *workerLine {
	in.mu.Lock()
	defer in.mu.Unlock()
	if len(in.idle) == 0 {
		return nil
	}
	return in.idle[0]
}

// waiting is the number of items in the queue.
func (in *intake) waiting() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.queue.Len()
}

// setWorkers says how many may be at work at a time.
func (in *intake) setWorkers(n int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.workers = n
}

// counts are the numbers of Stats that are here.
func (in *intake) counts(s *executors.Stats) {
	in.mu.Lock()
	defer in.mu.Unlock()
	s.Submitted = int64(in.accepted)
	s.Queued, s.Busy, s.Peak = int64(in.queue.Len()), len(in.busy), in.peak
}
