package workloads

import (
	"context"
	"time"
)

var triadFootprint = Axis{"footprint", "KiB of the three arrays that each worker has, from 3 to 1048576", []string{"24576"}}

// Triad is the kernel of STREAM (McCalpin, "Memory bandwidth and machine balance in current
// high performance computers", 1995): a = b + s·c. With arrays that no cache of one core
// holds it takes the bandwidth of memory, or of a last-level cache that is larger; with
// small ones that of the cache of the core. One kernel unit is one element: 24 bytes and 2
// FLOP, or 32 bytes where the CPU reads a before it writes it.
//
// Each worker has arrays of its own and goes on in them where its last task ended, so
// that all of the footprint is gone over however short the tasks are. As in STREAM all
// elements of b are 1 and those of c 2; s is a whole number of the task's own, so a is
// known: 1 + 2s, below 2^53. The loop is that of the gonum library, in assembly on amd64: Go's
// compiler makes no vector instructions, and its own loop has two thirds of the rate of C in a
// cache of the core.
var Triad = register(Workload{
	Name:     "triad",
	Doc:      "adds a multiple of one array to another, as STREAM does: bandwidth of memory",
	Resource: CPU,
	Unit:     "24 bytes, an element of each of 3 arrays",
	Grains:   []time.Duration{time.Millisecond},
	Axes:     []Axis{triadFootprint},
	KernelOf: func(p Params) (func(units int64) uint64, error) {
		length, err := triadLength(p)
		return func(units int64) uint64 {
			t := triads.take(length)
			defer triads.put(length, t)
			t.prepare(length) // or the first calls would tell what that costs
			return t.run(1, units)
		}, err
	},
	New:    newTriad,
	Truth:  "elements of the result in closed form, 1 + 2s",
	Source: "the bandwidth that as many workers have together (STREAM), in rounds of one task a worker; with up to 1 MiB the capacity C(P), as each core has a cache of its own",
	Expected: func(p Params) Curve {
		return boundBy(triadFootprint, p)
	},
})

// boundBy is the curve of work whose footprint each worker has for itself: up to 1 MiB
// lies in a cache of each core, more is shared with others.
func boundBy(kib Axis, p Params) Curve {
	c := EqualWork(p)
	if n, err := p.Count(kib); err == nil && n > 1024 {
		c.Of = Bandwidth
	}
	return c
}

func triadLength(p Params) (int, error) {
	kib, err := p.Within(triadFootprint, 3, 1<<20)
	return kib << 10 / 24, err
}

type stretch struct {
	Seed     uint64
	Length   int // of each array
	Elements int64
}

// triadScale is the factor of a task.
func triadScale(seed uint64) uint64 { return seed >> 16 }

func runTriad(in stretch) uint64 {
	t := triads.take(in.Length)
	defer triads.put(in.Length, t)
	return t.run(float64(triadScale(in.Seed)), in.Elements)
}

var triadTask = Define("workloads.triad", func(_ context.Context, in stretch) (uint64, error) {
	return runTriad(in), nil
})

func newTriad(p Params) (Job, error) {
	length, err := triadLength(p)
	if err != nil {
		return nil, err
	}
	return Batch[stretch, uint64]{
		Task: triadTask,
		Input: func(_ int, seed uint64) (stretch, uint64) {
			return stretch{seed, length, p.Units}, 4 * (1 + 2*triadScale(seed))
		},
		Check: Equal[uint64],
		Close: func() error { return triads.clear(length) },
	}.Job(p)
}
