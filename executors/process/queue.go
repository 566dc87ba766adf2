package process

import (
	"cmp"
	"slices"
	"sync"

	"poolbench/executors"
	"poolbench/executors/internal/ring"
)

// An item is an accepted task with its encoded input.
type item struct {
	task   executors.Task
	remote executors.Remote
	fn     *function
	input  []byte
	order  uint64 // of acceptance by the pool
	seq    uint32 // within the worker it was last sent to
	// claimed is set by the first dispatch: the future says running, and only
	// Settle can end it. An item that is sent again after a crash keeps it.
	claimed bool
	cancel  bool    // a cancel frame has been sent
	est     int64   // ns the scheduler expected when it dispatched the item
	stamps  *stamps // nil unless the pool is traced
	small   [48]byte
}

// items are those that nothing refers to any more. Only the common way leads there:
// those of tasks that were cancelled, or of workers that died, are collected.
var items = sync.Pool{New: func() any { return new(item) }}

// fail settles the future with err, whatever has happened to the item so far.
func (it *item) fail(err error) {
	if it.claimed {
		it.remote.Settle(nil, err)
		return
	}
	it.task.Fail(err)
}

// A deque is a queue of items.
type deque struct{ ring.Ring[*item] }

// takeAll empties the deque.
func (d *deque) takeAll() []*item {
	items := make([]*item, 0, d.Len())
	for d.Len() > 0 {
		items = append(items, d.PopFront())
	}
	return items
}

// A backlog is the queue of a pool: items can come back to it, and those of cancelled
// tasks leave it.
type backlog struct {
	ring.Queue[executors.Remote, *item]
}

func newBacklog() backlog {
	var b backlog
	b.Key = func(it *item) (executors.Remote, bool) { return it.remote, !it.claimed }
	return b
}

// requeue puts items back where they were: in front of all that were accepted
// later.
func (b *backlog) requeue(items []*item) {
	if len(items) == 0 {
		return
	}
	byOrder := func(a, b *item) int { return cmp.Compare(a.order, b.order) }
	last := slices.MaxFunc(items, byOrder).order
	for b.Len() > 0 && b.Front().order < last {
		items = append(items, b.PopFront())
	}
	slices.SortFunc(items, byOrder)
	for _, it := range slices.Backward(items) {
		b.PushFront(it)
	}
}
