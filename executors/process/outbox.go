package process

import (
	"io"
	"sync"
	"time"
)

// An outbox is where a worker puts its replies. While more tasks are waiting in
// the worker, small replies are held back and leave in one write. They are held
// in memory that the parent shares, so a crash loses none of them: the parent
// reads to the end of the channel and then, in the page, what had not been sent.
//
// Rejected: holding replies in private memory. After a crash the parent could
// not tell finished tasks from the one that crashed, and would have to fail or
// repeat them.
type outbox struct {
	w    replyWriter
	page *page // nil: nothing is held

	mu    sync.Mutex
	held  int         // bytes in the page
	since moment      // when the first of them was put there
	late  *time.Timer // flushes them if the next task turns out to be long
	armed bool
	buf   []byte // reused by write
}

const (
	// maxHeldReply is the size of a frame that may be held.
	maxHeldReply = 4 << 10
	// holdTime is how long a reply may be held while short tasks follow.
	holdTime = 100 * time.Microsecond
	// holdLate is when held replies leave although a task runs. A task that
	// computes delays it further, until the scheduler preempts the task: 10 ms.
	holdLate = time.Millisecond
)

func newOutbox(w replyWriter, pg *page) *outbox { return &outbox{w: w, page: pg} }

// put sends one frame. With more set, other tasks are about to run, and the frame
// may be held. at is the present time.
func (o *outbox) put(h header, payload []byte, more bool, at moment) error {
	h.size = uint32(len(payload))
	size := headerSize + len(payload)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.page == nil || size > maxHeldReply || !more && o.held == 0 {
		if err := o.flushLocked(); err != nil {
			return err
		}
		return o.write(h, payload)
	}
	if o.held+size > len(o.page.area()) {
		if err := o.flushLocked(); err != nil {
			return err
		}
	}
	if o.held == 0 {
		o.since = at
	}
	area := o.page.area()[o.held:]
	h.put(area)
	copy(area[headerSize:], payload)
	o.held += size
	o.page.setHeld(o.held)
	if !more || at-o.since > moment(holdTime) {
		return o.flushLocked()
	}
	o.arm()
	return nil
}

func (o *outbox) arm() {
	switch {
	case o.late == nil:
		o.late = time.AfterFunc(holdLate, o.flushLate)
	case !o.armed:
		o.late.Reset(holdLate)
	}
	o.armed = true
}

func (o *outbox) flushLate() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.armed = false
	if o.flushLocked() != nil {
		die()
	}
}

func (o *outbox) flushLocked() error {
	if o.held == 0 {
		return nil
	}
	n := o.held
	if _, err := o.w.Write(o.page.area()[:n]); err != nil {
		return err
	}
	o.held = 0
	o.page.setHeld(0) // before sent: at no moment a sent byte may look unsent
	o.page.addSent(n)
	return nil
}

// write sends a frame now, a large payload from where it lies.
func (o *outbox) write(h header, payload []byte) (err error) {
	var n int
	o.buf = h.append(o.buf[:0])
	if len(payload) <= inlinePayload {
		o.buf = append(o.buf, payload...)
		n, err = o.w.Write(o.buf)
	} else {
		n, err = o.w.writeBoth(o.buf, payload)
	}
	if o.page != nil {
		o.page.addSent(n)
	}
	return err
}

// A replyConn is the channel of replies in a worker, and of control.
type replyConn interface {
	io.Reader
	replyWriter
}

type replyWriter interface {
	io.Writer
	writeBoth(a, b []byte) (int, error)
}
