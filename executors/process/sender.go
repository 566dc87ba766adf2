package process

import (
	"os"
	"sync"
	"syscall"

	"poolbench/executors/remote"
)

// A sender writes messages to a channel in the order of append. Whoever flushes
// first writes for all who come meanwhile, and never waits for the peer: what the
// channel does not take at once is left to a goroutine that lives until it is
// written. (A reader that waited in a write, while the worker waits to write its
// reply, would never read that reply.)
type sender struct {
	file *os.File
	raw  syscall.RawConn
	wg   sync.WaitGroup // the goroutine that waits

	mu      sync.Mutex
	pending []piece
	spare   []byte
	busy    bool // somebody is writing
	failed  bool // the peer is gone: everything is dropped

	onFailure func(error) // called once, without a lock, when the peer cannot be written to

	// Arguments and result of try, owned by who is busy.
	cur [2][]byte
	n   int
	err error
	try func(fd uintptr) bool
}

type piece struct {
	b     []byte
	owned bool // grown by append, reused when written
}

func newSender(f *os.File, onFailure func(error)) *sender {
	raw, err := f.SyscallConn()
	s := &sender{file: f, raw: raw, failed: err != nil, onFailure: onFailure} // an error means that f is closed
	s.try = func(fd uintptr) bool {
		s.n, s.err = tryWrite(fd, s.cur)
		return true
	}
	return s
}

// append queues one message. The payload must not change until the worker is gone.
func (s *sender) append(h remote.Header, payload []byte) {
	h.Size = uint32(len(payload))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed {
		return
	}
	last := len(s.pending) - 1
	if last < 0 || !s.pending[last].owned {
		s.pending = append(s.pending, piece{s.spare[:0], true})
		s.spare = nil
		last++
	}
	b := h.Append(s.pending[last].b)
	if len(payload) <= inlinePayload {
		s.pending[last].b = append(b, payload...)
		return
	}
	s.pending[last].b = b
	s.pending = append(s.pending, piece{payload, false})
}

// flush writes what is queued, as far as that is possible without waiting.
func (s *sender) flush() {
	s.mu.Lock()
	if s.busy {
		s.mu.Unlock()
		return
	}
	for len(s.pending) > 0 {
		segs := s.pending
		s.pending = nil
		s.busy = true
		s.mu.Unlock()
		rest, err := s.writeNow(segs)
		if len(rest) > 0 && err == nil {
			s.wg.Add(1)
			go s.writeRest(rest)
			return
		}
		s.written(segs, err)
		s.mu.Lock()
	}
	s.busy = false
	s.mu.Unlock()
}

// written is called when segs are done with.
func (s *sender) written(segs []piece, err error) {
	s.mu.Lock()
	first := err != nil && !s.failed
	if err != nil {
		s.failed, s.pending = true, nil
	}
	if segs[0].owned && cap(segs[0].b) <= 4*inlinePayload {
		s.spare = segs[0].b
	}
	s.mu.Unlock()
	if first {
		s.onFailure(err)
	}
}

// writeNow returns the segments that the channel would not take.
func (s *sender) writeNow(segs []piece) ([]piece, error) {
	for len(segs) > 0 {
		s.cur = [2][]byte{segs[0].b}
		if len(segs) > 1 {
			s.cur[1] = segs[1].b
		}
		if err := s.raw.Write(s.try); err != nil {
			return segs, err
		}
		if s.err == syscall.EAGAIN {
			return segs, nil
		}
		if s.err != nil {
			return segs, s.err
		}
		segs = skip(segs, s.n)
	}
	return nil, nil
}

// skip is what is left of segs after n bytes.
func skip(segs []piece, n int) []piece {
	for len(segs) > 0 && n >= len(segs[0].b) {
		n -= len(segs[0].b)
		segs = segs[1:]
	}
	if n > 0 {
		segs[0] = piece{segs[0].b[n:], false}
	}
	return segs
}

// writeRest waits until segs and all that is queued meanwhile is written.
func (s *sender) writeRest(segs []piece) {
	defer s.wg.Done()
	for {
		var err error
		for _, seg := range segs {
			if _, err = s.file.Write(seg.b); err != nil {
				break
			}
		}
		s.written(segs, err)
		s.mu.Lock()
		if len(s.pending) == 0 {
			s.busy = false
			s.mu.Unlock()
			return
		}
		segs, s.pending = s.pending, nil
		s.mu.Unlock()
	}
}
