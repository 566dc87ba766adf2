package executors

import (
	"slices"
	"sync"
	"sync/atomic"

	"poolbench/executors/internal/ring"
)

// rankedQueues hold the tasks that can be taken out of the middle, or have a priority
// other than 0: a FIFO for each priority. One lock will do, for few programs use
// priorities or a bound. It is not touched while they are empty.
type rankedQueues struct {
	bound int // of count; 0 is none
	count atomic.Int64

	mu     sync.Mutex
	queues []*rankedQueue // highest priority first
	line   ring.Queue[*entrant, *entrant]
	refuse error // why nothing more is accepted
	pushed int64
}

// An entrant is a submitter that waits for room. Who makes room gives it to the first in
// line, so that nobody gets in before.
type entrant struct {
	task Task
	done chan struct{} // closed when its task is queued, or never will be
	err  error         // why not
}

// keptRanks is how many priorities keep their empty queues. There may be no end of
// them, where deadlines are priorities.
const keptRanks = 8

// anyRank is below every priority.
const anyRank = -1 << 31

type rankedQueue struct {
	priority int
	tasks    ring.Queue[*future, Task]
}

// at finds the queue of a priority, or where it would be. Called with mu held.
func (r *rankedQueues) at(priority int) (int, bool) {
	return slices.BinarySearchFunc(r.queues, priority, func(q *rankedQueue, p int) int { return p - q.priority })
}

// push appends t, or says why not: ErrFull if there is no room.
func (r *rankedQueues) push(t Task) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.add(t)
}

// add is push with mu held.
func (r *rankedQueues) add(t Task) error {
	switch {
	case r.refuse != nil:
		return r.refuse
	case r.full():
		return ErrFull
	}
	i, found := r.at(t.priority())
	if !found {
		q := &rankedQueue{priority: t.priority()}
		q.tasks.Key = func(t Task) (*future, bool) { return t.base(), t.base() != nil }
		r.queues = slices.Insert(r.queues, i, q)
	}
	r.queues[i].tasks.PushBack(t)
	r.count.Add(1)
	r.pushed++
	return nil
}

func (r *rankedQueues) full() bool { return r.bound > 0 && r.count.Load() >= int64(r.bound) }

// enter is push that waits in line for room.
func (r *rankedQueues) enter(t Task) *entrant {
	e := &entrant{task: t, done: make(chan struct{})}
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.err = r.add(t); e.err != ErrFull {
		close(e.done)
		return e
	}
	r.line.Key = func(e *entrant) (*entrant, bool) { return e, true }
	r.line.PushBack(e)
	return e
}

// giveUp takes e out of the line; false if it is done.
func (r *rankedQueues) giveUp(e *entrant) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, waits := r.line.Remove(e)
	return waits
}

// admit lets in who is first in line, and has room. Called with mu held.
func (r *rankedQueues) admit() {
	for r.line.Len() > 0 && (r.refuse != nil || !r.full()) {
		e := r.line.PopFront()
		e.err = r.add(e.task)
		close(e.done)
	}
}

func (r *rankedQueues) submitted() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.pushed
}

// stop refuses further tasks with err.
func (r *rankedQueues) stop(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refuse = err
	r.admit()
}

// take returns the first task whose priority is above floor, nil if none.
func (r *rankedQueues) take(floor int) Task {
	if r.count.Load() == 0 {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, q := range r.queues {
		if q.priority <= floor {
			return nil
		}
		if t := q.tasks.PopFront(); t != nil {
			r.taken(i)
			return t
		}
	}
	return nil
}

// drop takes t out, and reports whether it was there.
func (r *rankedQueues) drop(t Task) bool {
	if r.count.Load() == 0 {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	i, found := r.at(t.priority())
	if found {
		if _, found = r.queues[i].tasks.Remove(t.base()); found {
			r.taken(i)
		}
	}
	return found
}

// taken is called with mu held when the queue with index i has lost a task.
func (r *rankedQueues) taken(i int) {
	r.count.Add(-1)
	if r.queues[i].tasks.Len() == 0 && len(r.queues) > keptRanks {
		r.queues = slices.Delete(r.queues, i, i+1)
	}
	r.admit()
}
