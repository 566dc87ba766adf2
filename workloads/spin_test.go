package workloads

import (
	"errors"
	"math"
	"testing"

	"poolbench/executors"
)

func TestXorshiftJumpEqualsTheChain(t *testing.T) {
	for _, n := range []int64{0, 1, 2, 3, 63, 64, 65, 1000, 4097} {
		for _, start := range []uint64{1, 2, golden, 1 << 63, 12345678901} {
			if got, want := xorshiftJump(start, n), xorshift(start, n); got != want {
				t.Errorf("jump of %d steps from %#x: %#x, the chain gives %#x", n, start, got, want)
			}
		}
	}
}

// The period of xorshift64 is 2^64-1: as many steps lead back.
func TestXorshiftPeriod(t *testing.T) {
	const half = 1<<63 - 1
	if got := xorshiftJump(xorshiftJump(xorshiftJump(golden, half), half), 1); got != golden {
		t.Errorf("after 2^64-1 steps: %#x, want %#x", got, uint64(golden))
	}
}

// Unequal chains end where they should, and no schedule is faster than all over the longest.
func TestUnequalChains(t *testing.T) {
	for _, kind := range []string{"uniform", "exponential", "pareto"} {
		p := Params{Tasks: 64, Units: 100, Seed: 5, Axes: map[string]string{"spread": kind}}
		job, err := newSpin(p)
		if err != nil {
			t.Fatal(err)
		}
		ex, err := executors.Goroutines.New(executors.Options{Workers: 3})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(job.Run(t.Context(), ex), job.Check(), job.Close(), ex.Shutdown(t.Context())); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		var sum, longest int64
		for _, in := range job.(*stage[chain, uint64]).inputs {
			sum, longest = sum+in.Steps, max(longest, in.Steps)
		}
		if got, want := unequal(p, Capacity, 0).Slots, float64(sum)/float64(longest); math.Abs(got/want-1) > 0.03 {
			t.Errorf("%s: a speedup of at most %v, want %v", kind, got, want)
		}
	}
}
