package executors

import (
	"slices"
	"sync"
	"sync/atomic"

	"poolbench/executors/internal/ring"
)

// rankedQueues hold the tasks that can be taken out of the middle, or have a priority
// other than 0: a FIFO for each priority. One lock will do: few programs use priorities,
// and a bounded queue has locks anyway. It is not touched while they are empty.
type rankedQueues struct {
	count  atomic.Int64
	mu     sync.Mutex
	queues []*rankedQueue // highest priority first
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

func (r *rankedQueues) push(t Task) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, found := r.at(t.priority())
	if !found {
		q := &rankedQueue{priority: t.priority()}
		q.tasks.Key = func(t Task) (*future, bool) { return t.base(), t.base() != nil }
		r.queues = slices.Insert(r.queues, i, q)
	}
	r.queues[i].tasks.PushBack(t)
	r.count.Add(1)
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
}
