package workloads

import (
	"context"
	"time"
)

// Spin runs a chain of dependent integer operations: CPU work without memory,
// floating point or allocation, hence the reference for all others and for the
// crossover sweep. Its grains go in steps of 4 from below the cheapest executor
// to far above the dearest. Tasks may be unequal, with few that are many times as long as
// most.
var Spin = register(Workload{
	Name:     "spin",
	Doc:      "runs a chain of integer operations: CPU only, no memory",
	Resource: CPU,
	Unit:     "1 step of xorshift64",
	Grains: []time.Duration{
		250 * time.Nanosecond, time.Microsecond, 4 * time.Microsecond, 16 * time.Microsecond,
		64 * time.Microsecond, 256 * time.Microsecond, 1024 * time.Microsecond,
	},
	Axes:     []Axis{spread},
	Kernel:   func(units int64) uint64 { return xorshift(golden, units) },
	New:      newSpin,
	Expected: func(p Params) Curve { return unequal(p, Capacity, 0) },
	Truth:    "the last state of each chain, found by jumping ahead: powers of the step as a matrix of bits",
	Source:   shareCPUs + "; where they are unequal no more than all of them over the longest (Graham 1969)",
})

type chain struct {
	Start uint64
	Steps int64
}

var spinTask = Define("workloads.spin", func(_ context.Context, in chain) (uint64, error) {
	return xorshift(in.Start, in.Steps), nil
})

func newSpin(p Params) (Job, error) {
	share, err := p.share()
	if err != nil {
		return nil, err
	}
	if p.Text(spread) != "none" {
		p.Grain = 0 // the few tasks that are timed from within would not be like the others
	}
	return spinBatch(func(seed uint64) int64 { return max(1, int64(share(seed)*float64(p.Units))) }).Job(p)
}

// spinBatch are chains of as many steps as their seeds say.
func spinBatch(steps func(seed uint64) int64) Batch[chain, uint64] {
	return Batch[chain, uint64]{
		Task: spinTask,
		Input: func(_ int, seed uint64) (chain, uint64) {
			n := steps(seed)
			return chain{seed, n}, xorshiftJump(seed, n)
		},
		Check: Equal[uint64],
	}
}
