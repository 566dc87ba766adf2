package remote

import (
	"fmt"
	"io"

	"poolbench/executors"
)

// A Stream cuts a stream of bytes into messages. Memory grows with the bytes that have
// arrived, never with what a header announces. It is not safe for concurrent use.
type Stream struct {
	r     io.Reader
	limit uint32 // greatest payload accepted
	buf   []byte // messages that fit are cut out of it
	start int    // of the unread bytes in buf
	end   int

	// A large payload that had not arrived completely with its header is read into
	// memory of its own.
	large Header
	big   []byte // grows with what arrives; nil if there is no such payload
	got   int    // bytes of it
}

const readBuffer = 68 << 10 // a payload of 64 KiB comes in one read

// NewStream reads messages of at most limit bytes of payload.
func NewStream(r io.Reader, limit uint32) *Stream {
	return &Stream{r: r, limit: limit}
}

// SetLimit changes the greatest payload that is accepted, in bytes.
func (s *Stream) SetLimit(limit uint32) { s.limit = limit }

// Next returns the next message, waiting for it. The payload is valid until the
// following call of Next; one of at least executors.LargeValue bytes is the
// caller's. The error is io.EOF only between two messages, and wraps ErrMalformed if the
// bytes are none.
func (s *Stream) Next() (Message, error) {
	for {
		if m, ok, err := s.cut(); ok || err != nil {
			return m, err
		}
		if err := s.fill(); err != nil {
			return Message{}, err
		}
	}
}

// cut takes one message if it has arrived completely.
func (s *Stream) cut() (Message, bool, error) {
	h, ok, err := s.arrived()
	if !ok || err != nil {
		return Message{}, false, err
	}
	if s.big != nil {
		m := Message{Header: h, Payload: s.big}
		s.big = nil
		return m, true, nil
	}
	from := s.start + HeaderSize
	s.start = from + int(h.Size)
	payload := s.buf[from:s.start:s.start]
	if h.Size >= executors.LargeValue {
		payload = append([]byte(nil), payload...)
	}
	return Message{Header: h, Payload: payload}, true, nil
}

// arrived reports whether the next message has arrived completely. If not, and it is
// large, the rest goes into memory of its own.
func (s *Stream) arrived() (h Header, complete bool, err error) {
	if s.big != nil {
		return s.large, s.got == int(s.large.Size), nil
	}
	have := s.buf[s.start:s.end]
	if len(have) < HeaderSize {
		return h, false, nil
	}
	h = ParseHeader(have)
	if !IsKind(h.Kind) || h.Place != 0 {
		return h, false, fmt.Errorf("%w: kind %d, place %d", ErrMalformed, h.Kind, h.Place)
	}
	if h.Size > s.limit {
		return h, false, fmt.Errorf("%w: %d bytes announced, at most %d allowed", ErrMalformed, h.Size, s.limit)
	}
	if len(have) >= HeaderSize+int(h.Size) {
		return h, true, nil
	}
	if h.Size >= executors.LargeValue {
		s.large, s.big = h, make([]byte, min(int(h.Size), bigStep))
		s.got = copy(s.big, have[HeaderSize:])
		s.start, s.end = 0, 0
	}
	return h, false, nil
}

// Waiting reports, at little cost, whether the next message has arrived completely; it
// may miss a large one.
func (s *Stream) Waiting() bool {
	have := s.end - s.start
	return have >= HeaderSize && uint64(have-HeaderSize) >= uint64(ParseHeader(s.buf[s.start:]).Size)
}

// fill reads once, after making room.
func (s *Stream) fill() error {
	n, err := s.r.Read(s.room())
	if s.big != nil {
		s.got += n
	} else {
		s.end += n
	}
	if n > 0 {
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	if err == io.EOF && (s.big != nil || s.end > 0) {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// bigStep is how much is believed of a length before bytes have come.
const bigStep = 32 << 20

// room is where the next bytes belong; never empty after cut has found no message.
func (s *Stream) room() []byte {
	if s.big != nil {
		if s.got == len(s.big) {
			grown := make([]byte, min(int(s.large.Size), 2*len(s.big)))
			copy(grown, s.big)
			s.big = grown
		}
		return s.big[s.got:]
	}
	if s.buf == nil {
		s.buf = make([]byte, readBuffer)
	}
	if s.start == s.end {
		s.start, s.end = 0, 0
	} else if s.start > 0 {
		s.end = copy(s.buf, s.buf[s.start:s.end])
		s.start = 0
	}
	return s.buf[s.end:]
}
