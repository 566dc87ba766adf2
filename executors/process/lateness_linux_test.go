package process

import (
	"os"
	"testing"
	"time"

	"poolbench/executors/remote"
)

// newLine makes a worker's end of a line in this process.
func newLine(t *testing.T, lateness time.Duration) (*memoryConn, *segment, *bell) {
	s, f, _ := newSegment()
	if s == nil {
		t.Skip("memory cannot be shared here")
	}
	b, g, err := newBell()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.close()
		s.close()
		for _, f := range []*os.File{f, g} {
			f.Close()
		}
	})
	return newMemoryConn(s, b, socketConn{}, lateness), s, b
}

// The parent is woken at the reply that makes the oldest one too late, and for none before.
func TestRepliesAreRungInTime(t *testing.T) {
	const ms = remote.Moment(time.Millisecond)
	for _, c := range []struct {
		lateness time.Duration
		at       []remote.Moment
		rung     []bool
	}{
		{time.Millisecond, []remote.Moment{1, 1 + ms/2, ms, 1 + ms, 2 * ms}, []bool{false, false, false, true, false}},
		{100 * time.Microsecond, []remote.Moment{1, 1 + ms/20, 1 + ms/10}, []bool{false, false, true}},
		{1, []remote.Moment{1, 2, 3}, []bool{true, true, true}},
	} {
		conn, s, b := newLine(t, c.lateness)
		for i, at := range c.at {
			b.announce(bellTaker)
			if err := conn.Reply(remote.Header{Kind: remote.Output, Seq: uint32(i + 1)}, nil, at); err != nil {
				t.Fatal(err)
			}
			if rung := b.recall(bellTaker); rung != c.rung[i] {
				t.Errorf("lateness of %v: reply %d, at %v, wakes the parent: %v", c.lateness, i, time.Duration(at), rung)
			}
		}
		if s.refill() != 0 {
			t.Error("a mark that nobody has set")
		}
	}
}

// While somebody holds the bell a worker need not wake anybody, but can.
func TestBellHeld(t *testing.T) {
	_, _, b := newLine(t, time.Millisecond)
	if b.hold(); held(b, false) {
		t.Error("held, and nobody slept")
	}
	b.announce(bellTaker)
	b.hold()
	if b.spoiled(bellTaker) || !held(b, false) || b.recall(bellTaker) {
		t.Error("a held bell was rung")
	}
	b.announce(bellTaker)
	b.hold()
	if held(b, true) || !b.recall(bellTaker) {
		t.Error("a held bell cannot be rung")
	}
	b.announce(bellTaker)
	b.hold()
	if b.letGo(); held(b, false) || !b.recall(bellTaker) {
		t.Error("it is held though it was let go")
	}
	b.announce(bellTaker)
	b.hold()
	b.announce(bellWaiter)
	if held(b, false) || !b.recall(bellWaiter) || b.recall(bellTaker) {
		t.Error("who waits for a future is not woken while the bell is held")
	}
}

// A worker that was told that the parent comes soon does not believe it for ever.
func TestHeldBellIsRungInTheEnd(t *testing.T) {
	conn, s, b := newLine(t, time.Millisecond)
	b.announce(bellTaker)
	b.hold()
	if err := conn.Reply(remote.Header{Kind: remote.Output, Seq: 1}, nil, 1); err != nil {
		t.Fatal(err)
	}
	slept := make(chan struct{})
	go func() {
		defer close(slept)
		conn.sleep() // nobody looks
	}()
	for !b.spoiled(bellTaker) {
		time.Sleep(100 * time.Microsecond)
	}
	if !b.recall(bellTaker) {
		t.Error("the word was not taken away, but changed")
	}
	w, _ := s.tasks()
	w.put(remote.Header{Kind: remote.Call, Seq: 2}, nil)
	w.publish()
	for {
		select {
		case <-slept:
			return
		default:
			s.wake()
			time.Sleep(100 * time.Microsecond)
		}
	}
}

// held is what ring reports; nobody is woken who does not sleep.
func held(b *bell, now bool) bool {
	_, held := b.ring(now)
	return held
}

// Only who sleeps is woken; the moment of a wake is told once, and only where wakes are slowed
// does a worker tell it.
func TestSlowWakes(t *testing.T) {
	conn, s, b := newLine(t, time.Millisecond)
	if woke, _ := b.ring(true); woke || s.wake() {
		t.Error("nobody slept, and was woken")
	}
	for _, slow := range []bool{false, true, false} {
		b.slowWakes(slow)
		b.announce(bellTaker)
		before := remote.Common()
		conn.call(true)
		if !b.recall(bellTaker) {
			t.Error("who slept was not woken")
		}
		at := b.rung()
		if told := at >= before && at <= remote.Common(); told != slow || b.rung() != 0 {
			t.Errorf("slowed %v: rung at %d, begun at %d", slow, at, before)
		}
	}
	s.setWoken(7)
	if s.woken() != 7 || s.woken() != 0 {
		t.Error("the moment of a wake is not told once")
	}
}
