package process

import (
	"fmt"
	"sync/atomic"
	"time"

	"poolbench/executors/remote"
)

// A memoryConn is a worker's end of a line with shared memory.
//
// It wakes the parent only if that has announced that it sleeps, and then only when there
// is nothing to do any more, when the parent has asked for it, or when a reply has not been
// seen for a while: a wake costs the waker 13 to 22 µs of the time of its tasks.
type memoryConn struct {
	socketConn // of what is too large
	seg        *segment
	bell       *bell
	in         ringReader
	out        ringWriter
	arena      []byte // of tasks
	outputs    lender
	after      uint64        // where the message behind the present one begins; 0 if none is read
	since      remote.Moment // when the oldest reply that the parent has not seen was ready
	unseen     remote.Moment // how old that may become while tasks follow: Options.Lateness
}

// leastLateness is about what it takes to wake somebody. An Options.Lateness below it has the
// parent woken for every reply.
const leastLateness = 20 * time.Microsecond

func newMemoryConn(s *segment, b *bell, sockets socketConn, lateness time.Duration) *memoryConn {
	c := &memoryConn{socketConn: sockets, seg: s, bell: b, arena: s.arena(0)}
	if lateness >= leastLateness {
		c.unseen = remote.Moment(lateness)
	}
	_, c.in = s.tasks()
	c.out, _ = s.replies()
	c.outputs.mem, c.outputs.words = s.arena(1), s.leaseWords()
	return c
}

// Next implements remote.Conn.
func (c *memoryConn) Next() (m remote.Message, err error) {
	if c.after != 0 {
		c.in.take(c.after)
		c.in.releaseMuch()
		c.after = 0
	}
	for {
		h, behind, after, ok, err := c.in.next()
		switch {
		case err != nil:
			return m, err
		case ok:
			c.after = after
			return c.message(h, behind)
		case c.in.waiting():
			if err := c.in.look(); err != nil {
				return m, err
			}
		default:
			c.sleep()
		}
	}
}

// message finds the payload.
func (c *memoryConn) message(h remote.Header, behind []byte) (remote.Message, error) {
	m := remote.Message{Header: h, Payload: behind}
	switch h.Place {
	case placeArena:
		_, payload, err := parseAddress(behind, c.arena, h.Size)
		m.Payload, m.Lent = payload, true
		return m, err
	case placeStream:
		a, payload, err := parseAddress(behind, c.arena, h.Size)
		m.Payload, m.Lent = payload, true
		m.Arrived = func(n int) { c.arrived(a.round, uint32(n)) }
		return m, err
	case placeSocket:
		m, err := c.tasks.Next()
		if err == nil && (m.Seq != h.Seq || m.Kind != h.Kind) {
			err = fmt.Errorf("%w: task %d came by the socket, not %d", remote.ErrMalformed, m.Seq, h.Seq)
		}
		return m, err
	}
	return m, nil
}

// arrived waits until n bytes of a stream have been written since so many. The parent copies
// them now: it is not worth while to have it wake somebody.
func (c *memoryConn) arrived(since, n uint32) {
	never := uint32(1)
	for c.seg.streamed()-since < n {
		sleepOn(&never, streamWait)
	}
}

// streamWait is about how long it takes to copy some more of a stream.
const streamWait = 20 * time.Microsecond

// sleep waits until the parent has published something. It announces that first, and looks
// again: else a task that comes in between would wake nobody.
func (c *memoryConn) sleep() {
	c.in.release()
	asleep := c.seg.word(wordAsleep)
	if c.out.unread() && c.call(false) {
		c.await(asleep, c.in.waiting, soon)
		if c.in.waiting() {
			return
		}
		if c.out.unread() {
			c.call(true)
		}
	}
	c.await(asleep, c.in.waiting, 0)
}

// soon is after which time a worker no longer believes that the parent comes by itself.
const soon = 400 * time.Microsecond

// call wakes the parent if it sleeps, and keeps it from sleeping if it is about to. Held
// tells that the parent is awake and looks soon; now wakes it all the same.
func (c *memoryConn) call(now bool) (held bool) {
	c.seg.addCall()
	if !c.bell.slowsWakes() {
		_, held = c.bell.ring(now)
		return held
	}
	begin := remote.Common()
	c.bell.setRung(begin)
	woke, held := c.bell.ring(now)
	if woke {
		remote.Again(begin)
	}
	return held
}

// await sleeps on a word until the parent wakes it, or for so long if that is not 0, unless
// ready.
func (c *memoryConn) await(word *uint32, ready func() bool, most time.Duration) {
	atomic.StoreUint32(word, 1)
	if !ready() {
		if sleepOn(word, most) && c.bell.slowsWakes() {
			remote.Again(c.seg.woken())
		}
	}
	atomic.StoreUint32(word, 0)
}

// Waiting implements remote.Conn.
func (c *memoryConn) Waiting() bool { return atomic.LoadUint64(c.in.head) != c.after }

// Claim implements remote.Conn.
func (c *memoryConn) Claim(seq uint32) bool {
	if !c.seg.claim(seq) {
		return false
	}
	c.seg.setCurrent(seq)
	return true
}

// Reply implements remote.Conn.
func (c *memoryConn) Reply(h remote.Header, payload []byte, at remote.Moment) error {
	if !c.out.unread() {
		c.since = at
	}
	var where [addressSize]byte
	behind := payload
	if len(payload) > mostInline {
		h.Place, behind = placeSocket, where[:]
		if a, ok := c.outputs.put(payload); ok {
			h.Place, behind = placeArena, a.append(where[:0])
		}
	}
	if err := c.room(len(behind)); err != nil {
		return err
	}
	c.out.put(h, behind)
	c.out.publish()
	if late := at-c.since >= c.unseen; late || h.Seq == c.seg.refill() || h.Place == placeSocket {
		c.call(late || h.Place == placeSocket)
		c.since = at
	}
	if h.Place == placeSocket {
		h.Place = placeHere
		return c.socketConn.Reply(h, payload, at)
	}
	return nil
}

// room waits until a message with n bytes behind its header fits among the replies.
func (c *memoryConn) room(n int) error {
	for {
		ok, err := c.out.fits(n)
		if ok || err != nil {
			return err
		}
		c.call(true)
		c.await(c.seg.word(wordFull), func() bool {
			ok, err := c.out.fits(n)
			return ok || err != nil
		}, 0)
	}
}
