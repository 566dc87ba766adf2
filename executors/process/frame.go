package process

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"poolbench/executors"
)

// A frame is a header of 16 bytes and a payload. All numbers are little endian.
//
//	0  uint32  length of the payload
//	4  uint8   kind
//	5  uint8   zero
//	6  uint16  function number, agreed by a define frame on the same channel
//	8  uint32  sequence number of the task within its worker, from 1, may wrap
//	12 uint32  reply: run time in ns, at most 2³²-1
//
// There is no checksum: the channel is private to two processes of one program.
type header struct {
	size uint32
	kind kind
	fn   uint16
	seq  uint32
	aux  uint32
}

const headerSize = 16

type kind uint8

const (
	kindHello  kind = 1 + iota // worker → parent, once: who I am
	kindDefine                 // parent → worker: function number fn is called payload
	kindCall                   // parent → worker: run fn on the encoded input
	kindOutput                 // worker → parent: encoded output of seq
	kindFault                  // worker → parent: seq ended with an error, see executors.AppendError
	kindCancel                 // control: cancel the context of seq
	kindBye                    // control: exit
	kindEnd                    // not a kind
)

func (h header) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, h.size)
	b = append(b, byte(h.kind), 0)
	b = binary.LittleEndian.AppendUint16(b, h.fn)
	b = binary.LittleEndian.AppendUint32(b, h.seq)
	return binary.LittleEndian.AppendUint32(b, h.aux)
}

// put writes the header over the first headerSize bytes of b.
func (h header) put(b []byte) { h.append(b[:0]) }

func parseHeader(b []byte) header {
	return header{
		size: binary.LittleEndian.Uint32(b),
		kind: kind(b[4]),
		fn:   binary.LittleEndian.Uint16(b[6:]),
		seq:  binary.LittleEndian.Uint32(b[8:]),
		aux:  binary.LittleEndian.Uint32(b[12:]),
	}
}

type frame struct {
	header
	payload []byte
}

// errFrame is wrapped by every error that means that the peer does not speak our
// protocol.
var errFrame = errors.New("malformed frame")

// A frameReader cuts a stream into frames. Memory grows with the bytes that have
// arrived, never with what a header announces.
type frameReader struct {
	r     io.Reader
	limit uint32 // greatest payload accepted
	buf   []byte // frames that fit are cut out of it
	start int    // of the unread bytes in buf
	end   int
	total uint64 // bytes read

	// A large payload that had not arrived completely with its header is read into
	// memory of its own.
	large header
	big   []byte // grows with what arrives; nil if there is no such payload
	got   int    // bytes of it
}

const readBuffer = 68 << 10 // a payload of 64 KiB comes in one read

// readLimit is the limit on a channel where values have at most n bytes: errors
// must pass too, and the stamps of a traced reply.
func readLimit(n int) uint32 { return uint32(max(n, executors.MaxEncodedError)) + stampSize }

// replyLimit is the limit on replies of values of at most n bytes, of which those of a
// chunk together may have more: see executors.RemoteFunc.
func replyLimit(n int) uint32 {
	return uint32(min(2*uint64(n)+executors.MaxEncodedError+stampSize, math.MaxUint32, math.MaxInt))
}

func newFrameReader(r io.Reader, limit uint32) *frameReader {
	return &frameReader{r: r, limit: limit, buf: make([]byte, readBuffer)}
}

// next returns the next frame, waiting for it. The payload is valid until the
// following call of next; one of at least executors.LargeValue bytes is the
// caller's. The error is io.EOF only between two frames.
func (fr *frameReader) next() (frame, error) {
	for {
		if f, ok, err := fr.cut(); ok || err != nil {
			return f, err
		}
		if err := fr.fill(); err != nil {
			return frame{}, err
		}
	}
}

// nextBatch appends to frames the next frame, waiting for it, and all that have
// arrived completely behind it. Payloads are valid until the following call.
func (fr *frameReader) nextBatch(frames []frame) ([]frame, error) {
	f, err := fr.next()
	for ok := true; ok && err == nil; f, ok, err = fr.cut() {
		frames = append(frames, f)
	}
	return frames, err
}

// cut takes one frame if it has arrived completely.
func (fr *frameReader) cut() (frame, bool, error) {
	h, ok, err := fr.arrived()
	if !ok || err != nil {
		return frame{}, false, err
	}
	if fr.big != nil {
		f := frame{h, fr.big}
		fr.big = nil
		return f, true, nil
	}
	from := fr.start + headerSize
	fr.start = from + int(h.size)
	payload := fr.buf[from:fr.start:fr.start]
	if h.size >= executors.LargeValue {
		payload = append([]byte(nil), payload...)
	}
	return frame{h, payload}, true, nil
}

// arrived reports whether the next frame has arrived completely. If not, and it is
// large, the rest goes into memory of its own.
func (fr *frameReader) arrived() (h header, complete bool, err error) {
	if fr.big != nil {
		return fr.large, fr.got == int(fr.large.size), nil
	}
	have := fr.buf[fr.start:fr.end]
	if len(have) < headerSize {
		return h, false, nil
	}
	h = parseHeader(have)
	if h.kind == 0 || h.kind >= kindEnd || have[5] != 0 {
		return h, false, fmt.Errorf("%w: kind %d", errFrame, h.kind)
	}
	if h.size > fr.limit {
		return h, false, fmt.Errorf("%w: %d bytes announced, at most %d allowed", errFrame, h.size, fr.limit)
	}
	if len(have) >= headerSize+int(h.size) {
		return h, true, nil
	}
	if h.size >= executors.LargeValue {
		fr.large, fr.big = h, make([]byte, min(int(h.size), bigStep))
		fr.got = copy(fr.big, have[headerSize:])
		fr.start, fr.end = 0, 0
	}
	return h, false, nil
}

// waiting reports, at little cost, whether the next frame has arrived completely; it
// may miss a large one.
func (fr *frameReader) waiting() bool {
	have := fr.end - fr.start
	return have >= headerSize && uint64(have-headerSize) >= uint64(parseHeader(fr.buf[fr.start:]).size)
}

// begun reports whether a part of the next frame has arrived.
func (fr *frameReader) begun() bool { return fr.big != nil || fr.end > fr.start }

// fill reads once, after making room.
func (fr *frameReader) fill() error { return fr.fillFrom(fr.r.Read) }

func (fr *frameReader) fillFrom(read func([]byte) (int, error)) error {
	n, err := read(fr.room())
	if fr.big != nil {
		fr.got += n
	} else {
		fr.end += n
	}
	fr.total += uint64(n)
	if n > 0 {
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	if err == io.EOF && (fr.big != nil || fr.end > 0) {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// bigStep is how much is believed of a length before bytes have come.
const bigStep = 32 << 20

// room is where the next bytes belong; never empty after cut has found no frame.
func (fr *frameReader) room() []byte {
	if fr.big != nil {
		if fr.got == len(fr.big) {
			grown := make([]byte, min(int(fr.large.size), 2*len(fr.big)))
			copy(grown, fr.big)
			fr.big = grown
		}
		return fr.big[fr.got:]
	}
	if fr.start == fr.end {
		fr.start, fr.end = 0, 0
	} else if fr.start > 0 {
		fr.end = copy(fr.buf, fr.buf[fr.start:fr.end])
		fr.start = 0
	}
	return fr.buf[fr.end:]
}

// fillNow reads, without waiting, until the next frame has arrived completely.
// syscall.EAGAIN means that it has not yet.
func (fr *frameReader) fillNow(fd int) error {
	for {
		if _, ok, err := fr.arrived(); ok || err != nil {
			return err
		}
		if err := fr.fillFrom(func(b []byte) (int, error) { return tryRead(fd, b) }); err != nil {
			return err
		}
	}
}
