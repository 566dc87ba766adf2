package process

import (
	"sync"
	"sync/atomic"
	"time"

	"poolbench/executors/remote"
)

// A taker takes the replies that lie in the memory of the workers. Whoever waits for a
// future does that itself as long as it waits; one at a time, and when nobody does, a
// goroutine of the pool. Both sleep until a worker rings: no thread is woken to wake another
// one, no poller is in between.
//
// Rejected: spinning before sleep (it gained 1.5 µs a task with one worker, for several
// times the processor time, and slowed two workers by up to a half), and a goroutine locked
// to its thread (a wake more for each switch).
type taker struct {
	bell     *bell
	lines    func() []*workerLine
	over     <-chan struct{}
	probe    *atomic.Pointer[probe] // of the pool
	patience time.Duration          // how long replies may lie unseen behind a task that was not expected to be long

	asleep atomic.Bool // run sleeps, or is about to

	waits sync.Mutex // held by who takes replies while it waits for a future
}

// leastPatience is the shortest time after which it is worth while to look again: a timer of
// the system is 50 µs late as it is.
const leastPatience = 100 * time.Microsecond

// patienceFor keeps a pool within its Options.Lateness. Where workers wake the pool for every
// reply, there is nothing to look for, and the default does.
func patienceFor(lateness time.Duration) time.Duration {
	if lateness < leastLateness {
		lateness = defaultLateness
	}
	return max(lateness*7/10, leastPatience)
}

const (
	// attendTime is how long a goroutine that waits for a future takes replies; it keeps a
	// thread meanwhile. What it waits for is long then, and to be woken by another
	// goroutine costs little beside that.
	attendTime = 3 * time.Millisecond
	// emptyRings is how many rings in a row, behind which there is nothing, are believed.
	// Then somebody rings who has no reply.
	emptyRings = 50
)

// take takes what there is from all lines.
func (t *taker) take() (any bool) {
	for _, l := range t.lines() {
		any = l.take() || any
	}
	return any
}

// called reports whether a worker has wanted to ring since its replies were taken. Replies
// that it has not rung for may wait, until there are more of them.
func (t *taker) called() bool {
	for _, l := range t.lines() {
		if l.calls() {
			return true
		}
	}
	return false
}

// rest is how long one may sleep, most at most; 0 is for ever. Where a worker has more than
// one task, replies may lie behind a long one.
func (t *taker) rest(most time.Duration) time.Duration {
	for _, l := range t.lines() {
		if l.deep() && (most == 0 || most > t.patience) {
			return t.patience
		}
	}
	return most
}

// sleep waits for replies, at most that long; 0 is no limit. rung tells that a worker rang.
func (t *taker) sleep(at int, most time.Duration) (rung bool) {
	t.bell.announce(at)
	if !t.called() && !isClosed(t.over) {
		if b := t.probe.Load(); t.bell.sleep(at, t.rest(most)) && b != nil && b.slow.Wakes {
			remote.Again(t.bell.rung())
		}
	}
	return t.bell.recall(at)
}

// run takes replies until the pool is over.
func (t *taker) run() {
	empty := 0
	for !isClosed(t.over) {
		took := t.take()
		if took {
			empty = 0
		}
		if empty > emptyRings {
			time.Sleep(t.patience)
			continue
		}
		t.asleep.Store(true)
		rung := t.sleep(bellTaker, 0)
		if t.asleep.Store(false); rung && !took {
			empty++
		}
	}
}

// check wakes run if nobody else can. It is called now and then.
func (t *taker) check() {
	if t.asleep.Load() && t.bell.spoiled(bellTaker) {
		t.bell.rouse(bellTaker)
	}
}

// help takes some replies, for somebody who submits many tasks and comes again soon: until
// then no worker need wake anybody.
func (t *taker) help() {
	const often = 4
	for _, l := range t.lines() {
		for n := 1; l.help(); n++ {
			if n == often {
				t.bell.ring(true) // somebody else is to go on
				break
			}
		}
	}
	t.bell.hold()
}

// attend takes replies until the future is settled, or for attendTime.
func (t *taker) attend(settled func() bool) {
	if !t.waits.TryLock() {
		return
	}
	defer t.waits.Unlock()
	begun, left := remote.Moment(0), attendTime
	for empty := 0; empty < emptyRings; {
		took := t.take()
		if settled() || left <= 0 {
			return // every ring has been followed by a look
		}
		if begun == 0 {
			begun = remote.Now()
		}
		if t.sleep(bellWaiter, left) && !took {
			empty++
		}
		if !settled() {
			left = attendTime - time.Duration(remote.Now()-begun)
		}
	}
}

// stop ends run, whose over was closed.
func (t *taker) stop() { t.bell.rouse(bellTaker) }

// end returns when nobody takes replies, nor ever will.
func (t *taker) end() { t.waits.Lock() }

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
