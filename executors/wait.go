package executors

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
)

// A WaitMode says when Wait returns.
type WaitMode int

const (
	AllCompleted   WaitMode = iota // when every future is settled
	FirstCompleted                 // when at least one future is settled
	FirstError                     // when a future has finished with an error, or all are settled. A cancelled future is not an error
)

// Wait waits for futures, which may belong to different executors and, with
// F = Waitable, have different types. It returns those that are settled and those
// that are not; duplicates count once, and both keep the order of the arguments.
// With no futures it returns at once.
//
// If ctx ends first, or going on waiting would be a deadlock, the error is a *WaitError
// beside the split so far. An unknown mode is an error always, and so is a nil argument.
//
// To drain futures one by one use AsCompleted: a loop around FirstCompleted takes
// quadratic time.
func Wait[F Waitable](ctx context.Context, mode WaitMode, futures ...F) (settled, pending []F, err error) {
	if mode < AllCompleted || mode > FirstError {
		return nil, nil, fmt.Errorf("executors: unknown wait mode %d", mode)
	}
	if err := refuseNil(ctx, futures); err != nil {
		return nil, nil, err
	}
	c := NewCompletions(futures...)
	defer c.close()
	all := c.helpable
	enough := func(f F) bool {
		switch mode {
		case FirstCompleted:
			return true
		case FirstError:
			return f.State() == Finished && f.base().err != nil
		}
		return false
	}
	for f, failed := range c.all(ctx) {
		if err = failed; err != nil || enough(f) {
			break
		}
	}
	for _, f := range all {
		if f.base().settled() {
			settled = append(settled, f)
		} else {
			pending = append(pending, f)
		}
	}
	return settled, pending, err
}

// AsCompleted yields each distinct future once, as it settles; those that were
// settled at the call come first. Watching starts at the call, not at the first
// iteration. If ctx ends first, the last pair is the zero F and a *WaitError that
// counts the unfinished futures. The sequence can be iterated once. Of a nil argument
// it yields only the error.
func AsCompleted[F Waitable](ctx context.Context, futures ...F) iter.Seq2[F, error] {
	if err := refuseNil(ctx, futures); err != nil {
		return failed[F](err)
	}
	return NewCompletions(futures...).All(ctx)
}

// baseOf is nil for a nil future, also one in an interface.
func baseOf[F Waitable](f F) *future {
	if any(f) == nil {
		return nil
	}
	return f.base()
}

func refuseNil[F Waitable](ctx context.Context, futures []F) error {
	if ctx == nil {
		return errNilContext
	}
	for _, f := range futures {
		if baseOf(f) == nil {
			return errNilFuture
		}
	}
	return nil
}

// Completions are futures in the order in which they settle. Futures may be added
// at any time, also while the sequence is iterated; its methods are safe for
// concurrent use.
type Completions[F Waitable] struct {
	mu       sync.Mutex
	settled  []F
	arrived  chan struct{}        // capacity 1: there may be something in settled
	waiting  map[*future]*watcher // futures that were not yielded yet
	helpable []F                  // in the order they were added, for a worker that waits
	helped   *future              // that it runs, or has run
	inside   bool                 // a task waits, or has waited
	total    int                  // futures ever added
}

// NewCompletions watches futures from now on. A nil future panics.
func NewCompletions[F Waitable](futures ...F) *Completions[F] {
	c := &Completions[F]{
		arrived: make(chan struct{}, 1),
		waiting: make(map[*future]*watcher, len(futures)),
	}
	for _, f := range futures {
		c.Add(f)
	}
	return c
}

// Add watches one more future, unless it is among those that were not yielded yet. A nil
// future panics.
func (c *Completions[F]) Add(f F) {
	b := baseOf(f)
	if b == nil {
		panic(errNilFuture)
	}
	c.mu.Lock()
	if c.waiting[b] != nil {
		c.mu.Unlock()
		return
	}
	w := &watcher{}
	w.notify = func() { c.settle(f, w) }
	c.total++
	c.waiting[b] = w
	c.helpable = append(c.helpable, f)
	inside := c.inside
	c.mu.Unlock()
	if inside {
		signal(c.arrived) // it may be for that task's worker to run it
	}
	b.watch(w)
}

// All yields the futures as they settle, until every one that was added has been
// yielded. If ctx ends first, the last pair is the zero F and a *WaitError; if it is nil
// there is no other. When the iteration ends, the futures that were not yielded are no longer watched.
func (c *Completions[F]) All(ctx context.Context) iter.Seq2[F, error] {
	if ctx == nil {
		return failed[F](errNilContext)
	}
	return func(yield func(F, error) bool) {
		defer c.close()
		c.all(ctx)(yield)
	}
}

func (c *Completions[F]) all(ctx context.Context) iter.Seq2[F, error] {
	return func(yield func(F, error) bool) {
		for {
			f, ok, err := c.next(ctx)
			if !ok && err == nil || !yield(f, err) || err != nil {
				return
			}
		}
	}
}

func (c *Completions[F]) settle(f F, w *watcher) {
	c.mu.Lock()
	if c.waiting[f.base()] != w { // nobody waits for it any more
		c.mu.Unlock()
		return
	}
	c.settled = append(c.settled, f)
	c.mu.Unlock()
	signal(c.arrived)
}

// signal wakes who waits for c, now or next, a channel of capacity 1.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// pop takes a settled future. left is how many of total are still to come. If the
// waiter cannot help, nothing is kept for that.
func (c *Completions[F]) pop(helps bool) (f F, ok bool, left, total int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inside = helps; !helps {
		c.helpable = nil
	}
	if len(c.settled) == 0 {
		return f, false, len(c.waiting), c.total
	}
	f, c.settled[0] = c.settled[0], f // keep no future that was handed out
	c.settled = c.settled[1:]
	delete(c.waiting, f.base())
	return f, true, len(c.waiting), c.total
}

// help has the worker of t run a queued future, one at a time. False means that none is
// left to try, or that one still runs.
func (c *Completions[F]) help(t *future) bool {
	c.mu.Lock()
	if c.helped != nil && !c.helped.settled() || len(c.helpable) == 0 {
		c.mu.Unlock()
		return false
	}
	c.helped = nil
	f := c.helpable[0].base()
	c.helpable = c.helpable[1:]
	c.mu.Unlock()
	if t.helps(f) {
		c.mu.Lock()
		c.helped = f
		c.mu.Unlock()
	}
	return true
}

func (c *Completions[F]) helping() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.helped != nil && !c.helped.settled()
}

// sample and rest are for a task that waits.
func (c *Completions[F]) sample() *future {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.settled) == 0 {
		for f := range c.waiting {
			return f
		}
	}
	return nil
}

func (c *Completions[F]) rest() []*future {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Collect(maps.Keys(c.waiting))
}

// next blocks until a future has settled; not ok when all have been yielded.
func (c *Completions[F]) next(ctx context.Context) (f F, ok bool, err error) {
	t := taskOf(ctx)
	var w *wait // from the first time on that there is something to wait for
	for {
		f, ok, left, total := c.pop(t != nil)
		if ok || left == 0 {
			return f, ok, nil
		}
		stopped := func(cause error) (F, bool, error) {
			return f, false, &WaitError{Unfinished: left, Total: total, Cause: cause}
		}
		if ctx.Err() != nil {
			return stopped(context.Cause(ctx))
		}
		var over chan struct{}
		if t != nil {
			if w == nil {
				if w = (&wait{task: t, ctx: ctx, many: c}); !w.begin() {
					return stopped(context.Canceled)
				}
				defer w.leave()
			}
			if c.help(t) {
				continue
			}
			if w.over == nil && !c.helping() {
				if err := w.park(); err != nil {
					return stopped(err)
				}
			}
			over = w.over
		}
		select {
		case <-c.arrived:
		case <-ctx.Done():
		case <-over:
			return stopped(w.cause())
		}
	}
}

// close leaves the futures that have not settled.
func (c *Completions[F]) close() {
	c.mu.Lock()
	waiting := c.waiting
	c.waiting = map[*future]*watcher{}
	c.settled, c.helpable = nil, nil
	c.mu.Unlock()
	for f, w := range waiting {
		f.leave(w)
	}
}
