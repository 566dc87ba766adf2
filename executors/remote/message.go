package remote

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"unsafe"

	"poolbench/executors"
)

// A Header begins every message. It takes HeaderSize bytes, little endian:
//
//	0  uint32  length of the payload
//	4  uint8   kind
//	5  uint8   place of the payload
//	6  uint16  function number, agreed by a Define message on the same way
//	8  uint32  sequence number of the task within its worker, from 1, may wrap
//	12 uint32  reply: run time in ns, at most 2³²-1; call: CallAux
//
// There is no checksum: the way is private to two processes of one program.
type Header struct {
	Size  uint32
	Kind  Kind
	Place uint8 // for a transport that has several; 0 where the payload follows
	Fn    uint16
	Seq   uint32
	Aux   uint32
}

// HeaderSize is the size of an encoded Header in bytes.
const HeaderSize = 16

// A Kind says what a message means.
type Kind uint8

const (
	Hello  Kind = 1 + iota // worker → parent, once: who I am
	Define                 // parent → worker: function number Fn is called payload
	Call                   // parent → worker: run Fn on the encoded input
	Output                 // worker → parent: encoded output of Seq
	Fault                  // worker → parent: Seq ended with an error, see executors.AppendError
	Cancel                 // parent → worker, beside the tasks: cancel the context of Seq
	Bye                    // parent → worker, beside the tasks: exit
	Ask                    // parent → worker, beside the tasks: question Seq of the parent is payload
	Answer                 // worker → parent, beside the replies: the answer to question Seq
	endOfKinds
)

// Append appends the encoded header.
func (h Header) Append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, uint64(h.Size)|uint64(h.Kind)<<32|uint64(h.Place)<<40|uint64(h.Fn)<<48)
	return binary.LittleEndian.AppendUint64(b, uint64(h.Seq)|uint64(h.Aux)<<32)
}

// ParseHeader decodes the HeaderSize bytes that b begins with.
func ParseHeader(b []byte) Header {
	return Header{
		Size:  binary.LittleEndian.Uint32(b),
		Kind:  Kind(b[4]),
		Place: b[5],
		Fn:    binary.LittleEndian.Uint16(b[6:]),
		Seq:   binary.LittleEndian.Uint32(b[8:]),
		Aux:   binary.LittleEndian.Uint32(b[12:]),
	}
}

// IsKind reports whether a message may be of kind k.
func IsKind(k Kind) bool { return k > 0 && k < endOfKinds }

// A Message is a header and its payload.
type Message struct {
	Header
	Payload []byte

	// Lent tells that the payload lies in memory of the transport, whatever its size, and
	// stays there only until the task is answered.
	Lent bool

	// Arrived, if it is not nil, waits until the first n bytes of the payload are there.
	Arrived func(n int)
}

// copyStep is how many bytes of a payload that arrives are copied at a time.
const copyStep = 256 << 10

// own is a copy of the payload, made while that arrives.
func (m *Message) own() []byte {
	if m.Arrived == nil {
		return append([]byte(nil), m.Payload...)
	}
	var b strings.Builder // which does not clear its memory first
	b.Grow(len(m.Payload))
	for from := 0; from < len(m.Payload); {
		to := min(from+copyStep, len(m.Payload))
		m.Arrived(to)
		b.Write(m.Payload[from:to])
		from = to
	}
	return unsafe.Slice(unsafe.StringData(b.String()), b.Len())
}

// ErrMalformed is wrapped by every error that means that the peer does not speak this
// protocol.
var ErrMalformed = errors.New("malformed message")

// ReadLimit is the limit on a way where values have at most n bytes: errors must pass
// too, and the stamps of a traced reply.
func ReadLimit(n int) uint32 { return uint32(max(n, executors.MaxEncodedError)) + stampSize }

// ReplyLimit is the limit on replies of values of at most n bytes, of which those of a
// chunk together may have more: see executors.RemoteFunc.
func ReplyLimit(n int) uint32 {
	return uint32(min(2*uint64(n)+executors.MaxEncodedError+stampSize, math.MaxUint32, math.MaxInt))
}
