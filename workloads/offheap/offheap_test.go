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
		if len(words) != n || len(pairs) != n {
			t.Fatalf("%d and %d values, want %d", len(words), len(pairs), n)
		}
		for i := range n {
			if words[i] != 0 || pairs[i] != (pair{}) {
				t.Fatalf("value %d of %d is not zero", i, n)
			}
			words[i], pairs[i] = uint64(i), pair{uint32(i), 7}
		}
		runtime.GC()
		offheap.Free(words)
		for i := range n {
			if pairs[i] != (pair{uint32(i), 7}) {
				t.Fatalf("value %d of %d is not what was written", i, n)
			}
		}
		offheap.Free(pairs)
	}
}

// What did not come from here, or was given back, is left alone.
func TestFreeOfOtherMemory(t *testing.T) {
	own := make([]uint64, 1<<20) // large enough to begin at a page
	offheap.Free(own)
	offheap.Free[uint64](nil)
	for i := range own {
		own[i] = 7
	}
	a := offheap.Make[uint64](10)
	offheap.Free(a)
	offheap.Free(a)
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
	offheap.Free(a)
}
