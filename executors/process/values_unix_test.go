//go:build unix

package process_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"poolbench/executors"
	"poolbench/executors/internal/codec"
	"poolbench/executors/internal/codectest"
	"poolbench/executors/process"
)

// mixed has a part of every kind.
type mixed struct {
	Flags   [3]bool
	Number  int64
	Small   struct{ A, B uint8 }
	Float   float32
	Complex complex128
	Text    string
	Bytes   []byte
	Rows    [][]string
	Points  []*struct{ X, Y float64 }
	Any     any
	Table   map[any]map[string]any
	Keys    map[netip.Addr][2]int16
	Big     *big.Int
	Ratio   big.Rat
	At      time.Time
	Tree    codectest.Tree
	List    *codectest.List
	Index   codectest.Index
	Whole   *codectest.Whole
}

// A letter is a value whose type its recipe makes.
type letter struct{ Recipe, Value []byte }

var (
	mirrorMixed = executors.Define("test.mirror.mixed", func(_ context.Context, m mixed) (mixed, error) { return m, nil })

	// mirrorLetter checks that the value of the recipe has arrived, and sends what arrived.
	mirrorLetter = executors.Define("test.mirror.letter", func(_ context.Context, l letter) ([]byte, error) {
		want := codectest.Random(l.Recipe)
		got, err := decoded(want.Type(), l.Value)
		if err != nil {
			return nil, err
		}
		if !reflect.DeepEqual(got.Interface(), want.Interface()) {
			return nil, fmt.Errorf("%#v arrived as %#v", want, got)
		}
		return encoded(got)
	})

	blow = executors.Define("test.blow", func(_ context.Context, n int) (string, error) { return strings.Repeat("x", n), nil })
	size = executors.Define("test.size", func(_ context.Context, s string) (int, error) { return len(s), nil })
)

func encoded(v reflect.Value) ([]byte, error) {
	plan, err := codec.For(v.Type())
	if err != nil {
		return nil, err
	}
	return plan.Append(nil, v.Addr().UnsafePointer(), 1<<30)
}

func decoded(t reflect.Type, b []byte) (reflect.Value, error) {
	plan, err := codec.For(t)
	if err != nil {
		return reflect.Value{}, err
	}
	v := reflect.New(t)
	return v.Elem(), plan.Decode(b, v.UnsafePointer())
}

// Random values, and random values of random types, come back from worker processes as
// they do from goroutines: as they were sent.
func TestRandomValues(t *testing.T) {
	far := newPool(t, process.Options{Workers: 1})
	near, err := executors.NewGoroutines(1)
	if err != nil {
		t.Fatal(err)
	}
	defer near.Shutdown(t.Context())
	recipes := rapid.SliceOfN(rapid.Byte(), 200, 400)
	t.Run("values", rapid.MakeCheck(func(t *rapid.T) {
		var in mixed
		codectest.Fill(reflect.ValueOf(&in).Elem(), recipes.Draw(t, "recipe"))
		for _, ex := range []executors.Executor{near, far} {
			f, err := executors.Submit(context.Background(), ex, mirrorMixed, in)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := f.Result(context.Background()); err != nil || !reflect.DeepEqual(got, in) {
				t.Fatalf("%T: %#v came back as %#v, %v", ex, in, got, err)
			}
		}
	}))
	t.Run("types", rapid.MakeCheck(func(t *rapid.T) {
		recipe := recipes.Draw(t, "recipe")
		in := codectest.Random(recipe)
		b, err := encoded(in)
		if err != nil {
			t.Fatal(err)
		}
		for _, ex := range []executors.Executor{near, far} {
			f, err := executors.Submit(context.Background(), ex, mirrorLetter, letter{recipe, b})
			if err != nil {
				t.Fatal(err)
			}
			b, err := f.Result(context.Background())
			if err != nil {
				t.Fatalf("%T: %v: %v", ex, in.Type(), err)
			}
			if got, err := decoded(in.Type(), b); err != nil || !reflect.DeepEqual(got.Interface(), in.Interface()) {
				t.Fatalf("%T: %#v came back as %#v, %v", ex, in, got, err)
			}
		}
	}))
}

// What each call can do alone, it can do in any chunk, whatever inputs and outputs are
// together: they are no more at a time than a message may be.
func TestChunksFitMessages(t *testing.T) {
	const most = 1 << 20
	p := newPool(t, process.Options{Workers: 2, MaxMessage: most})
	lengths := slices.Repeat([]int{100 << 10, 0, most, 10, most - 1, most + 1, 300 << 10}, 20)
	texts := make([]string, len(lengths))
	for i, n := range lengths {
		texts[i] = strings.Repeat("x", n)
	}
	for name, options := range map[string][]executors.MapOption{
		"automatic": {executors.AutoChunk()}, "chunks": {executors.Chunk(50)}, "one": {executors.Chunk(1000)},
		"buffer": {executors.AutoChunk(), executors.Buffer(100)}, "unordered": {executors.AutoChunk(), executors.Unordered()},
	} {
		t.Run(name, func(t *testing.T) {
			check := func(what string, got []int, tooLarge int) {
				t.Helper()
				want := slices.DeleteFunc(slices.Clone(lengths), func(n int) bool { return n > most })
				if name == "unordered" {
					slices.Sort(got)
					slices.Sort(want)
				}
				if !slices.Equal(got, want) || tooLarge != len(lengths)-len(want) {
					t.Errorf("%s: %d results, %d too large, want %d and %d", what, len(got), tooLarge, len(want), len(lengths)-len(want))
				}
			}
			var got []int
			tooLarge := 0
			count := func(n int, err error) {
				switch {
				case err == nil:
					got = append(got, n)
				case errors.Is(err, process.ErrTooLarge):
					tooLarge++
				default:
					t.Error(err)
				}
			}
			for n, err := range executors.MapSlice(limit(t), p, size, texts, options...) {
				count(n, err)
			}
			check("inputs", got, tooLarge)
			got, tooLarge = nil, 0
			for s, err := range executors.MapSlice(limit(t), p, blow, lengths, options...) {
				count(len(s), err)
			}
			check("outputs", got, tooLarge)
		})
	}
	if s := p.Stats(); s.Failed > 10*int64(len(lengths)) {
		t.Errorf("more tasks failed than calls: %+v", s)
	}
}

// A chunk that cannot go on because the pool has been shut down ends the map with that,
// behind all results before it.
func TestCutChunkAfterShutdown(t *testing.T) {
	p := newPool(t, process.Options{Workers: 1, MaxMessage: 1000})
	results := executors.MapSlice(limit(t), p, blow, slices.Repeat([]int{400}, 30), executors.Chunk(10))
	shut := make(chan error, 1)
	go func() { shut <- p.Shutdown(limit(t)) }()
	for !refuses(p) {
		time.Sleep(time.Millisecond)
	}
	n, refused := 0, 0
	for s, err := range results {
		switch {
		case errors.Is(err, executors.ErrShutdown):
			refused++
		case err != nil || len(s) != 400 || refused > 0:
			t.Errorf("result %d: %d bytes, %v", n, len(s), err)
		default:
			n++
		}
	}
	if n == 0 || refused != 1 {
		t.Errorf("%d results, %d refusals", n, refused)
	}
	if err := <-shut; err != nil {
		t.Error(err)
	}
}

func refuses(p *process.Pool) bool {
	_, err := executors.Submit(context.Background(), p, echo, 1)
	return errors.Is(err, executors.ErrShutdown)
}

// Bytes are sent as they are, and so nothing in them may mean anything else.
func TestBytesOfAnyContent(t *testing.T) {
	p := newPool(t, process.Options{Workers: 1, MaxMessage: 1 << 20})
	mark := []byte("\x00\xf5empty\x00\xa9")
	for _, in := range [][]byte{nil, {}, mark, slices.Concat(mark, mark), slices.Concat(mark, make([]byte, 100_000)), mark[:9], make([]byte, 1<<20)} {
		if got := result(t, submit(t, p, bytez, in)); !bytes.Equal(got, in) || (got == nil) != (in == nil) {
			t.Errorf("%.20q (%d) came back as %.20q (%d)", in, len(in), got, len(got))
		}
	}
}
