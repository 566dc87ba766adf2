package workloads

import (
	"context"
	"fmt"
	"time"

	"poolbench/executors"
)

// Spin runs a chain of dependent integer operations: CPU work without memory,
// floating point or allocation, hence the reference for all others and for the
// crossover sweep. Its grains go in steps of 4 from below the cheapest executor
// to far above the dearest.
var Spin = register(Workload{
	Name:     "spin",
	Doc:      "runs a chain of integer operations: CPU only, no memory",
	Resource: CPU,
	Grains: []time.Duration{
		250 * time.Nanosecond, time.Microsecond, 4 * time.Microsecond, 16 * time.Microsecond,
		64 * time.Microsecond, 256 * time.Microsecond, 1024 * time.Microsecond,
	},
	Kernel: func(units int64) uint64 { return xorshift(golden, units) },
	New:    newSpin,
})

// xorshift advances x by n steps of xorshift64 (Marsaglia, "Xorshift RNGs",
// 2003, triple 13, 7, 17), each of which depends on the one before. x must not
// be 0.
//
//go:noinline
func xorshift(x uint64, n int64) uint64 {
	for ; n > 0; n-- {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}

type chain struct {
	Start uint64
	Steps int64
}

var spinTask = define("workloads.spin", func(_ context.Context, in chain) (uint64, error) {
	return xorshift(in.Start, in.Steps), nil
})

type spinJob struct {
	taskClock
	inputs  []chain
	outputs []uint64
	want    []uint64
}

func newSpin(p Params) (Job, error) {
	if err := p.check(true); err != nil {
		return nil, err
	}
	j := &spinJob{newTaskClock(p), make([]chain, p.Tasks), make([]uint64, p.Tasks), make([]uint64, p.Tasks)}
	jump := xorshiftJump(p.Units)
	for i := range j.inputs {
		start := taskSeed(p.Seed, i)
		j.inputs[i] = chain{start, p.Units}
		j.want[i] = jump.apply(start)
	}
	return j, nil
}

func (j *spinJob) Run(ctx context.Context, ex executors.Executor) error {
	return each(ctx, ex, spinTask, &j.taskClock, j.inputs, j.outputs)
}

func (j *spinJob) Check() error {
	for i, want := range j.want {
		if j.outputs[i] != want {
			return fmt.Errorf("spin: task %d of %d gave %#x, want %#x", i, len(j.want), j.outputs[i], want)
		}
	}
	return nil
}

func (j *spinJob) Close() error { return nil }

// A bitMatrix is a linear map of 64-bit vectors over GF(2); element k is the
// image of bit k. One step of xorshift is such a map, so n steps are its n-th
// power: the answer is known without running the chain, by other code than that
// under test.
type bitMatrix [64]uint64

func (m *bitMatrix) apply(x uint64) uint64 {
	var y uint64
	for k := range m {
		y ^= m[k] & -(x >> k & 1)
	}
	return y
}

// times is the map that applies b, then a.
func (a *bitMatrix) times(b *bitMatrix) (ab bitMatrix) {
	for k := range b {
		ab[k] = a.apply(b[k])
	}
	return ab
}

// xorshiftJump is the map of n steps, n at least 0.
func xorshiftJump(n int64) bitMatrix {
	var power, square bitMatrix
	for k := range power {
		power[k] = 1 << k
		square[k] = xorshift(1<<k, 1)
	}
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			power = square.times(&power)
		}
		square = square.times(&square)
	}
	return power
}
