package process

import (
	"fmt"
	"sync/atomic"

	"poolbench/executors/remote"
)

// A ring carries messages from one process to another through memory that both see. The
// sender writes a message and then publishes it, so what a reader finds is whole, also
// when the writer has died since. Positions count bytes and only grow; each side keeps its
// own in memory of its own, and believes the other's only within what is possible.
//
// A message is a header and its payload, at a multiple of HeaderSize and never around the
// end: what is left there is padding, a header of kind 0.

// ringSize is the size of a ring in bytes: 8192 empty tasks.
const ringSize = 128 << 10

// mostInline is how many bytes of payload are put into a ring.
const mostInline = 8 << 10

// Places of a payload.
const (
	placeHere   = iota // behind the header
	placeArena         // in the arena, at the offset that is behind the header
	placeSocket        // on the socket, as the next message there
	placeStream        // in the arena, where it may still be coming; only of tasks
)

// messageSize is what a message with so many bytes behind its header takes in a ring.
func messageSize(n int) int {
	return (remote.HeaderSize + n + remote.HeaderSize - 1) &^ (remote.HeaderSize - 1)
}

// A ringWriter is the sender's end.
type ringWriter struct {
	buf        []byte  // ringSize bytes
	head, tail *uint64 // shared: what is published; what has been read
	at         uint64  // where the next message goes
	read       uint64  // tail when it was looked at last
}

// fits reports whether there is room for a message with n bytes behind its header. The
// error wraps ErrMalformed: the reader says what cannot be.
func (w *ringWriter) fits(n int) (bool, error) {
	need := uint64(messageSize(n))
	if left := ringSize - w.at%ringSize; left < need {
		need += left
	}
	if w.at+need-w.read <= ringSize {
		return true, nil
	}
	tail := atomic.LoadUint64(w.tail)
	if tail-w.read > w.at-w.read {
		return false, fmt.Errorf("%w: the reader of a ring is at %d, the writer at %d", remote.ErrMalformed, tail, w.at)
	}
	w.read = tail
	return w.at+need-w.read <= ringSize, nil
}

// put writes a message, for which there is room. Nobody sees it before publish.
func (w *ringWriter) put(h remote.Header, behind []byte) {
	size := uint64(messageSize(len(behind)))
	if left := ringSize - w.at%ringSize; left < size {
		remote.Header{}.Append(w.buf[w.at%ringSize:][:0])
		w.at += left
	}
	b := w.buf[w.at%ringSize:]
	h.Append(b[:0])
	copy(b[remote.HeaderSize:], behind)
	w.at += size
}

func (w *ringWriter) publish() { atomic.StoreUint64(w.head, w.at) }

// unread reports whether the reader has not taken all that was written.
func (w *ringWriter) unread() bool { return atomic.LoadUint64(w.tail) != w.at }

// A ringReader is the receiver's end.
type ringReader struct {
	buf        []byte
	head, tail *uint64
	at         uint64 // what has been taken
	known      uint64 // head when it was looked at last
	freed      uint64 // tail: what the writer may use again
}

// waiting reports whether something is published that was not taken.
func (r *ringReader) waiting() bool {
	return r.at != r.known || atomic.LoadUint64(r.head) != r.at
}

// look finds out what has been published.
func (r *ringReader) look() error {
	head := atomic.LoadUint64(r.head)
	if head-r.at > ringSize || head%remote.HeaderSize != 0 {
		return fmt.Errorf("%w: the writer of a ring is at %d, the reader at %d", remote.ErrMalformed, head, r.at)
	}
	r.known = head
	return nil
}

// next is the message that comes next among those that look has found; behind are the
// bytes behind its header, in the ring, and after where the one after it begins. Not ok:
// there is none.
func (r *ringReader) next() (h remote.Header, behind []byte, after uint64, ok bool, err error) {
	for r.at != r.known {
		at, left := r.at%ringSize, r.known-r.at
		h = remote.ParseHeader(r.buf[at:])
		if h.Kind == 0 {
			if ringSize-at > left {
				return h, nil, 0, false, fmt.Errorf("%w: padding beyond what was written", remote.ErrMalformed)
			}
			r.at += ringSize - at
			continue
		}
		n := int(min(h.Size, mostInline+1))
		if h.Place != placeHere {
			n = addressSize
		}
		size := uint64(messageSize(n))
		if !remote.IsKind(h.Kind) || h.Place > placeStream || n > mostInline || size > left || size > ringSize-at {
			return h, nil, 0, false, fmt.Errorf("%w: kind %d, place %d, %d bytes", remote.ErrMalformed, h.Kind, h.Place, h.Size)
		}
		return h, r.buf[at+remote.HeaderSize:][:n:n], r.at + size, true, nil
	}
	return h, nil, 0, false, nil
}

// take goes on behind a message; the writer may use its place again after release.
func (r *ringReader) take(after uint64) { r.at = after }

// left reports whether there is something among what look has found that was not taken.
func (r *ringReader) left() bool { return r.at != r.known }

func (r *ringReader) release() {
	if r.freed != r.at {
		r.freed = r.at
		atomic.StoreUint64(r.tail, r.at)
	}
}

// releaseMuch is release once it is worth while: a store to memory that another processor
// reads costs as much as all else of a small message. A quarter of the ring may then be
// missing to the writer; the largest message fits into what it has.
func (r *ringReader) releaseMuch() {
	if r.at-r.freed >= ringSize/4 {
		r.release()
	}
}
