package executors

import (
	"sync"
	"sync/atomic"
)

// A blockQueue is an unbounded FIFO from which tasks are taken without a lock.
//
// Tasks stand in a chain of blocks. Submitters write under a lock of their own
// and publish a slot by counting filled up; workers claim the next filled slot by
// counting taken up. So a burst of submits contends with the workers for no lock,
// only for cache lines. An emptied block is garbage at once, which gives memory
// back while a long queue drains.
type blockQueue struct {
	head atomic.Pointer[block] // where workers take

	_ [56]byte // submitters and workers write different cache lines

	submit sync.Mutex // held by submitters
	tail   *block
	refuse error // why nothing more is accepted
	pushed int64
}

const blockSize = 128 // slots; a block takes 2 KiB

type block struct {
	taken atomic.Uint32
	_     [60]byte
	// filled slots hold tasks, those below taken have been claimed.
	filled atomic.Uint32
	next   atomic.Pointer[block]
	tasks  [blockSize]Task
}

func (q *blockQueue) init() {
	q.tail = &block{}
	q.head.Store(q.tail)
}

// push appends t, or says why not.
func (q *blockQueue) push(t Task) error {
	q.submit.Lock()
	if q.refuse != nil {
		q.submit.Unlock()
		return q.refuse
	}
	b := q.tail
	n := b.filled.Load()
	if n == blockSize {
		next := &block{}
		b.next.Store(next)
		q.tail, b, n = next, next, 0
	}
	b.tasks[n] = t
	b.filled.Store(n + 1)
	q.pushed++
	q.submit.Unlock()
	return nil
}

// stop refuses further tasks with err; the first reason stays. It reports whether
// this call was the first.
func (q *blockQueue) stop(err error) bool {
	q.submit.Lock()
	defer q.submit.Unlock()
	if q.refuse != nil {
		return false
	}
	q.refuse = err
	return true
}

func (q *blockQueue) submitted() int64 {
	q.submit.Lock()
	defer q.submit.Unlock()
	return q.pushed
}

// take claims the oldest task; nil when there is none.
func (q *blockQueue) take() Task {
	for {
		b := q.head.Load()
		i := b.taken.Load()
		if i == blockSize {
			next := b.next.Load()
			if next == nil {
				return nil
			}
			q.head.CompareAndSwap(b, next)
			continue
		}
		if i >= b.filled.Load() {
			return nil
		}
		if b.taken.CompareAndSwap(i, i+1) {
			t := b.tasks[i]
			b.tasks[i] = nil
			return t
		}
	}
}

// empty is a snapshot.
func (q *blockQueue) empty() bool {
	b := q.head.Load()
	i := b.taken.Load()
	return i >= b.filled.Load() && b.next.Load() == nil
}
