package workloads

import (
	"context"
	"math"
	"time"
)

// EP is the kernel of that name of the NAS Parallel Benchmarks: pairs of Gaussian
// deviates by the polar method, their sums, and how many lie in each square annulus.
// Square roots, logarithms and random numbers; no memory. One kernel unit is one pair of
// uniform numbers, of which pi/4 give deviates.
//
// The pairs of all tasks together are consecutive ones of one stream, into which each task
// jumps, so the answer does not depend on who computes what. A job of seed 0 has the
// stream of NPB from its beginning: 2^24 pairs are its class S, 2^25 W, 2^28 A. Others
// begin (seed mod 4096)·2^30 pairs further on; the period is 2^43 pairs.
var EP = register(Workload{
	Name:     "ep",
	Doc:      "makes Gaussian deviates as EP of the NAS Parallel Benchmarks does: logarithms and roots, no memory",
	Resource: CPU,
	Unit:     "1 pair of uniform numbers",
	Grains:   []time.Duration{100 * time.Microsecond},
	Kernel:   func(units int64) uint64 { return math.Float64bits(ep(0, units).X) },
	New:      newEP,
	Truth:    "the sums of each task by the plain loop; those of 2^24 pairs are the published ones of class S",
	Source:   shareCPUs,
	Expected: EqualWork,
})

// The generator of NPB: x = 5^13·x mod 2^46, and x/2^46 is the number.
const (
	epFirst      = 271828183
	epMultiplier = 1220703125
	epMask       = 1<<46 - 1
)

// epState is the state of the stream after so many numbers.
func epState(numbers uint64) uint64 {
	x, square := uint64(epFirst), uint64(epMultiplier)
	for ; numbers > 0; numbers >>= 1 {
		if numbers&1 == 1 {
			x = x * square & epMask
		}
		square = square * square & epMask
	}
	return x
}

// deviates are the sums of the first and second of each pair of deviates, and how many
// pairs have a larger one, without its sign, from k up to k+1.
type deviates struct {
	First  uint64 // the pair it begins with: two tasks of few pairs may give none
	X, Y   float64
	Counts [10]int64
}

// ep makes pairs of numbers of the stream from the first-th on.
//
//go:noinline
func ep(first uint64, pairs int64) (d deviates) {
	state := epState(2 * first)
	d.First = first
	for ; pairs > 0; pairs-- {
		state = state * epMultiplier & epMask
		x := 2*(float64(state)*(1.0/(1<<46))) - 1
		state = state * epMultiplier & epMask
		y := 2*(float64(state)*(1.0/(1<<46))) - 1
		if t := x*x + y*y; t <= 1 {
			f := math.Sqrt(-2 * math.Log(t) / t)
			x, y = x*f, y*f
			d.Counts[int(max(math.Abs(x), math.Abs(y)))]++
			d.X += x
			d.Y += y
		}
	}
	return d
}

type pairs struct {
	First uint64
	Count int64
}

var epTask = Define("workloads.ep", func(_ context.Context, in pairs) (deviates, error) {
	return ep(in.First, in.Count), nil
})

func newEP(p Params) (Job, error) {
	return Batch[pairs, deviates]{
		Task: epTask,
		Input: func(i int, _ uint64) (pairs, deviates) {
			in := pairs{p.Seed%4096<<30 + uint64(i)*uint64(p.Units), p.Units}
			return in, ep(in.First, in.Count)
		},
		Check: Equal[deviates],
	}.Job(p)
}
