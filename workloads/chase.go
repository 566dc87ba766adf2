package workloads

import (
	"context"
	"time"

	"poolbench/workloads/offheap"
)

var chaseFootprint = Axis{"footprint", "KiB that are gone through, a power of two from 1 to 1048576", []string{"16384", "32", "1024"}}

// Chase follows pointers from one cache line to another: the latency of the caches and of
// memory, as nothing is known of a load until the one before has ended. One kernel unit
// is one load, 64 bytes.
//
// The lines make one circle, in an order that no prefetcher guesses: line i points to line
// a·i + c modulo their number, which is a power of two, so every line is met once (Hull,
// Dobell, "Random number generators", 1962), and a task's last line is known by jumping
// ahead. All workers of a process read the same lines; a worker process has its own.
var Chase = register(Workload{
	Name:     "chase",
	Doc:      "follows pointers through memory: latency of caches and memory",
	Resource: CPU,
	Unit:     "1 load, of 64 bytes",
	Grains:   []time.Duration{100 * time.Microsecond},
	Axes:     []Axis{chaseFootprint},
	KernelOf: func(p Params) (func(units int64) uint64, error) {
		n, err := chaseLines(p)
		return func(units int64) uint64 { return chase(circles.get(n), 0, units) }, err
	},
	New:      newChase,
	Truth:    "the last line of each task, by a jump in the circle",
	Source:   "latencies of different workers overlap, and one load at a time of each is far from any bandwidth: the capacity C(P), in rounds of one task a worker",
	Expected: EqualWork,
})

// chaseLines is the number of lines.
func chaseLines(p Params) (int, error) {
	kib, err := p.PowerOfTwo(chaseFootprint, 1, 1<<20)
	return kib << 10 / 64, err
}

// A line is a cache line.
type line struct {
	next uint64
	_    [7]uint64
}

// The step of the circle is that of Knuth's MMIX.
const (
	circleFactor = 6364136223846793005
	circleTerm   = 1442695040888963407
)

var circles = table[int, []line]{make: func(n int) []line {
	lines := offheap.Make[line](n)
	for i := range lines {
		lines[i].next = (uint64(i)*circleFactor + circleTerm) % uint64(n)
	}
	return lines
}}

//go:noinline
func chase(lines []line, at uint64, loads int64) uint64 {
	for ; loads > 0; loads-- {
		at = lines[at].next
	}
	return at
}

// chaseJump is where so many steps from a line lead in a circle of n.
func chaseJump(at uint64, steps int64, n int) uint64 {
	factor, term := uint64(circleFactor), uint64(circleTerm)
	for ; steps > 0; steps >>= 1 {
		if steps&1 == 1 {
			at = at*factor + term
		}
		factor, term = factor*factor, factor*term+term
	}
	return at % uint64(n)
}

type hunt struct {
	Seed  uint64
	Lines int
	Loads int64
}

// Two tasks may end at the same line, so the seed is in the answer.
var chaseTask = Define("workloads.chase", func(_ context.Context, in hunt) (uint64, error) {
	return mix(in.Seed) ^ chase(circles.get(in.Lines), in.Seed%uint64(in.Lines), in.Loads), nil
})

func newChase(p Params) (Job, error) {
	n, err := chaseLines(p)
	if err != nil {
		return nil, err
	}
	return Batch[hunt, uint64]{
		Task: chaseTask,
		Input: func(_ int, seed uint64) (hunt, uint64) {
			return hunt{seed, n, p.Units}, mix(seed) ^ chaseJump(seed%uint64(n), p.Units, n)
		},
		Check: Equal[uint64],
	}.Job(p)
}
