package remote

import (
	"fmt"
	"time"

	"poolbench/executors/internal/ring"
)

// How much a busy worker is given in advance. A task sent in advance saves the
// worker a round trip, but its future says running, and it waits behind the one
// before it even if another worker becomes free. So only tasks known to be short
// are sent in advance, and only while the queue is long enough for everybody.
const (
	// MaxWindow is the greatest number of tasks a worker has at a time.
	MaxWindow = 1024
	// WindowTarget is the run time that a window should hold, in ns. It is filled up when
	// half of that is left. Executors look every 0.7 ms or so; one that does not is woken
	// when refillTime is left.
	WindowTarget = int64(4 * time.Millisecond)
	refillTime   = int64(time.Millisecond)
	// WakeTime is how long it takes, in ns, until somebody runs who was woken: 25 to 50 µs.
	// What a worker does in less is not shared with another one that would have to be woken.
	WakeTime = int64(50 * time.Microsecond)
	// maxWindowBytes bounds the inputs of a window beyond its first task.
	maxWindowBytes = 128 << 10
)

// A Window is what one worker has been given, or is about to be given, and has not
// answered, in order. It is not safe for concurrent use.
type Window struct {
	items ring.Ring[*Item]
	seq   uint32 // of the last item pushed

	coming int   // items reserved and not pushed
	est    int64 // ns that all of them are expected to take
	bytes  int   // of their inputs
}

// Len is the number of items in the window; those that are only reserved do not count.
func (w *Window) Len() int { return w.items.Len() }

// Taken is the number of items in the window or reserved.
func (w *Window) Taken() int { return w.items.Len() + w.coming }

// Front is the oldest item. There must be one.
func (w *Window) Front() *Item { return w.items.At(0) }

// Last is the number of the item that was pushed last, 0 if none was.
func (w *Window) Last() uint32 { return w.seq }

// All yields the items, the oldest first.
func (w *Window) All(yield func(*Item) bool) {
	for i := range w.items.Len() {
		if !yield(w.items.At(i)) {
			return
		}
	}
}

// Admits reports whether the worker may have the next item, of which queued are
// waiting in an executor of workers.
func (w *Window) Admits(it *Item, queued, workers int) bool {
	n, est := w.Taken(), it.Func.Expected()
	switch {
	case n == 0:
		return true
	case n >= MaxWindow, est == 0, w.bytes+len(it.Input) > maxWindowBytes:
		return false
	case n > queued/(2*workers) && workers > 1 && w.est+est > WakeTime:
		return false // leave some for the others
	}
	return w.est+est <= WindowTarget
}

// WantsMore keeps refills large: a window is filled up when half of it is done.
func (w *Window) WantsMore() bool {
	return w.Taken() <= 1 || w.Taken() <= MaxWindow/2 && w.est <= WindowTarget/2
}

// Reserve keeps a place for it, which Push or Release ends.
func (w *Window) Reserve(it *Item) {
	it.est = it.Func.Expected()
	w.coming++
	w.add(it, 1)
}

// Release gives up the place of an item that was not pushed.
func (w *Window) Release(it *Item) {
	w.coming--
	w.add(it, -1)
}

func (w *Window) add(it *Item, sign int) {
	w.est += int64(sign) * it.est
	w.bytes += sign * len(it.Input)
}

// Push puts an item for which a place is reserved into the window, and numbers it.
func (w *Window) Push(it *Item) {
	w.coming--
	w.seq++
	it.Seq, it.Cancel = w.seq, false
	w.items.PushBack(it)
}

// Refill is the number of the item at whose reply the executor should be woken to fill the
// window up: behind it is work for refillTime, or half of the window if that is less. 0 if
// there is none. It goes by the mean of what is in the window.
func (w *Window) Refill() uint32 {
	n := w.Len()
	if n == 0 {
		return 0
	}
	behind := n - n/2 - 1
	if mean := w.est / int64(w.Taken()); mean > 0 {
		behind = int(min(int64(behind), refillTime/mean))
	}
	return w.items.At(n - 1 - behind).Seq
}

// Answered is the item that a reply answers: the oldest, for a worker replies in order. It
// stays in the window until Pop. The error wraps ErrMalformed.
func (w *Window) Answered(h Header) (*Item, error) {
	switch {
	case h.Kind != Output && h.Kind != Fault:
		return nil, fmt.Errorf("%w: kind %d from a worker", ErrMalformed, h.Kind)
	case w.Len() == 0:
		return nil, fmt.Errorf("%w: reply to nothing", ErrMalformed)
	case h.Seq != w.Front().Seq:
		return nil, fmt.Errorf("%w: reply to task %d, not %d", ErrMalformed, h.Seq, w.Front().Seq)
	}
	return w.Front(), nil
}

// Pop takes out the oldest item. There must be one.
func (w *Window) Pop() *Item {
	it := w.items.PopFront()
	w.add(it, -1)
	return it
}

// After removes, and returns, the items behind the one with number seq, all if that is
// before the oldest.
func (w *Window) After(seq uint32) []*Item {
	keep := 0
	for keep < w.Len() && int32(w.items.At(keep).Seq-seq) <= 0 {
		keep++
	}
	var after []*Item
	for i := range w.Len() {
		it := w.items.PopFront()
		if i < keep {
			w.items.PushBack(it)
			continue
		}
		w.add(it, -1)
		after = append(after, it)
	}
	return after
}

// TakeAll empties the window.
func (w *Window) TakeAll() []*Item {
	items := make([]*Item, 0, w.Len())
	for w.Len() > 0 {
		items = append(items, w.Pop())
	}
	return items
}

// Find is the item with number seq, nil if there is none.
func (w *Window) Find(seq uint32) *Item {
	for it := range w.All {
		if it.Seq == seq {
			return it
		}
	}
	return nil
}
