package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A Capacity is what workers that share nothing deliver together, by their number, as a
// multiple of one: C(P). It is empty when it was not measured.
type Capacity map[int]estimate.Quantity

// CapacityOf is the measured capacity, C(P) = P·T(1)/T(P): every worker of the probe does
// the same work, so P of them do P times as much.
func CapacityOf(s *Set) Capacity {
	return once(s, func(s *Set) Capacity {
		out := Capacity{}
		for p, series := range capacitySeries(s) {
			out[p] = s.Quantity(series)
		}
		return out
	})
}

// capacityPoint is the probe of the capacity of a number of workers.
func capacityPoint(workers int) record.Point { return probePoint(record.CapacityBenchmark, workers) }

// capacitySeries is the capacity in each block.
func capacitySeries(s *Set) map[int]estimate.Series { return probes(s)[record.CapacityBenchmark] }

// A Machine is what the CPUs that a run could use did together while it ran.
type Machine struct {
	CPUs int               // that were probed together: all that the run could use, or as many as were
	Gave estimate.Estimate // their capacity; N is 0 when it was not measured
	// Own is a capacity that is low but the same in nearly all blocks: these CPUs do no more
	// together (they may be threads of one core). Else something took them meanwhile.
	Own      bool
	From, To float64 // the capacity in most blocks, 9 of 10
}

const (
	// ample is the share of its CPUs above which a machine counts as having been there.
	ample = 0.9
	// steady is how far from its median a capacity that is a machine's own may be in 9 of
	// 10 blocks, as a fraction: the noise of a probe of a few milliseconds.
	steady = 0.1
	// leastOwn is the share of its CPUs above which a capacity may be the machine's own: two
	// threads of one core do more than one, so that less was taken by something else, however
	// steadily.
	leastOwn = 0.5 * (1 + Practical)
)

// Low reports whether the CPUs surely gave much less than they are.
func (m Machine) Low() bool {
	return m.CPUs > 1 && m.Gave.Known() && m.Gave.Value < ample*float64(m.CPUs) && m.Gave.High < (1+ample)/2*float64(m.CPUs)
}

// Short reports whether something took CPUs that the machine has.
func (m Machine) Short() bool { return m.Low() && !m.Own }

// String is "the machine gave 1.2 of its 2 CPUs".
func (m Machine) String() string {
	return fmt.Sprintf("the machine gave %s of its %s", words.RatioNumber(m.Gave.Value), words.Count(m.CPUs, "CPU"))
}

// did is "2 CPUs did the work of 1.2".
func (m Machine) did() string {
	return fmt.Sprintf("%s did the work of %s", words.Count(m.CPUs, "CPU"), words.RatioNumber(m.Gave.Value))
}

// gave is as precise as its interval.
func (m Machine) gave() string { return strings.TrimSuffix(words.ValueOf(m.Gave, words.Times), "×") }

// MachineOf says what the machine did.
func MachineOf(s *Set) Machine {
	return once(s, func(s *Set) (m Machine) {
		capacity := CapacityOf(s)
		for workers := range capacity {
			if cores := s.Record.Facts.Cores; cores == 0 || workers <= cores {
				m.CPUs = max(m.CPUs, workers)
			}
		}
		if m.CPUs == 0 {
			return m
		}
		q := capacity[m.CPUs]
		m.Gave = q.Estimate()
		sorted := slices.Sorted(slices.Values(q.Places))
		n := len(sorted)
		low, high := sorted[n/20], sorted[n-1-n/20]
		m.From, m.To = math.Exp(low), math.Exp(high)
		m.Own = m.Low() && m.Gave.Low > leastOwn*float64(m.CPUs) && q.Point-low <= math.Log1p(steady) && high-q.Point <= math.Log1p(steady)
		return m
	})
}

// there is by block what the speedups of a number of workers that compute would have been,
// had the machine given all that it has: multiplied by what it has over what it gave in
// the block. What it has is its CPUs, or the capacity that is its Own.
func there(s *Set, speedups estimate.Series, workers int) []float64 {
	machine, series := MachineOf(s), capacitySeries(s)
	workers = min(workers, machine.CPUs)
	out := slices.Clone(speedups.Places())
	for ; workers > 1 && series[workers].Len() == 0; workers-- { // not probed
	}
	if workers < 2 {
		return out
	}
	gave, has := series[workers], math.Log(float64(workers))
	if machine.Own {
		has = gave.Point()
	}
	for i, b := range speedups.Blocks() {
		lost := has - gave.Point()
		if j, ok := slices.BinarySearch(gave.Blocks(), b); ok {
			lost = has - gave.Places()[j]
		}
		out[i] += lost
	}
	return out
}

// mostOf is what the speedup of m, by block, may be had the machine been there: the upper
// end of an interval whose level is shared among a number of arms.
func mostOf(s *Set, speedups estimate.Series, m *measurement, arms int) float64 {
	places := speedups.Places()
	if s.Resource(m.workload) != "wait" {
		places = there(s, speedups, m.pool.Workers)
	}
	return math.Exp(estimate.Sure(places, 2*estimate.Shared(arms)).High) // one side of it decides
}

// A Beaten is a measured ideal that some point of a family surely exceeds, so that it
// is no ideal.
type Beaten struct {
	Pool  Pool
	Title string            // of what it runs
	Share estimate.Estimate // speedup / C, within blocks
}

// BeatenIdeals are the families that exceed the measured capacity, each with the point
// that does by most: the lower end of its share is above 1. The capacity of one worker is
// 1 by definition, so that cannot be wrong.
func BeatenIdeals(s *Set) map[Family]Beaten {
	return once(s, func(s *Set) map[Family]Beaten {
		capacity, out := capacitySeries(s), map[Family]Beaten{}
		for _, m := range s.grid {
			c, ok := capacity[m.pool.Workers]
			if cores := s.Record.Facts.Cores; !ok || m.pool.Workers < 2 || cores > 0 && m.pool.Workers > cores || s.Resource(m.workload) != "cpu" {
				continue
			}
			share := s.Estimate(s.at(m.baseline).task.Over(m.task).Over(c))
			if share.Known() && share.Low > 1 && share.Low > out[m.family].Share.Low {
				out[m.family] = Beaten{m.pool, words.Task(m.workload, m.grain, m.units, m.payload) + m.family.rest(), share}
			}
		}
		return out
	})
}

// idealOf is what the workers can deliver at best on a family of work, as a multiple of
// one: C(workers) where that is what limits it, it was measured and nothing beats it, else
// the number of workers. More workers than cores can deliver no more than the cores
// can, so they have the capacity of the largest probe when that covers the cores.
func idealOf(s *Set, family Family, workers int) (q estimate.Quantity, measured bool) {
	capacity := CapacityOf(s)
	if _, beaten := BeatenIdeals(s)[family]; !beaten && s.Resource(family.What.Workload()) == "cpu" {
		if q, ok := capacity[probeSize(s, record.CapacityBenchmark, workers)]; ok {
			return q, true
		}
	}
	return estimate.Constant(float64(workers)), false
}

// deliverable is what the ideal of models may be: the workers, of work that computes at
// most the cores, and then the measured capacity, unless it is beaten.
func deliverable(s *Set, family Family, workers int) []estimate.Quantity {
	if s.Resource(family.What.Workload()) != "cpu" {
		return []estimate.Quantity{estimate.Constant(float64(workers))}
	}
	p := workers
	if cores := s.Record.Facts.Cores; cores > 0 {
		p = min(p, cores)
	}
	out := []estimate.Quantity{estimate.Constant(float64(p))}
	if _, beaten := BeatenIdeals(s)[family]; !beaten && len(CapacityOf(s)) > 0 {
		q, _ := idealOf(s, family, workers)
		out = append(out, q)
	}
	return out
}
