package workloads

import (
	"context"
	"time"
)

// Spin runs a chain of dependent integer operations: CPU work without memory,
// floating point or allocation, hence the reference for all others and for the
// crossover sweep. Its grains go in steps of 4 from below the cheapest executor
// to far above the dearest.
var Spin = register(Workload{
	Name:     "spin",
	Doc:      "runs a chain of integer operations: CPU only, no memory",
	Resource: CPU,
	Unit:     "1 step of xorshift64",
	Grains: []time.Duration{
		250 * time.Nanosecond, time.Microsecond, 4 * time.Microsecond, 16 * time.Microsecond,
		64 * time.Microsecond, 256 * time.Microsecond, 1024 * time.Microsecond,
	},
	Kernel:   func(units int64) uint64 { return xorshift(golden, units) },
	New:      newSpin,
	Expected: EqualWork,
	Truth:    "the last state of each chain, found by jumping ahead: powers of the step as a matrix of bits",
	Source:   shareCPUs,
})

type chain struct {
	Start uint64
	Steps int64
}

var spinTask = Define("workloads.spin", func(_ context.Context, in chain) (uint64, error) {
	return xorshift(in.Start, in.Steps), nil
})

func newSpin(p Params) (Job, error) { return spinBatch(p).Job(p) }

func spinBatch(p Params) Batch[chain, uint64] {
	jump := xorshiftJump(p.Units)
	return Batch[chain, uint64]{
		Task:  spinTask,
		Input: func(_ int, seed uint64) (chain, uint64) { return chain{seed, p.Units}, jump.apply(seed) },
		Check: Equal[uint64],
	}
}
