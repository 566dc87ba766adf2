package remote

import (
	"sync"

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
	small [40]byte // small inputs are encoded here: 128 bytes in all
}

// items are those that nothing refers to any more. Only the common way leads there:
// those of tasks that were cancelled, or of workers that died, are collected.
var items = sync.Pool{New: func() any { return new(Item) }}

// NewItem is an item for r, with nothing but that.
func NewItem(r executors.Remote) *Item {
	it := items.Get().(*Item)
	it.Remote = r
	return it
}

// Encode encodes the input, in at most limit bytes. The error is that of
// executors.Remote.AppendInput.
func (it *Item) Encode(limit int) (err error) {
	it.Input, err = it.Remote.AppendInput(it.small[:0], limit)
	return err
}

// Free gives back an item to which nothing refers any more.
func (it *Item) Free() {
	*it = Item{}
	items.Put(it)
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
