package executors

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

var stretch = Define("executors.stretch", func(_ context.Context, n int) (string, error) {
	switch {
	case n < 0:
		runtime.Goexit()
	case n == 13:
		return "", errors.New("unlucky")
	case n == 17:
		panic("prime")
	}
	return strings.Repeat("x", n), nil
})

// remoteChunkOf has the calls made as in another process, with messages of that size, and
// says how many outcomes came back.
func remoteChunkOf[In, Out any](t *testing.T, fn *Func[In, Out], inputs []In, limit int) *results[Out] {
	t.Helper()
	encoded, n, err := pack(fn.in, inputs, 1<<30)
	if err != nil || n != len(inputs) {
		t.Fatalf("%d of %d inputs: %v", n, len(inputs), err)
	}
	b, err := Lookup(fn.name+"[]").CallRemote(t.Context(), encoded, []byte("before"), limit)
	if err != nil || !bytes.HasPrefix(b, []byte("before")) {
		t.Fatalf("%q, %v", b, err)
	}
	if len(b) > 2*limit+MaxEncodedError {
		t.Errorf("%d bytes, with a limit of %d", len(b), limit)
	}
	out, err := decodeOutcomes(fn.name, fn.out, b[len("before"):])
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A chunk ends where its outputs become too much for a message: nothing that was called
// is lost, and what was not is told.
func TestChunkIsCutByItsOutputs(t *testing.T) {
	inputs := []int{10, 40, 40, 40, 101, 100, -1, 13, 17, 0, 3}
	const limit = 100
	got, cuts := 0, 0
	for got < len(inputs) {
		out := remoteChunkOf(t, stretch, inputs[got:], limit)
		if out.reached == 0 || out.cut != (got+out.reached < len(inputs)) {
			t.Fatalf("%d of %d made, cut: %t", out.reached, len(inputs)-got, out.cut)
		}
		for i := range out.reached {
			n := inputs[got+i]
			v, err := out.at(i, nil)
			var panicked *PanicError
			switch {
			case n < 0 && !errors.Is(err, ErrGoexit), n == 13 && err == nil, n == 17 && !errors.As(err, &panicked):
				t.Errorf("input %d: %v", n, err)
			case n > limit && (!errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "executors.stretch")):
				t.Errorf("input %d: %v", n, err)
			case n >= 0 && n <= limit && n != 13 && n != 17 && (err != nil || len(v) != n):
				t.Errorf("input %d: %d bytes, %v", n, len(v), err)
			}
		}
		got += out.reached
		cuts++
	}
	if cuts < 3 {
		t.Errorf("%d messages", cuts)
	}
}

var spread = Define("executors.spread", func(_ context.Context, n string) (float64, error) {
	if n == "" {
		return 0, errors.New("none")
	}
	return float64(len(n)), nil
})

// Numbers go in runs, which errors interrupt.
func TestChunkOfNumbers(t *testing.T) {
	inputs := []string{"", "a", "bb", "", "", "ccc", "dddd"}
	out := remoteChunkOf(t, spread, inputs, 1000)
	if out.reached != len(inputs) || out.cut {
		t.Fatal(out.reached, out.cut)
	}
	for i, in := range inputs {
		if v, err := out.at(i, nil); v != float64(len(in)) || (err != nil) != (in == "") {
			t.Errorf("%q: %v, %v", in, v, err)
		}
	}
	if out := remoteChunkOf(t, spread, make([]string, 1000), 100); !out.cut || out.reached >= 1000 {
		t.Errorf("%d results of errors in one message", out.reached)
	}
}

// Inputs are packed up to a size; the one that stops it tells why.
func TestPack(t *testing.T) {
	texts := codecFor[string]()
	inputs := []string{"aaaaa", "bbbbb", "ccccc"}
	for limit, want := range map[int]int{4: 0, 16: 1, 22: 2, 28: 3} {
		encoded, n, err := pack(texts, inputs, limit)
		if n != want || len(encoded) > limit || (n < len(inputs)) != errors.Is(err, ErrTooLarge) {
			t.Errorf("limit %d: %d in %d bytes, %v", limit, n, len(encoded), err)
		}
		if got, err := unpack(texts, encoded); err != nil || fmt.Sprint(got) != fmt.Sprint(inputs[:n]) {
			t.Errorf("limit %d: %q, %v", limit, got, err)
		}
	}
	anything := codecFor[any]()
	_, n, err := pack(anything, []any{1, "x", make(chan int), 2}, 1000)
	if n != 2 || !errors.Is(err, ErrUnsendable) {
		t.Errorf("%d, %v", n, err)
	}
}

// FuzzChunkDecoding feeds both decoders of chunks with what a broken peer may send.
func FuzzChunkDecoding(f *testing.F) {
	out := newResults[string](3)
	out.sent = &outbound[string]{item: codecFor[string](), limit: 1000}
	runRange(context.Background(), awkward.f, []int{1, 3, 5}, out)
	out.send()
	f.Add(out.sent.b)
	f.Add([]byte{tagNumbers, 2, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, tagCut})
	f.Add([]byte{3, 1, 'a', 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		fuzzChunk[string](t, b)
		fuzzChunk[float64](t, b)
		fuzzChunk[struct{}](t, b)
		fuzzChunk[[]point](t, b)
	})
}

func fuzzChunk[T any](t *testing.T, b []byte) {
	item := codecFor[T]()
	if out, err := decodeOutcomes("fn", item, b); err == nil && (out.reached > len(out.values) || out.reached > len(b)) {
		t.Errorf("%T: %d of %d", *new(T), out.reached, len(out.values))
	}
	if inputs, err := unpack(item, b); err == nil && len(inputs) > len(b) {
		t.Errorf("%T: %d inputs out of %d bytes", *new(T), len(inputs), len(b))
	}
}
