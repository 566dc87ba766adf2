package offheap_test

import (
	"runtime"
	"testing"

	"poolbench/workloads/offheap"
)

func TestArray(t *testing.T) {
	type pair struct{ a, b uint32 }
	for _, n := range []int{1, 1000, 1 << 16} {
		words, pairs := offheap.Make[uint64](n), offheap.Make[pair](n)
		if len(words.Values()) != n || len(pairs.Values()) != n {
			t.Fatalf("%d and %d values, want %d", len(words.Values()), len(pairs.Values()), n)
		}
		for i := range n {
			if words.Values()[i] != 0 || pairs.Values()[i] != (pair{}) {
				t.Fatalf("value %d of %d is not zero", i, n)
			}
			words.Values()[i], pairs.Values()[i] = uint64(i), pair{uint32(i), 7}
		}
		runtime.GC()
		for i := range n {
			if words.Values()[i] != uint64(i) || pairs.Values()[i] != (pair{uint32(i), 7}) {
				t.Fatalf("value %d of %d is not what was written", i, n)
			}
		}
	}
}

// An array is no part of the heap that decides when garbage is collected.
func TestArrayIsOutsideOfTheHeap(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "js" {
		t.Skip("no such memory here")
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a := offheap.Make[float64](8 << 20) // 64 MiB
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 16<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
	runtime.KeepAlive(a)
}
