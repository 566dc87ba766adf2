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
	dropped bool    // cancelled in the queue, where only its order is left
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

// A deque is a queue of items, to which they can come back.
type deque struct{ ring.Ring[*item] }

// requeue puts items back where they were: in front of all that were accepted
// later.
func (d *deque) requeue(items []*item) {
	if len(items) == 0 {
		return
	}
	byOrder := func(a, b *item) int { return cmp.Compare(a.order, b.order) }
	last := slices.MaxFunc(items, byOrder).order
	for d.Len() > 0 && d.At(0).order < last {
		items = append(items, d.PopFront())
	}
	slices.SortFunc(items, byOrder)
	for _, it := range slices.Backward(items) {
		d.PushFront(it)
	}
}

// takeAll empties the deque.
func (d *deque) takeAll() []*item {
	items := make([]*item, 0, d.Len())
	for d.Len() > 0 {
		items = append(items, d.PopFront())
	}
	return items
}

// A backlog is the deque of a pool, out of the middle of which items can be dropped. One
// that is stands there empty until those before it have gone, or the deque has more
// empty items than others: then they are taken out together.
type backlog struct {
	items   deque // never begins with an empty one
	empty   int
	indexed map[executors.Remote]*item // those that can be dropped; nil until one is, and when there are none
}

// Len is without empty ones.
func (b *backlog) Len() int { return b.items.Len() - b.empty }

func (b *backlog) Front() *item { return b.items.At(0) }

func (b *backlog) PushBack(it *item) {
	b.items.PushBack(it)
	b.index(it)
}

func (b *backlog) index(it *item) {
	if b.indexed != nil && !it.claimed && !it.dropped {
		b.indexed[it.remote] = it
	}
}

func (b *backlog) PopFront() *item {
	it := b.items.PopFront()
	if b.indexed != nil {
		delete(b.indexed, it.remote)
	}
	b.trim()
	return it
}

// requeue is that of the deque. The items have been started.
func (b *backlog) requeue(items []*item) {
	b.items.requeue(items)
	b.trim()
}

func (b *backlog) takeAll() []*item {
	items := slices.DeleteFunc(b.items.takeAll(), func(it *item) bool { return it.dropped })
	*b = backlog{}
	return items
}

// drop takes the item of a cancelled task out and forgets what it holds. False means
// that it is not there. It takes constant time, on average.
func (b *backlog) drop(r executors.Remote) bool {
	if b.Len() == 0 {
		return false
	}
	if b.indexed == nil {
		b.indexed = make(map[executors.Remote]*item, b.Len())
		for i := range b.items.Len() {
			b.index(b.items.At(i))
		}
	}
	it := b.indexed[r]
	if it == nil {
		return false
	}
	delete(b.indexed, r)
	*it = item{order: it.order, dropped: true}
	b.empty++
	b.trim()
	return true
}

// trim keeps what is promised of items and indexed.
func (b *backlog) trim() {
	if b.empty > b.items.Len()/2 {
		for _, it := range b.items.takeAll() {
			if !it.dropped {
				b.items.PushBack(it)
			}
		}
		b.empty = 0
	}
	for b.items.Len() > 0 && b.items.At(0).dropped {
		b.items.PopFront()
		b.empty--
	}
	if b.items.Len() == 0 {
		b.indexed = nil
	}
}
