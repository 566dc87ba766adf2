package reports

import (
	"cmp"
	"math"
	"slices"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// A Sweep is one workload along the grain axis at one worker count.
type Sweep struct {
	Family   Family
	Workload string
	Resource string
	Workers  int
	Ideal    float64      // what Workers workers can deliver at best: C(Workers) when measured and not beaten, else Workers
	Measured bool         // Ideal is the measured capacity
	Serial   []SweepPoint // time per task of the baseline; ascending in grain
	Series   []SweepSeries
}

// Title names the work of s, whatever the size of its tasks: "spin, dial=3".
func (s Sweep) Title() string { return s.Workload + s.Family.rest() }

// A SweepSeries is one executor of a Sweep.
type SweepSeries struct {
	Pool
	Points    []SweepPoint       // ascending in grain
	Crossover estimate.Crossing  // where the pool begins to beat the plain loop; At is useful work per task in seconds
	Threshold estimate.Threshold // the plain loop below, the pool from here on
	Levels    []Level            // what 50, 70, 80, 90 and 95 % of the ideal need, ascending
	Overhead  Overhead           // of what kind it is
}

// Half is the level of 50 %, unknown when the series has none.
func (s SweepSeries) Half() Level { return s.level(HalfEfficiency) }

func (s SweepSeries) level(efficiency float64) Level {
	if i := slices.IndexFunc(s.Levels, func(l Level) bool { return l.Efficiency == efficiency }); i >= 0 {
		return s.Levels[i]
	}
	return Level{Efficiency: efficiency}
}

// A SweepPoint is one grain.
type SweepPoint struct {
	Point      record.Point
	Grain      time.Duration     // nominal
	Work       float64           // useful work per task, seconds: the serial time per task of the same blocks
	Time       estimate.Estimate // wall time per task, seconds
	Speedup    estimate.Estimate // against serial, within blocks; 1 in the serial series
	Efficiency estimate.Estimate // Speedup / Ideal
	// The ends of the interval of the speedup whose level is shared among the points of a
	// series; Most is what it may be, had the machine been there.
	Least, Most float64
}

// Sweeps has one of every workload, with what else says what is run, and worker count in
// which some executor has at least three grains with a baseline; by workload, then by
// workers. Points with a payload are left out: their baseline sends nothing.
func Sweeps(s *Set) []Sweep { return once(s, findSweeps) }

func findSweeps(s *Set) []Sweep {
	type key struct {
		family  Family
		workers int
	}
	var arms ordered[key, *measurement]
	for _, m := range s.grid { // ascending in grain within a family
		if m.point == m.baseline || m.payload != 0 || m.grain <= 0 || s.at(m.baseline).task.Over(m.task).Len() == 0 {
			continue
		}
		arms.add(key{m.family, m.pool.Workers}, m)
	}
	slices.SortStableFunc(arms.keys, func(a, b key) int { // families are in order
		if a.family != b.family {
			return 0
		}
		return cmp.Compare(a.workers, b.workers)
	})
	var out []Sweep
	for _, k := range arms.keys {
		first := arms.of[k][0]
		x := Sweep{Family: k.family, Workload: first.workload, Resource: s.Resource(first.workload), Workers: k.workers}
		best, measured := idealOf(s, x.Family, k.workers)
		x.Ideal, x.Measured = best.Estimate().Value, measured
		var series ordered[Pool, *measurement]
		for _, m := range slices.SortedStableFunc(slices.Values(arms.of[k]), func(a, b *measurement) int { return a.pool.compare(b.pool) }) {
			series.add(m.pool, m)
		}
		for _, pool := range series.keys {
			if of := series.of[pool]; len(of) >= estimate.MinPoints {
				x.Series = append(x.Series, sweepSeries(s, of, best))
			}
		}
		if len(x.Series) > 0 {
			x.Serial = serialPoints(s, x)
			out = append(out, x)
		}
	}
	return out
}

// serialPoints is the baseline at every grain that a series of x has.
func serialPoints(s *Set, x Sweep) []SweepPoint {
	wanted := map[record.Point]bool{}
	for _, series := range x.Series {
		for _, pt := range series.Points {
			wanted[s.at(pt.Point).baseline] = true
		}
	}
	var out []SweepPoint
	for _, m := range s.grid {
		if !wanted[m.point] {
			continue
		}
		e := s.Estimate(m.task)
		one := estimate.Exactly(1, e.N)
		out = append(out, SweepPoint{Point: m.point, Grain: m.grain, Work: e.Value, Time: e, Speedup: one, Efficiency: one})
	}
	return out
}

// usefulWork is the useful work per task of an arm: the time of its baseline, in the
// blocks of the arm.
func usefulWork(s *Set, m *measurement) estimate.Quantity {
	return s.Quantity(s.at(m.baseline).task.Within(m.task))
}

func sweepSeries(s *Set, arms []*measurement, best estimate.Quantity) SweepSeries {
	out := SweepSeries{Pool: arms[0].pool}
	var speedups, efficiencies []estimate.CurvePoint
	var granularities []estimate.Quantity
	empty := s.at(arms[0].point.With(record.AxisGrain, "0")).task // a task without work on the same workers
	if empty.Len() > 0 {
		granularities = append(granularities, s.Quantity(empty).Times(best))
	}
	for _, m := range arms {
		base := s.at(m.baseline)
		work, time := usefulWork(s, m), s.Quantity(m.task.Within(base.task))
		ratios := base.task.Over(m.task)
		speedup := s.Quantity(ratios)
		efficiency := speedup.Per(best)
		speedups = append(speedups, estimate.CurvePoint{Work: work, Ratio: speedup})
		efficiencies = append(efficiencies, estimate.CurvePoint{Work: work, Ratio: efficiency})
		granularities = append(granularities, time.Times(best))
		out.Points = append(out.Points, SweepPoint{
			Point:      m.point,
			Grain:      m.grain,
			Work:       work.Estimate().Value,
			Time:       time.Estimate(),
			Speedup:    speedup.Estimate(),
			Efficiency: efficiency.Estimate(),
			Least:      math.Exp(estimate.Sure(ratios.Places(), estimate.Shared(len(arms))).Low),
			Most:       mostOf(s, ratios, m, len(arms)),
		})
	}
	c := estimate.NewCurve(speedups)
	out.Crossover, _ = c.Crossing(1, Practical)
	out.Threshold = c.Threshold(Practical)
	out.Levels, out.Overhead = levelsOf(estimate.NewCurve(efficiencies), granularities, out.Points)
	return out
}
