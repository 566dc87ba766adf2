package reports

import (
	"cmp"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A Duel is two pools on one workload along the grain axis: an executor and the
// simplest one with as many workers (processes against goroutines), or one executor
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

	// How they stand where they do not cross: Above is surely the faster one at every size;
	// from LevelFrom on, seconds of useful work per task, they are not told apart and equal
	// taken together, 0 when they are not so at the largest size; Above is surely the slower one at every size. Last is the time of
	// Below over that of Above at the largest size.
	Ahead     bool
	LevelFrom float64
	Behind    bool
	Last      estimate.Estimate

	points       []SweepPoint // a point, grain and work of what both have
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
	try := func(x Sweep, first, second SweepSeries) {
		d := Duel{Family: x.Family, Workload: x.Workload, Below: first.Pool, Above: second.Pool}
		if d.fight(s, first, second) {
			out = append(out, d)
		}
	}
	for _, x := range Sweeps(s) {
		simplest := slices.MinFunc(x.Series, func(a, b SweepSeries) int {
			return cmp.Or(words.Simpler(a.Executor, b.Executor), comparePoints(a.How, b.How))
		})
		for _, series := range x.Series {
			if series.How != simplest.How {
				try(x, simplest, series)
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

// fight finds where the second of two pools overtakes the first, or is overtaken; false when
// they have too few grains in common.
func (d *Duel) fight(s *Set, first, second SweepSeries) bool {
	var ratios []estimate.CurvePoint
	for _, p := range first.Points {
		i := slices.IndexFunc(second.Points, func(q SweepPoint) bool { return q.Grain == p.Grain })
		if i < 0 {
			continue
		}
		m := s.at(second.Points[i].Point)
		ratio := s.Task(p.Point).Over(m.task)
		if ratio.Len() == 0 {
			continue
		}
		ratios = append(ratios, estimate.CurvePoint{Work: usefulWork(s, m), Ratio: s.Quantity(ratio)})
		d.points = append(d.points, SweepPoint{Point: p.Point, Grain: p.Grain, Work: p.Work})
		d.below, d.above = p.Point, m.point
	}
	if len(ratios) < estimate.MinPoints {
		return false
	}
	c := estimate.NewCurve(ratios)
	if c.Falls() {
		// The second one wins where tasks are small.
		for i := range ratios {
			ratios[i].Ratio = ratios[i].Ratio.Inverse()
		}
		c = estimate.NewCurve(ratios)
		d.Below, d.Above, d.below, d.above = d.Above, d.Below, d.above, d.below
	}
	d.Crossover, _ = c.Crossing(1, Practical)
	d.Threshold = c.Threshold(Practical)
	d.stand(ratios)
	return true
}

// stand fills in how the two stand at the sizes, which ascend.
func (d *Duel) stand(ratios []estimate.CurvePoint) {
	alpha := estimate.Shared(len(ratios))
	d.Ahead, d.Behind = true, true
	var since []estimate.Quantity // the ratios since the two were last told apart
	for i, r := range ratios {
		sure := estimate.Sure(r.Ratio.Places, alpha)
		d.Ahead, d.Behind = d.Ahead && sure.Low > 0, d.Behind && sure.High < 0
		d.Last = r.Ratio.Estimate()
		if standing(d.Last) == Told {
			since = nil
			continue
		}
		if since = append(since, r.Ratio); len(since) == 1 {
			d.LevelFrom = d.points[i].Work
		}
	}
	if len(since) == 0 || standing(mean(since)) != Equal {
		d.LevelFrom = 0
	}
}

// mean is the geometric mean of ratios, of which there is at least one.
func mean(ratios []estimate.Quantity) estimate.Estimate {
	return estimate.Combine(estimate.Ratio, func(logs []float64) (sum float64) {
		for _, l := range logs {
			sum += l / float64(len(logs))
		}
		return sum
	}, ratios...).Estimate()
}
