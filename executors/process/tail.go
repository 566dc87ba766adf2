package process

import (
	"io"
	"sync"
)

// A tail keeps the last bytes written to it.
type tail struct {
	mu    sync.Mutex
	ring  []byte // at most max bytes
	max   int
	next  int    // where the next byte goes once the ring is full
	total uint64 // bytes ever written
}

func (t *tail) Write(b []byte) (int, error) {
	n := len(b)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.total += uint64(n)
	if len(b) > t.max {
		b = b[len(b)-t.max:]
	}
	if room := t.max - len(t.ring); room > 0 {
		k := min(room, len(b))
		t.ring = append(t.ring, b[:k]...)
		b = b[k:]
	}
	for len(b) > 0 {
		k := copy(t.ring[t.next:], b)
		t.next = (t.next + k) % t.max
		b = b[k:]
	}
	return n, nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.ring[t.next:]) + string(t.ring[:t.next])
}

// drain reads r to its end, so that whoever writes to it never blocks.
func (t *tail) drain(r io.Reader) { io.Copy(t, r) }
