package reports

import (
	"cmp"
	"iter"
	"math"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// A supply is what the machine gave in the slices of a measurement: parallel to its results.
//
// # CPUs that were not there
//
// All that is timed takes longer where threads want a CPU and something else has it. Measured
// of that are c, the time that threads had a CPU, w, that they waited for one, and o, the CPU
// time of others, all as multiples of the time t of the slice. Threads wait for each other,
// too, which is the pool's doing. So what was missing is
//
//	m = min(w, o, P−c)         CPU time that P workers wanted, and others had
//	A = g·m / max(1, c+g·m)    the share of t that the slice had been shorter with it
//
// The CPU time of a job, c·t, is what it is; so with all CPUs the slice takes c/(c+g·m) of t,
// where g is how much of what was missing the job had made use of. Workers that compute all the
// time use all of it: c falls as m grows, g = 1. Where one holds what all need, the others that
// are without a CPU would wait for it instead: c is the same with and without them, g is
// near 0. That is seen in slices with different m, see useOf. Of work that waits for something
// else, time goes by without any CPU: there a worker is as late as it lacked one itself, A = m/P.
//
// Of the evidence follows, each with the A of its own slices:
//
//	time          t·(1−A) with all CPUs, of the plain loop likewise: Given
//	what workers  A is taken from what tasks took longer, within which a worker without its CPU
//	do            is, and then from all waits, for those who lack one, alike; the rest is of t·(1−A)
//	mutexes       who holds one takes 1/(1−A) as long and who waits for it, too: the same share
//	              of t. But a worker that lacks a CPU itself waits for no mutex: ÷ (1−m/(P−1+g)),
//	              where g near 0 is of one that never lacks its own
//	goroutines    wait also where it is their thread that has no CPU, which is no fault of the
//	ready to run  scheduler: m less, of all their waiting, then ÷ (1−A)
//	collecting    is timed by the clock, and lacks CPUs as all else: the same share of t
//	a quota       stops by the clock and is no part of w: the same share of t
type supply struct {
	lacked []float64 // m
	short  []float64 // A, below 1; 0 where nothing was told
	told   bool      // of any
}

// leastSupply is the least of a slice that is taken for its own: with less there is nothing
// left to judge.
const leastSupply = 0.02

// leastApart is how far two slices are apart in w to tell of g.
const leastApart = 0.1

// useOf is g of a point of the grid: how much less its threads had a CPU for where they waited
// more for one, as the median of all pairs of its slices, with or without a pass, each with
// the weight of what they are apart in w. Where all waited alike it is 1, the most.
func (s *Set) useOf(p record.Point) float64 {
	type pair struct{ slope, weight float64 }
	var pairs []pair
	all := 0.0
	look := func(m *measurement) {
		for i, a := range m.results {
			for _, b := range m.results[:i] {
				x, y := demandOf(a), demandOf(b)
				if apart := x.waited - y.waited; math.Abs(apart) >= leastApart {
					pairs = append(pairs, pair{(y.ran - x.ran) / apart, math.Abs(apart)})
					all += math.Abs(apart)
				}
			}
		}
	}
	look(s.at(p))
	for _, of := range s.passes.Points() {
		if of.With(record.AxisPass, "") == p {
			look(s.passes.at(of))
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Compare(a.slope, b.slope) })
	below := 0.0
	for _, x := range pairs {
		if below += x.weight; below >= all/2 {
			return min(max(x.slope, 0), 1)
		}
	}
	return 1
}

// A demand is c, w and o of a slice.
type demand struct{ ran, waited, others float64 }

func demandOf(r *record.Result) (d demand) {
	t, ok := timeOf(r)
	if !ok {
		return d
	}
	for unit, to := range map[string]*float64{record.UnitRan: &d.ran, record.UnitWaited: &d.waited, record.UnitOthers: &d.others} {
		if v := r.Values[unit]; v >= 0 && v <= maxValue {
			*to = v / t
		}
	}
	return d
}

// supplyOf is that of slices with some workers, of whose CPUs the job makes some use, g.
func (s *Set) supplyOf(m *measurement, workers, use float64) supply {
	out := supply{lacked: make([]float64, len(m.results)), short: make([]float64, len(m.results))}
	waited, others := 0.0, 0.0 // of all: others are counted coarsely
	for _, r := range m.results {
		_, told := r.Values[record.UnitWaited]
		out.told = out.told || told
		if t, ok := timeOf(r); ok {
			d := demandOf(r)
			waited, others = waited+d.waited*t, others+d.others*t
		}
	}
	for i, r := range m.results {
		d := demandOf(r)
		out.lacked[i] = min(d.waited*min(1, ratioOf(others, waited)), max(0, workers-d.ran))
		needed, atOnce := use*out.lacked[i], 1.0
		if s.Resource(m.point.Workload()) != "cpu" {
			needed, atOnce = out.lacked[i], workers
		}
		out.short[i] = min(needed/max(atOnce, d.ran+needed), 1-leastSupply)
	}
	return out
}

// given are times of slices as they were with all CPUs.
func (u supply) given(m *measurement, times estimate.Series) estimate.Series {
	full := estimate.Series{}
	for i, a := range u.short {
		full.Add(m.blocks[i], 1/(1-a))
	}
	return times.Over(full)
}

// shares are the calmest slices of m in which a unit was measured, by index, and how much of it
// there was over their time.
func (m *measurement) shares(unit string) iter.Seq2[int, float64] {
	return func(yield func(int, float64) bool) {
		for _, i := range m.calm() {
			seconds, ok := timeOf(m.results[i])
			if v, has := m.results[i].Values[unit]; ok && has && v >= 0 && v <= maxValue && !yield(i, v/seconds) {
				return
			}
		}
	}
}

// quantity is f of them.
func (s *Set) quantity(m *measurement, unit string, f func(i int, share float64) float64) estimate.Quantity {
	out := estimate.Series{Scale: estimate.Difference}
	for i, share := range m.shares(unit) {
		out.Add(m.blocks[i], f(i, share))
	}
	return s.Quantity(out)
}

// mean is quantity, but the mean of the slices: of a sample that most of them have too little of.
func (s *Set) mean(m *measurement, unit string, f func(i int, share float64) float64) estimate.Quantity {
	all, values, n := float64(len(m.calm())), make([]float64, s.blocks), 0
	for i, share := range m.shares(unit) {
		values[m.blocks[i]] = f(i, share) / all
		n++
	}
	if n == 0 {
		return estimate.Quantity{Scale: estimate.Difference}
	}
	q := s.rs.Total(values)
	q.N = n
	return q
}

// calm are results of a pass, by index, that tell of the pool rather than of the machine: two
// thirds of them that were calmest, but as many as an interval needs, see record.Calmest.
func (m *measurement) calm() []int {
	n := len(m.results)
	return record.Calmest(n, min(n, max(estimate.MinBlocks, (2*n+2)/3)), func(i int) (ran, waited float64) {
		d := demandOf(m.results[i])
		return d.ran, d.waited
	})
}
