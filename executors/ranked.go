package executors

import (
	"container/list"
	"slices"
	"sync"
	"sync/atomic"
)

// rankedQueues hold the tasks that can be taken out of the middle, or have a priority
// other than 0: a FIFO for each priority. One lock will do: few programs use priorities,
// and a bounded queue has locks anyway. It is not touched while they are empty.
type rankedQueues struct {
	count  atomic.Int64
	mu     sync.Mutex
	queues []*rankedQueue    // highest priority first
	places map[*future]place // of those that can be cancelled
}

// keptRanks is how many priorities keep their empty queues. There may be no end of
// them, where deadlines are priorities.
const keptRanks = 8

type rankedQueue struct {
	priority int
	tasks    list.List // of Task
}

// A place is where a task is.
type place struct {
	queue *rankedQueue
	at    *list.Element
}

func (r *rankedQueues) push(t Task) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, found := slices.BinarySearchFunc(r.queues, t.priority(), func(q *rankedQueue, p int) int { return p - q.priority })
	if !found {
		r.queues = slices.Insert(r.queues, i, &rankedQueue{priority: t.priority()})
	}
	q := r.queues[i]
	at := q.tasks.PushBack(t)
	r.count.Add(1)
	if f := t.base(); f != nil {
		if r.places == nil {
			r.places = map[*future]place{}
		}
		r.places[f] = place{q, at}
	}
}

// take returns the first task whose priority is above floor, nil if none.
func (r *rankedQueues) take(floor int) Task {
	if r.count.Load() == 0 {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, q := range r.queues {
		if q.priority <= floor {
			return nil
		}
		if at := q.tasks.Front(); at != nil {
			t := at.Value.(Task)
			r.remove(t, place{q, at})
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
	p, ok := r.places[t.base()]
	if ok {
		r.remove(t, p)
	}
	return ok
}

// remove is called with mu held.
func (r *rankedQueues) remove(t Task, p place) {
	p.queue.tasks.Remove(p.at)
	r.count.Add(-1)
	delete(r.places, t.base())
	if p.queue.tasks.Len() == 0 && len(r.queues) > keptRanks {
		r.queues = slices.DeleteFunc(r.queues, func(q *rankedQueue) bool { return q == p.queue })
	}
}
