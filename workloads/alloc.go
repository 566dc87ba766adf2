package workloads

import (
	"context"
	"crypto/rand"
	"sync"
	"time"
)

// Alloc makes small objects, of which few live long, beside a heap that lives: the work of
// the allocator and of the garbage collector, which takes a quarter of the CPUs while it
// marks, and marks all that lives. One kernel unit is one object of 64 bytes. What is
// expected is what it would be if collecting cost nothing; what is short of that, it costs.
// Each process has a heap and a collector of its own: beside many small heaps there is less
// to wait for than in a large one. The heap is made by the first task of a process.
var Alloc = register(Workload{
	Name:     "alloc",
	Doc:      "allocates small objects beside a heap that lives: allocator and garbage collector",
	Resource: CPU,
	Grains:   []time.Duration{100 * time.Microsecond},
	Axes:     []Axis{liveHeap},
	Unit:     "1 object of 64 bytes",
	Kernel:   func(units int64) uint64 { return allocate(golden, units) },
	New:      newAlloc,
	Expected: EqualWork,
	Truth:    "the same chain of numbers without any object",
	Source:   "capacity, as if collecting garbage cost nothing",
})

var liveHeap = Axis{"heap", "that lives meanwhile in each process, in MiB of small objects with pointers, from 0 to 1024", []string{"0", "64"}}

// A node is an object: 64 bytes, with a pointer for the collector to follow.
type node struct {
	next  *node
	value uint64
	_     [48]byte
}

// allocate makes units objects; 64 of them live at any time.
//
//go:noinline
func allocate(seed uint64, units int64) uint64 {
	var recent [64]*node
	last := &node{value: seed}
	for i := range units {
		last = &node{value: mix(last.value + uint64(i))}
		last.next = recent[i%64]
		if last.next != nil {
			last.next.next = nil // or all of them would live
		}
		recent[i%64] = last
	}
	return last.value
}

// unallocated is what allocate gives.
func unallocated(seed uint64, units int64) uint64 {
	for i := range units {
		seed = mix(seed + uint64(i))
	}
	return seed
}

// heaps are those that live in this process, by place.
var heaps sync.Map

// haveHeap sees to it that the heap of a place is there.
func haveHeap(place string, size int) {
	if size == 0 {
		return
	}
	heap, ok := heaps.Load(place)
	if !ok {
		heap, _ = heaps.LoadOrStore(place, sync.OnceValue(func() (first *node) {
			for range size << 20 / 64 {
				first = &node{next: first}
			}
			return first
		}))
	}
	heap.(func() *node)()
}

type litter struct {
	Place string
	Heap  int
	Seed  uint64
	Units int64
}

var allocTask = Define("workloads.alloc", func(_ context.Context, in litter) (uint64, error) {
	haveHeap(in.Place, in.Heap)
	return allocate(in.Seed, in.Units), nil
})

func newAlloc(p Params) (Job, error) {
	size, err := p.Within(liveHeap, 0, 1024)
	if err != nil {
		return nil, err
	}
	place := rand.Text()
	return Batch[litter, uint64]{
		Task: allocTask,
		Input: func(_ int, seed uint64) (litter, uint64) {
			return litter{place, size, seed, p.Units}, unallocated(seed, p.Units)
		},
		Check: Equal[uint64],
		Close: func() error { heaps.Delete(place); return nil }, // worker processes have it until they end
	}.Job(p)
}
