package remote

import (
	"cmp"
	"slices"

	"poolbench/executors"
	"poolbench/executors/internal/ring"
)

// A Backlog is a queue of items: some come back to it, and those of cancelled tasks
// leave it. It is not safe for concurrent use.
type Backlog struct {
	ring.Queue[executors.Remote, *Item]
}

// NewBacklog is an empty queue.
func NewBacklog() Backlog {
	var b Backlog
	b.Key = func(it *Item) (executors.Remote, bool) { return it.Remote, !it.Started }
	return b
}

// Requeue puts items back where they were: in front of all that were accepted
// later.
func (b *Backlog) Requeue(items []*Item) {
	if len(items) == 0 {
		return
	}
	byOrder := func(a, b *Item) int { return cmp.Compare(a.Order, b.Order) }
	last := slices.MaxFunc(items, byOrder).Order
	for b.Len() > 0 && b.Front().Order < last {
		items = append(items, b.PopFront())
	}
	slices.SortFunc(items, byOrder)
	for _, it := range slices.Backward(items) {
		b.PushFront(it)
	}
}
