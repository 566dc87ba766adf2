package process

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"testing"
	"testing/iotest"

	"poolbench/executors"
)

func TestFrameRoundTrip(t *testing.T) {
	var stream []byte
	sizes := []int{0, 1, 100, readBuffer - headerSize, readBuffer, 3*bigStep + 5, 7}
	for i, size := range sizes {
		h := header{kind: kindCall, fn: uint16(i), seq: uint32(i) << 24, aux: 1 << 31}
		stream = append(stream, frameBytes(h, bytes.Repeat([]byte{byte(i)}, size))...)
	}
	readers := map[string]func(io.Reader) io.Reader{
		"whole": func(r io.Reader) io.Reader { return r }, "half": iotest.HalfReader, "data with error": iotest.DataErrReader,
	}
	for name, wrap := range readers {
		fr := newFrameReader(wrap(bytes.NewReader(stream)), 1<<30)
		for i, size := range sizes {
			f, err := fr.next()
			if err != nil {
				t.Fatalf("%s: frame %d: %v", name, i, err)
			}
			if f.kind != kindCall || int(f.fn) != i || f.seq != uint32(i)<<24 || f.aux != 1<<31 || len(f.payload) != size || bytes.Count(f.payload, []byte{byte(i)}) != size {
				t.Errorf("%s: frame %d: %+v, %d bytes", name, i, f.header, len(f.payload))
			}
		}
		if _, err := fr.next(); err != io.EOF {
			t.Errorf("%s: after the last frame: %v", name, err)
		}
	}
}

func TestFrameReaderBatch(t *testing.T) {
	one := frameBytes(header{kind: kindOutput, seq: 1}, []byte("abc"))
	stream := bytes.Repeat(one, 10)
	fr := newFrameReader(bytes.NewReader(stream[:len(stream)-1]), 10)
	frames, err := fr.nextBatch(nil)
	if len(frames) != 9 || err != nil {
		t.Fatalf("%d frames, %v", len(frames), err)
	}
	if _, err := fr.nextBatch(nil); err != io.ErrUnexpectedEOF {
		t.Errorf("cut frame: %v", err)
	}
}

func TestFrameReaderRefuses(t *testing.T) {
	for name, b := range map[string][]byte{
		"length":  header{kind: kindOutput, size: 1001}.append(nil),
		"kind 0":  header{}.append(nil),
		"kind":    header{kind: kindEnd}.append(nil),
		"garbage": []byte("panic: this is not a frame at all"),
	} {
		if _, err := newFrameReader(bytes.NewReader(b), 1000).next(); !errors.Is(err, errFrame) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is announced is not allocated before it arrives.
func TestFrameReaderAllocatesWhatArrives(t *testing.T) {
	b := header{kind: kindOutput, size: 1 << 31}.append(nil)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	newFrameReader(bytes.NewReader(b), 1<<31).next()
	runtime.ReadMemStats(&after)
	allocated := after.TotalAlloc - before.TotalAlloc
	if allocated > 2*bigStep {
		t.Errorf("%d bytes allocated for a frame of which nothing came", allocated)
	}
}

// FuzzFrames feeds both decoders of the parent, frames and errors, and the one of
// the worker, which is the same frame reader, with what a broken peer may send.
func FuzzFrames(f *testing.F) {
	f.Add(frameBytes(header{kind: kindOutput, seq: 1}, []byte("abc")))
	f.Add(frameBytes(header{kind: kindFault, seq: 2}, executors.AppendError(nil, io.EOF)))
	f.Add(header{kind: kindCall, size: 1 << 20}.append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		const limit = 1 << 16
		fr := newFrameReader(iotest.HalfReader(bytes.NewReader(b)), limit)
		total := 0
		for {
			fr, err := fr.next()
			if err != nil {
				break
			}
			if len(fr.payload) > limit || fr.kind == 0 || fr.kind >= kindEnd {
				t.Fatalf("accepted %+v", fr.header)
			}
			total += headerSize + len(fr.payload)
			if failure, err := decodeError(fr.payload, "fn"); err == nil {
				_ = failure.Error()
			}
		}
		if total > len(b) {
			t.Fatalf("%d bytes out of %d", total, len(b))
		}
	})
}

// FuzzTicket: a worker reads its ticket from an environment that anybody can set.
func FuzzTicket(f *testing.F) {
	f.Add(ticket{version: 1, parent: 2, nonce: "n", gomaxprocs: 3, maxMessage: 4, page: true}.String())
	f.Fuzz(func(t *testing.T, s string) {
		tk, err := parseTicket(s)
		if err != nil {
			return
		}
		if again, err := parseTicket(tk.String()); err != nil || again != tk {
			t.Fatalf("%+v becomes %+v, %v", tk, again, err)
		}
	})
}

func frameBytes(h header, payload []byte) []byte {
	h.size = uint32(len(payload))
	return append(h.append(nil), payload...)
}
