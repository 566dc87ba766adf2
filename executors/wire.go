package executors

import (
	"encoding/binary"
	"errors"
)

// appendSized appends the length of data, and data.
func appendSized(b, data []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(data))), data...)
}

var errMalformed = errors.New("executors: malformed message")

// A reader takes a message apart. After an error it returns zeros.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail() { r.b, r.err = nil, errMalformed }

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

// count is a number of items, each of which takes at least a byte.
func (r *reader) count() int {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.fail()
		return 0
	}
	return int(n)
}

// take gives the next n bytes; zeros after an error.
func (r *reader) take(n int) []byte {
	if len(r.b) < n {
		r.fail()
		return make([]byte, n)
	}
	data := r.b[:n:n]
	r.b = r.b[n:]
	return data
}

func (r *reader) byte() byte    { return r.take(1)[0] }
func (r *reader) sized() []byte { return r.take(r.count()) }
