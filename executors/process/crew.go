package process

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"poolbench/executors"
	"poolbench/executors/remote"
)

// A member is one worker process as its parent sees it, from its start until it is reaped.
type member struct {
	osProcess
	workerLine
	stream  *remote.Stream // what comes by the socket of replies
	opts    *Options
	answers chan answer           // of the worker to the questions of Pool.ask
	doomed  atomic.Pointer[error] // why the pool has killed it, if it did not speak the language

	// Guarded by crew.mu.
	ready     bool      // has said hello, and lives as far as we know
	dismissed bool      // has lost its place
	worn      string    // why it is being replaced, "" if it is not
	leaving   bool      // gets no more tasks
	left      time.Time // when it was told to go; zero if it was not
	born      time.Time // when it became ready
	age       time.Duration
}

// abandon kills a worker that cannot be talked to.
func (w *member) abandon(why error) {
	if w.doomed.CompareAndSwap(nil, &why) {
		w.kill()
	}
}

// Grace periods of the end of a worker that has nothing to do: from goodbye to
// SIGTERM, and from there to SIGKILL.
const (
	byeGrace  = 2 * time.Second
	termGrace = time.Second
)

// A crew keeps the workers of a pool. It has keepers: goroutines that keep one worker
// process alive each, as many as workers are wanted. A worker that is to go for good (it
// is idle, worn out or one too many) loses its place first: its keeper goes with it, and
// another one may be hired at once, so that a replacement boots while the old one works.
//
// Its lock guards all of it and is held for moments only; no other lock is taken under it
// but that of a line and that of a process.
type crew struct {
	opts  *Options
	over  <-chan struct{}               // closed when nothing is left to be done
	boot  func() (*member, error)       // starts a process and waits for its hello; an error and a worker: it has ended
	serve func(*member)                 // returns when a worker has ended and been buried
	quit  func(error)                   // workers do not start
	slots sync.WaitGroup                // keepers
	list  atomic.Pointer[[]*workerLine] // of ready workers

	short  atomic.Bool // fewer keepers than workers wanted
	leaves atomic.Bool // a worker is to go, or there are more keepers than workers wanted

	mu       sync.Mutex
	started  bool
	ended    bool // nobody is hired any more
	limit    int  // workers wanted
	keepers  int
	procs    []*member // every process that runs or boots, the oldest first
	failures streak
	hellos   int // workers ever started
	recycled int
	booted   chan struct{} // closed when all have been started once
	isBooted bool
}

func newCrew(o *Options, over <-chan struct{}) *crew {
	c := &crew{opts: o, over: over, limit: o.Workers, booted: make(chan struct{})}
	c.short.Store(true)
	c.list.Store(&[]*workerLine{})
	return c
}

// lines are those of the workers that are ready.
func (c *crew) lines() []*workerLine { return *c.list.Load() }

// update makes what is derived from procs, keepers and limit. Called with mu held.
func (c *crew) update() {
	c.short.Store(c.keepers < c.limit)
	leaves := c.keepers > c.limit
	lines := make([]*workerLine, 0, len(c.procs))
	for _, w := range c.procs {
		leaves = leaves || w.leaving
		if !w.born.IsZero() {
			lines = append(lines, &w.workerLine)
		}
	}
	c.leaves.Store(leaves)
	c.list.Store(&lines)
}

// start has workers started as tasks come: so many wait. It reports whether this is the
// first call.
func (c *crew) start(waiting int) (first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	first, c.started = !c.started, true
	c.staff(waiting)
	return first
}

// startAll has all workers started.
func (c *crew) startAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.started = true
	c.hire(c.limit)
}

// restaff has workers started for so many tasks that wait, if any were ever started.
func (c *crew) restaff(waiting int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.staff(waiting)
}

// staff hires as many as there are tasks for which nobody is coming. Called with mu held.
func (c *crew) staff(waiting int) {
	coming := c.keepers
	for _, w := range c.procs {
		if w.ready && !w.dismissed {
			coming--
		}
	}
	c.hire(min(c.limit, c.keepers+max(0, waiting-coming)))
}

// hire adds keepers up to a number. Called with mu held.
func (c *crew) hire(want int) {
	if !c.started || c.ended || isClosed(c.over) {
		return
	}
	for c.keepers < want {
		c.keepers++
		c.slots.Go(c.keep)
	}
	c.update()
}

// keep keeps one worker alive until nothing is left to be done, or the worker
// has been dismissed.
func (c *crew) keep() {
	for c.isWanted() {
		w, err := c.boot()
		if err == nil {
			c.serve(w)
			c.mu.Lock()
			gone := w.dismissed
			c.mu.Unlock()
			if gone {
				return
			}
		}
		c.rest(w, err)
	}
}

// isWanted reports whether a keeper is to go on; if not, it is no longer counted.
func (c *crew) isWanted() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended || isClosed(c.over) || c.keepers > c.limit {
		c.keepers--
		c.update()
		return false
	}
	return true
}

// add notes a process that was started; false if it is not wanted any more.
func (c *crew) add(w *member) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.procs = append(c.procs, w)
	return !c.ended && !isClosed(c.over)
}

// remove forgets a process that has ended. It reports what is to be said of that.
func (c *crew) remove(w *member) (worn string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w.ready = false
	c.procs = slices.DeleteFunc(c.procs, func(other *member) bool { return other == w })
	c.update()
	return w.worn
}

// welcome counts a worker that has said hello, and lets it have tasks.
func (c *crew) welcome(w *member) {
	l := c.opts.newLife()
	c.mu.Lock()
	defer c.mu.Unlock()
	w.ready, w.born, w.age = true, time.Now(), l.age
	w.workerLine.begin(l.tasks)
	c.hellos++
	c.failures = streak{}
	c.relieve()
	if c.keepers > c.limit {
		c.leave(w)
	}
	ready := len(c.readyWorkers())
	if c.opts.Idle > 0 {
		ready = max(ready, c.hellos) // some may have gone again
	}
	if ready >= c.limit && !c.isBooted {
		c.isBooted = true
		close(c.booted)
	}
	c.update()
}

// readyWorkers are the living workers that have said hello, the oldest first. Called with
// mu held.
func (c *crew) readyWorkers() []*member {
	return slices.DeleteFunc(slices.Clone(c.procs), func(w *member) bool { return !w.ready })
}

// ready is readyWorkers.
func (c *crew) ready() []*member {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.readyWorkers()
}

// living are all processes that run or boot.
func (c *crew) living() []*member {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.procs)
}

// dismiss takes the place of a worker away; it goes on until it is told to leave.
// Called with mu held.
func (c *crew) dismiss(w *member) {
	if !w.dismissed {
		w.dismissed = true
		c.keepers--
		c.update()
	}
}

// leave has a worker end for good: it gets no more tasks, and goes when it has
// none. Called with mu held.
func (c *crew) leave(w *member) {
	w.leaving = true
	c.leaves.Store(true)
	c.dismiss(w)
	empty := w.shut()
	if w.ready && empty {
		w.ready = false
		w.left = time.Now()
		w.sayBye()
	}
}

// emptied tells a worker that has no task left, and is to go, that it can.
func (c *crew) emptied(w *member) {
	if !c.leaves.Load() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.leaving || c.keepers > c.limit && !w.dismissed {
		c.leave(w)
	}
}

// wear has a worker replaced: another one is started, and when that is ready this
// one leaves; if it gets no more tasks it leaves at once. It reports whether it is only
// now that it is worn.
func (c *crew) wear(w *member, why string) (first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wearOut(w, why)
}

// wearOut is wear with mu held.
func (c *crew) wearOut(w *member, why string) (first bool) {
	if w.dismissed || c.ended || isClosed(c.over) {
		return false
	}
	c.dismiss(w)
	if c.keepers >= c.limit {
		c.leave(w) // one too many anyhow
		return false
	}
	w.worn = why
	c.recycled++
	c.hire(c.keepers + 1)
	return true
}

// relieve has one worn worker leave, now that another one is ready. Called with mu held.
func (c *crew) relieve() {
	for _, w := range c.procs {
		if w.ready && w.dismissed && !w.leaving {
			c.leave(w)
			return
		}
	}
}

// retire has workers leave for good, though there may be tasks for them again.
func (c *crew) retire(lines []*workerLine) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.procs {
		if slices.Contains(lines, &w.workerLine) {
			c.leave(w)
		}
	}
}

// upkeep replaces old workers, and gives those that do not go though they were told to.
func (c *crew) upkeep(now time.Time) (kill []*member) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.procs {
		switch {
		case !w.left.IsZero() && now.Sub(w.left) > byeGrace:
			kill = append(kill, w)
		case w.ready && now.Sub(w.born) >= w.age:
			c.wearOut(w, wornAge)
		}
	}
	return kill
}

// resize changes the number of workers that are wanted, and reports by how many there are
// too many.
func (c *crew) resize(n int) (tooMany int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limit = n
	c.update()
	return c.keepers - n
}

// workers is the number that is wanted.
func (c *crew) workers() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.limit
}

// end has nobody hired any more.
func (c *crew) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
}

// rest waits before a replacement is started: not at all after a worker that was
// of use, else longer each time. w is the worker, nil if there was not even a process.
func (c *crew) rest(w *member, cause error) {
	c.mu.Lock()
	useful := cause == nil && (time.Since(w.born) > startPatience || w.everServed())
	f := &c.failures
	if useful {
		*f = streak{}
	} else {
		f.all++
	}
	var end error
	if cause != nil {
		end = f.note(cause, c.opts.BootTimeout)
		if len(c.readyWorkers()) > 0 && !isFinal(cause) {
			end = nil
		}
	}
	failures := f.all
	c.mu.Unlock()
	if end != nil {
		c.quit(end)
	}
	if failures == 0 {
		return
	}
	timer := time.NewTimer(min(5*time.Millisecond<<min(failures, 10), time.Second))
	defer timer.Stop()
	select {
	case <-c.over:
	case <-timer.C:
	}
}

// counts are the numbers of Stats that are here.
func (c *crew) counts(s *executors.Stats) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.Workers, s.Started, s.Recycled = len(c.readyWorkers()), c.hellos, c.recycled
}

// grown reports whether the worker has exceeded Options.MaxGrowth.
func (w *member) grown() bool {
	most := w.opts.MaxGrowth
	return most > 0 && w.segment != nil && w.segment.growth() > most
}

// everServed reports whether the worker has answered a task.
func (l *workerLine) everServed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.served > 0
}

// unfinished names what runs.
func (c *crew) unfinished() (running []string) {
	for _, w := range c.living() {
		if name := w.runs(); name != "" {
			running = append(running, fmt.Sprintf("%s in process %d", name, w.pid))
		}
	}
	return running
}

// runs is the function of the oldest task in the window, "" if that is empty.
func (l *workerLine) runs() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.window.Len() == 0 {
		return ""
	}
	return l.window.Front().Func.Name
}
