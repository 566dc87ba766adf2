package workloads

import (
	"gonum.org/v1/gonum/floats"

	"poolbench/workloads/offheap"
)

// triadArrays are those of a worker.
type triadArrays struct {
	a, b, c []float64
	next    int // element to go on with
	ready   int // elements of b and c that have their value
}

var triads = shelf[int, *triadArrays]{
	make: func(length int) *triadArrays {
		return &triadArrays{a: offheap.Make[float64](length), b: offheap.Make[float64](length), c: offheap.Make[float64](length)}
	},
	drop: func(t *triadArrays) {
		offheap.Free(t.a)
		offheap.Free(t.b)
		offheap.Free(t.c)
	},
}

// prepare gives b and c their values up to an element.
func (t *triadArrays) prepare(end int) {
	for ; t.ready < end; t.ready++ {
		t.b[t.ready], t.c[t.ready] = 1, 2
	}
}

// run computes so many elements and returns the sum of four of them, spread evenly from
// the first to the last one.
func (t *triadArrays) run(s float64, elements int64) (sum uint64) {
	const samples = 4
	first, length := int64(t.next), int64(len(t.a))
	for left := elements; left > 0; {
		end := int(min(int64(t.next)+left, length))
		t.prepare(end)
		floats.AddScaledTo(t.a[t.next:end], t.b[t.next:end], s, t.c[t.next:end])
		left -= int64(end - t.next)
		t.next = end % len(t.a)
	}
	for k := range int64(samples) {
		sum += uint64(int64(t.a[(first+k*(elements-1)/(samples-1))%length]))
	}
	return sum
}
