package process

import (
	"cmp"
	"slices"
	"sync"

	"poolbench/executors"
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

// A deque is a ring of items.
type deque struct {
	ring []*item // length is a power of two
	head int
	n    int
}

func (d *deque) grow() {
	if d.n < len(d.ring) {
		return
	}
	ring := make([]*item, max(16, 2*len(d.ring)))
	for i := range d.n {
		ring[i] = d.at(i)
	}
	d.ring, d.head = ring, 0
}

func (d *deque) at(i int) *item { return d.ring[(d.head+i)&(len(d.ring)-1)] }

func (d *deque) pushBack(it *item) {
	d.grow()
	d.ring[(d.head+d.n)&(len(d.ring)-1)] = it
	d.n++
}

func (d *deque) pushFront(it *item) {
	d.grow()
	d.head = (d.head - 1) & (len(d.ring) - 1)
	d.ring[d.head] = it
	d.n++
}

func (d *deque) popFront() *item {
	it := d.ring[d.head]
	d.ring[d.head] = nil
	d.head = (d.head + 1) & (len(d.ring) - 1)
	d.n--
	return it
}

// requeue puts items back where they were: in front of all that were accepted
// later.
func (d *deque) requeue(items []*item) {
	if len(items) == 0 {
		return
	}
	byOrder := func(a, b *item) int { return cmp.Compare(a.order, b.order) }
	last := slices.MaxFunc(items, byOrder).order
	for d.n > 0 && d.at(0).order < last {
		items = append(items, d.popFront())
	}
	slices.SortFunc(items, byOrder)
	for _, it := range slices.Backward(items) {
		d.pushFront(it)
	}
}

// takeAll empties the deque.
func (d *deque) takeAll() []*item {
	items := make([]*item, 0, d.n)
	for d.n > 0 {
		items = append(items, d.popFront())
	}
	return items
}
