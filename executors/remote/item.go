package remote

import (
	"sync/atomic"

	"poolbench/executors"
)

// An Item is an accepted task with its encoded input.
type Item struct {
	Remote executors.Remote
	Func   *Func
	Input  []byte
	Order  uint64 // of acceptance by the executor
	Seq    uint32 // within the worker it was last given to

	// Started is set before the item is first given to a worker: the future says running,
	// and only Settle can end it. An item that is given again after a crash keeps it.
	Started bool

	Cancel bool    // a Cancel message has been sent
	Place  uint8   // where the transport has put the input
	At     int     // and at which offset
	Stamps *Stamps // nil unless the task is traced

	est   int64    // ns expected when it was given to a worker
	next  *Item    // in a Stock
	small [32]byte // small inputs are encoded here: 128 bytes in all
}

// A Stock has items that nothing refers to any more, for tasks to come. Only the common way
// leads there: those of tasks that were cancelled, or of workers that died, are collected.
//
// Take is safe for concurrent use; the other methods want a lock, which a submitter takes
// anyhow. The zero value is empty.
type Stock struct {
	ready atomic.Pointer[Item] // for who comes next
	first *Item
	n     int
}

// mostStock is how many items a stock has at most: more come from a burst that is over.
const mostStock = 4096

// Take is an item for r, with nothing but that.
func (s *Stock) Take(r executors.Remote) *Item {
	it := s.ready.Swap(nil)
	if it == nil {
		it = new(Item)
	}
	it.Remote = r
	return it
}

// Lay lays an item ready for who comes next, if there is one.
func (s *Stock) Lay() {
	if it := s.first; it != nil && s.ready.Load() == nil {
		s.first, it.next = it.next, nil
		s.n--
		s.ready.Store(it)
	}
}

// Put gives back items to which nothing refers any more.
func (s *Stock) Put(items ItemList) {
	if items.first != nil && s.n < mostStock {
		items.last.next, s.first = s.first, items.first
		s.n += items.n
	}
}

// An ItemList collects items to which nothing refers any more.
type ItemList struct {
	first, last *Item
	n           int
}

// Add takes one more.
func (l *ItemList) Add(it *Item) {
	*it = Item{next: l.first}
	if l.first = it; l.last == nil {
		l.last = it
	}
	l.n++
}

// Len is how many there are.
func (l *ItemList) Len() int { return l.n }

// Encode encodes the input, in at most limit bytes. The error is that of
// executors.Remote.AppendInput.
func (it *Item) Encode(limit int) (err error) {
	it.Input, err = it.Remote.AppendInput(it.small[:0], limit)
	return err
}

// Start claims the task before it is first given to a worker; false if it was cancelled
// and is to be dropped. Who waits for it is told then; callbacks run elsewhere.
func (it *Item) Start() bool {
	it.Started = it.Started || it.Remote.Start()
	return it.Started
}

// DropCancelled settles a started item that no worker has, if its context has ended, and
// reports whether it did.
func (it *Item) DropCancelled() bool {
	if !it.Remote.Ended() {
		return false
	}
	it.Remote.Settle(nil, executors.ErrCancelled)
	return true
}

// Fail settles the future with err, whatever has happened to the item so far.
func (it *Item) Fail(err error) {
	if it.Started {
		it.Remote.Settle(nil, err)
		return
	}
	it.Remote.Task().Fail(err)
}
