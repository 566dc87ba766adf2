package reports

import (
	"cmp"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A Duel is two pools on one workload along the grain axis: an executor and the
// cheapest one with as many workers (processes against goroutines), or one executor
// with P and with 2P workers.
type Duel struct {
	Family   Family
	Workload string
	// Above is the faster one from the crossover on, Below under it. When it is
	// Always, Above is faster at every size measured; when it is Never, Below is, or
	// Above by too little to matter.
	Below, Above Pool
	Crossover    estimate.Crossing  // At is useful work per task in seconds
	Threshold    estimate.Threshold // Below under it, Above from here on

	points       []SweepPoint // grain and work of what both have
	below, above record.Point // of the two, at some grain
}

// Duels compares the pools that have a Sweep: by workload, then by workers.
func Duels(s *Set) []Duel { return once(s, findDuels) }

func findDuels(s *Set) []Duel {
	type key struct {
		family  Family
		workers int
	}
	all := map[key]Sweep{}
	for _, x := range Sweeps(s) {
		all[key{x.Family, x.Workers}] = x
	}
	var out []Duel
	try := func(x Sweep, cheap, dear SweepSeries) {
		d := Duel{Family: x.Family, Workload: x.Workload, Below: cheap.Pool, Above: dear.Pool}
		if d.fight(s, cheap, dear) {
			out = append(out, d)
		}
	}
	for _, x := range Sweeps(s) {
		cheapest := slices.MinFunc(x.Series, func(a, b SweepSeries) int {
			return cmp.Or(words.Cheaper(a.Executor, b.Executor), comparePoints(a.How, b.How))
		})
		for _, series := range x.Series {
			if series.How != cheapest.How {
				try(x, cheapest, series)
			}
		}
		twice := all[key{x.Family, 2 * x.Workers}]
		for _, series := range x.Series {
			for _, more := range twice.Series {
				if series.How == more.How {
					try(x, series, more)
				}
			}
		}
	}
	return out
}

// fight finds where the dearer of two pools overtakes the cheaper one, or is overtaken;
// false when they have too few grains in common.
func (d *Duel) fight(s *Set, cheap, dear SweepSeries) bool {
	var ratios []estimate.CurvePoint
	for _, p := range cheap.Points {
		i := slices.IndexFunc(dear.Points, func(q SweepPoint) bool { return q.Grain == p.Grain })
		if i < 0 {
			continue
		}
		m := s.at(dear.Points[i].Point)
		ratio := s.Task(p.Point).Over(m.task)
		if ratio.Len() == 0 {
			continue
		}
		ratios = append(ratios, estimate.CurvePoint{Work: usefulWork(s, m), Ratio: s.Quantity(ratio)})
		d.points = append(d.points, SweepPoint{Grain: p.Grain, Work: p.Work})
		d.below, d.above = p.Point, m.point
	}
	if len(ratios) < estimate.MinPoints {
		return false
	}
	c := estimate.NewCurve(ratios)
	if c.Falls() {
		// The dearer one wins where tasks are small.
		for i := range ratios {
			ratios[i].Ratio = ratios[i].Ratio.Inverse()
		}
		c = estimate.NewCurve(ratios)
		d.Below, d.Above, d.below, d.above = d.Above, d.Below, d.above, d.below
	}
	d.Crossover, _ = c.Crossing(1, Practical)
	d.Threshold = c.Threshold(Practical)
	return true
}
