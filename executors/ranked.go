package executors

import (
	"slices"
	"sync"
	"sync/atomic"

	"poolbench/executors/internal/ring"
)

// rankedQueues hold the tasks that have a priority other than 0, a FIFO for each.
// Few programs use them, so that one lock will do, which is not touched while
// they are empty.
type rankedQueues struct {
	count  atomic.Int64
	mu     sync.Mutex
	queues []rankedQueue // highest priority first
}

// keptRanks is how many priorities keep the memory of their empty queues. There may
// be no end of them, where deadlines are priorities.
const keptRanks = 8

type rankedQueue struct {
	priority int
	tasks    ring.Ring[Task]
}

func (r *rankedQueues) push(t Task) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, found := slices.BinarySearchFunc(r.queues, t.priority(), func(q rankedQueue, p int) int { return p - q.priority })
	if !found {
		r.queues = slices.Insert(r.queues, i, rankedQueue{priority: t.priority()})
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
	for i := range r.queues {
		if r.queues[i].priority <= floor {
			return nil
		}
		if t := r.queues[i].tasks.Pop(); t != nil {
			r.count.Add(-1)
			if r.queues[i].tasks.Len() == 0 && len(r.queues) > keptRanks {
				r.queues = slices.Delete(r.queues, i, i+1)
			}
			return t
		}
	}
	return nil
}
