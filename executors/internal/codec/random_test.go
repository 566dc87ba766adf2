package codec

import (
	"reflect"
	"runtime"
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"poolbench/executors/internal/codectest"
)

// Random values of random types arrive equal.
func TestRandomTypes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := codectest.Random(rapid.SliceOfN(rapid.Byte(), 200, 400).Draw(t, "recipe"))
		pl, err := For(v.Type())
		if err != nil {
			t.Fatal(err)
		}
		b, err := pl.Append(nil, v.Addr().UnsafePointer(), 1<<30)
		if err != nil {
			t.Fatalf("%v: %v", v.Type(), err)
		}
		if len(b) < pl.least || pl.flat && len(b) != int(v.Type().Size()) {
			t.Errorf("%v: %d bytes, at least %d announced", v.Type(), len(b), pl.least)
		}
		got := reflect.New(v.Type())
		if err := pl.Decode(b, got.UnsafePointer()); err != nil || !reflect.DeepEqual(got.Elem().Interface(), v.Interface()) {
			t.Fatalf("%v: %#v arrives as %#v, %v", v.Type(), v, got.Elem(), err)
		}
		if len(b) > 0 {
			again := reflect.New(v.Type())
			if pl.Decode(b[:len(b)-1], again.UnsafePointer()) == nil {
				t.Errorf("%v: without its last byte %x is accepted", v.Type(), b)
			}
		}
	})
}

// everything has a value of each kind.
type everything struct {
	Flags  [3]bool
	Small  struct{ A, B uint32 }
	Text   string
	Bytes  []byte
	Words  []string
	Points []*struct{ X, Y float64 }
	Any    any
	Table  map[any]map[string]any
	Tree   codectest.Tree
	List   *codectest.List
	Index  codectest.Index
	Whole  codectest.Whole
	Sealed []sealed
	Pads   []onlyPadding
	Voids  []struct{}
}

// FuzzDecode gives the decoder what a broken peer may send: no panic (methods of the
// values aside), no hang, memory in proportion to the bytes; and what it accepts can be
// sent again.
func FuzzDecode(f *testing.F) {
	pl, err := For(reflect.TypeFor[everything]())
	if err != nil {
		f.Fatal(err)
	}
	for _, recipe := range []string{"", "\x01\x02\x03\x04\x05\x06\x07", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz0123456789"} {
		var v everything
		codectest.Fill(reflect.ValueOf(&v).Elem(), []byte(recipe))
		b, err := pl.Append(nil, unsafe.Pointer(&v), 1<<20)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var v everything
		err := pl.Decode(b, unsafe.Pointer(&v))
		runtime.ReadMemStats(&after)
		// The padding takes 1 KiB for each of its bytes; nothing else comes near.
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20+4096*uint64(len(b)) {
			t.Fatalf("%d bytes allocated for %d", used, len(b))
		}
		if err != nil {
			return
		}
		again, err := pl.Append(nil, unsafe.Pointer(&v), 1<<30)
		if err != nil {
			return // a key of an unusual zone, or the like
		}
		var second everything
		if err := pl.Decode(again, unsafe.Pointer(&second)); err != nil {
			t.Fatalf("what was accepted cannot be sent again: %v", err)
		}
	})
}

func TestRandomIsTheSameEverywhere(t *testing.T) {
	recipe := []byte("the same in every process, \x00\x01\x02\x03\x04 whatever it is")
	a, b := codectest.Random(recipe), codectest.Random(recipe)
	if a.Type() != b.Type() || !reflect.DeepEqual(a.Interface(), b.Interface()) {
		t.Error(a, b)
	}
}
