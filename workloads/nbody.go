package workloads

import (
	"context"
	"fmt"
	"math"
	"time"
)

// NBody moves the sun and its four large planets, as the n-body program of the Computer
// Language Benchmarks Game does: roots and divisions that wait for each other, on data
// that fits into registers and the first-level cache. One kernel unit is one step of a
// hundredth of a year, 10 pairs of bodies.
//
// Each task begins with Neptune a little elsewhere, up to a thousandth of its distance.
var NBody = register(Workload{
	Name:     "nbody",
	Doc:      "moves five bodies by their gravity: roots and divisions, hardly any memory",
	Resource: CPU,
	Unit:     "1 step, 10 pairs of bodies",
	Grains:   []time.Duration{100 * time.Microsecond},
	Kernel:   func(units int64) uint64 { return math.Float64bits(orbit(golden, units)) },
	New:      newNBody,
	Truth:    "the energy of each task's bodies by the plain loop, which stays what it was within 1 in 1,000; that of the undisturbed ones is published",
	Source:   shareCPUs,
	Expected: EqualWork,
})

// shiftOf is where Neptune is in a task.
func shiftOf(seed uint64) float64 { return float64(seed>>11) * (1e-3 / (1 << 53)) }

// orbit is the energy after so many steps.
//
//go:noinline
func orbit(seed uint64, steps int64) float64 {
	s := move(solarSystem(shiftOf(seed)), steps)
	return energy(&s)
}

type journey struct {
	Seed  uint64
	Steps int64
}

// The energy is given as its bits.
var nbodyTask = Define("workloads.nbody", func(_ context.Context, in journey) (uint64, error) {
	return math.Float64bits(orbit(in.Seed, in.Steps)), nil
})

func newNBody(p Params) (Job, error) {
	var drift float64 // the largest of all tasks
	job, err := Batch[journey, uint64]{
		Task: nbodyTask,
		Input: func(_ int, seed uint64) (journey, uint64) {
			s, end := solarSystem(shiftOf(seed)), orbit(seed, p.Units)
			drift = max(drift, math.Abs(end/energy(&s)-1))
			return journey{seed, p.Units}, math.Float64bits(end)
		},
		Check: Equal[uint64],
	}.Job(p)
	if err == nil && !(drift < 1e-3) {
		err = fmt.Errorf("nbody: the energy changes by a share of %v in %d steps: the bodies are moved wrongly", drift, p.Units)
	}
	return job, err
}
