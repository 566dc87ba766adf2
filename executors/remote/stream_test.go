package remote

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"testing"
	"testing/iotest"

	"poolbench/executors"
)

func TestStreamRoundTrip(t *testing.T) {
	var stream []byte
	sizes := []int{0, 1, 100, readBuffer - HeaderSize, readBuffer, 3*bigStep + 5, 7}
	for i, size := range sizes {
		h := Header{Kind: Call, Fn: uint16(i), Seq: uint32(i) << 24, Aux: 1 << 31}
		stream = append(stream, message(h, bytes.Repeat([]byte{byte(i)}, size))...)
	}
	readers := map[string]func(io.Reader) io.Reader{
		"whole": func(r io.Reader) io.Reader { return r }, "half": iotest.HalfReader, "data with error": iotest.DataErrReader,
	}
	for name, wrap := range readers {
		fr := NewStream(wrap(bytes.NewReader(stream)), 1<<30)
		for i, size := range sizes {
			f, err := fr.Next()
			if err != nil {
				t.Fatalf("%s: frame %d: %v", name, i, err)
			}
			if f.Kind != Call || int(f.Fn) != i || f.Seq != uint32(i)<<24 || f.Aux != 1<<31 || len(f.Payload) != size || bytes.Count(f.Payload, []byte{byte(i)}) != size {
				t.Errorf("%s: frame %d: %+v, %d bytes", name, i, f.Header, len(f.Payload))
			}
		}
		if _, err := fr.Next(); err != io.EOF {
			t.Errorf("%s: after the last frame: %v", name, err)
		}
	}
}

func TestStreamCut(t *testing.T) {
	one := message(Header{Kind: Output, Seq: 1}, []byte("abc"))
	stream := bytes.Repeat(one, 10)
	s := NewStream(bytes.NewReader(stream[:len(stream)-1]), 10)
	for i := range 9 {
		if i > 0 && !s.Waiting() {
			t.Errorf("message %d has arrived and is not seen", i)
		}
		if m, err := s.Next(); err != nil || string(m.Payload) != "abc" {
			t.Fatal(m, err)
		}
	}
	if s.Waiting() {
		t.Error("a message that was cut is waiting")
	}
	if _, err := s.Next(); err != io.ErrUnexpectedEOF {
		t.Errorf("cut message: %v", err)
	}
}

func TestStreamRefuses(t *testing.T) {
	for name, b := range map[string][]byte{
		"length":  Header{Kind: Output, Size: 1001}.Append(nil),
		"kind 0":  Header{}.Append(nil),
		"kind":    Header{Kind: endOfKinds}.Append(nil),
		"place":   Header{Kind: Output, Place: 1}.Append(nil),
		"garbage": []byte("panic: this is not a frame at all"),
	} {
		if _, err := NewStream(bytes.NewReader(b), 1000).Next(); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is announced is not allocated before it arrives.
func TestStreamAllocatesWhatArrives(t *testing.T) {
	b := Header{Kind: Output, Size: 1 << 31}.Append(nil)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	NewStream(bytes.NewReader(b), 1<<31).Next()
	runtime.ReadMemStats(&after)
	allocated := after.TotalAlloc - before.TotalAlloc
	if allocated > 2*bigStep {
		t.Errorf("%d bytes allocated for a frame of which nothing came", allocated)
	}
}

// FuzzStream feeds both decoders of the parent, frames and errors, and the one of
// the worker, which is the same frame reader, with what a broken peer may send.
func FuzzStream(f *testing.F) {
	f.Add(message(Header{Kind: Output, Seq: 1}, []byte("abc")))
	f.Add(message(Header{Kind: Fault, Seq: 2}, executors.AppendError(nil, io.EOF)))
	f.Add(Header{Kind: Call, Size: 1 << 20}.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		const limit = 1 << 16
		fr := NewStream(iotest.HalfReader(bytes.NewReader(b)), limit)
		total := 0
		for {
			fr, err := fr.Next()
			if err != nil {
				break
			}
			if len(fr.Payload) > limit || fr.Kind == 0 || fr.Kind >= endOfKinds {
				t.Fatalf("accepted %+v", fr.Header)
			}
			total += HeaderSize + len(fr.Payload)
			if failure, err := executors.DecodeError(fr.Payload, "fn"); err == nil {
				_ = failure.Error()
			}
		}
		if total > len(b) {
			t.Fatalf("%d bytes out of %d", total, len(b))
		}
	})
}

func message(h Header, payload []byte) []byte {
	h.Size = uint32(len(payload))
	return append(h.Append(nil), payload...)
}
