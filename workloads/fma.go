package workloads

import (
	"context"
	"math"
	"time"
)

// FMA runs eight independent chains of fused multiply-adds: the throughput of the
// floating-point units, which threads of one core share. One kernel unit is a step of all
// chains, 16 FLOP. Where the CPU has no such instruction, Go computes it in software.
//
// Chain k begins with a small whole number and adds one in every step, by x = x·1 + c, so
// that all values are exact below 2^53 and the last one is known without the chain.
var FMA = register(Workload{
	Name:     "fma",
	Doc:      "runs independent chains of fused multiply-adds: floating point only, no memory",
	Resource: CPU,
	Unit:     "16 FLOP, a step of 8 chains",
	Grains:   []time.Duration{100 * time.Microsecond},
	Kernel:   func(units int64) uint64 { return fma(golden, units) },
	New:      newFMA,
	Truth:    "where each chain ends, by one multiplication in integers",
	Source:   shareCPUs + "; C(P) of threads that share a core is that of this kernel only if they share its units as well",
	Expected: EqualWork,
})

// fmaStart are where the chains begin, and what each adds in a step: from 1 to 256.
func fmaStart(seed uint64) (x [8]float64, c float64) {
	for k := range x {
		x[k] = float64(seed >> (8 * k) & 255)
	}
	return x, float64(mix(seed)&255 + 1)
}

//go:noinline
func fma(seed uint64, steps int64) uint64 {
	x, c := fmaStart(seed)
	x0, x1, x2, x3, x4, x5, x6, x7 := x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]
	for one := 1.0; steps > 0; steps-- {
		x0 = math.FMA(x0, one, c)
		x1 = math.FMA(x1, one, c)
		x2 = math.FMA(x2, one, c)
		x3 = math.FMA(x3, one, c)
		x4 = math.FMA(x4, one, c)
		x5 = math.FMA(x5, one, c)
		x6 = math.FMA(x6, one, c)
		x7 = math.FMA(x7, one, c)
	}
	return fmaFold([8]float64{x0, x1, x2, x3, x4, x5, x6, x7})
}

func fmaFold(x [8]float64) (digest uint64) {
	for _, x := range x {
		digest = mix(digest ^ uint64(int64(x)))
	}
	return digest
}

type chains struct {
	Seed  uint64
	Steps int64
}

var fmaTask = Define("workloads.fma", func(_ context.Context, in chains) (uint64, error) {
	return fma(in.Seed, in.Steps), nil
})

// expectFMA is fma without the chains.
func expectFMA(seed uint64, steps int64) uint64 {
	x, c := fmaStart(seed)
	for k := range x {
		x[k] = float64(int64(x[k]) + steps*int64(c))
	}
	return fmaFold(x)
}

func newFMA(p Params) (Job, error) {
	return Batch[chains, uint64]{
		Task:  fmaTask,
		Input: func(_ int, seed uint64) (chains, uint64) { return chains{seed, p.Units}, expectFMA(seed, p.Units) },
		Check: Equal[uint64],
	}.Job(p)
}
