package reports

import (
	"math"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A Pool is an executor with a number of workers.
type Pool struct {
	Executor string
	Workers  int
}

// String is "goroutines with 2 workers".
func (p Pool) String() string { return words.Arm(p.Executor, p.Workers) }

// A Duel is two pools on one workload along the grain axis: an executor and the
// cheapest one with as many workers (processes against goroutines), or one executor
// with P and with 2P workers.
type Duel struct {
	Workload string
	// Above is the faster one from the crossover on, Below under it. When it is
	// Always, Above is faster at every size measured; when it is Never, Below is, or
	// Above by too little to matter.
	Below, Above Pool
	Crossover    estimate.Crossing  // At is useful work per task in seconds
	Threshold    estimate.Threshold // Below under it, Above from here on

	points []SweepPoint // grain and work of what both have
}

// duels compares the pools that have a Sweep.
func (a *analysis) duels() {
	byWorkers := map[string]map[int]Sweep{}
	for _, s := range a.data.Sweeps {
		if byWorkers[s.Workload] == nil {
			byWorkers[s.Workload] = map[int]Sweep{}
		}
		byWorkers[s.Workload][s.Workers] = s
	}
	for _, s := range a.data.Sweeps {
		cheapest := slices.MinFunc(s.Series, func(x, y SweepSeries) int {
			return words.Cheaper(x.Executor, y.Executor)
		})
		for _, x := range s.Series {
			if x.Executor != cheapest.Executor {
				a.duel(s.Workload, cheapest, x, Pool{cheapest.Executor, s.Workers}, Pool{x.Executor, s.Workers})
			}
		}
		for _, x := range s.Series {
			for _, y := range byWorkers[s.Workload][2*s.Workers].Series {
				if x.Executor == y.Executor {
					a.duel(s.Workload, x, y, Pool{x.Executor, s.Workers}, Pool{y.Executor, 2 * s.Workers})
				}
			}
		}
	}
}

// duel appends the comparison of two pools, of which the second is the dearer one.
func (a *analysis) duel(workload string, x, y SweepSeries, cheap, dear Pool) {
	d := Duel{Workload: workload, Below: cheap, Above: dear}
	var ratios, inverse []estimate.CurvePoint
	for _, p := range x.Points {
		if !slices.ContainsFunc(y.Points, func(q SweepPoint) bool { return q.Grain == p.Grain }) {
			continue
		}
		arm := func(pool Pool) *arm {
			return a.pairs.arms[record.Cell{Executor: pool.Executor, Workload: workload, Workers: pool.Workers, Grain: p.Grain}]
		}
		ratio := arm(cheap).task.Over(arm(dear).task)
		if ratio.Len() == 0 {
			continue
		}
		q, work := a.rs.Quantity(ratio), a.works[arm(dear)]
		ratios = append(ratios, estimate.CurvePoint{Work: work, Ratio: q})
		inverse = append(inverse, estimate.CurvePoint{Work: work, Ratio: q.Inverse()})
		d.points = append(d.points, SweepPoint{Grain: p.Grain, Work: p.Work})
	}
	if len(ratios) < estimate.MinPoints {
		return
	}
	c := estimate.NewCurve(ratios)
	if c.Falls() {
		// The dearer one wins where tasks are small.
		c, d.Below, d.Above = estimate.NewCurve(inverse), dear, cheap
	}
	d.Crossover, _ = c.Crossing(1, Practical)
	d.Threshold = c.Threshold(Practical)
	a.data.Duels = append(a.data.Duels, d)
}

// A Cost is how many workers an executor needs to beat the plain loop on one task
// size: the COST of McSherry, Isard and Murray (HotOS 2015), here with an interval.
type Cost struct {
	Scaling   int // index in Data.Scalings
	Executor  string
	Crossover estimate.Crossing // along the workers: At, From and To are numbers of them, At between two pool sizes
	// Fewest is At rounded up when it crosses. Otherwise it is the smallest pool measured
	// that surely gains what matters, or 0 when there is none: a pool of 1 that equals the
	// plain loop is on neither side.
	Fewest int
}

// costs finds the COST of every executor of every Scaling with at least two pool
// sizes.
func (a *analysis) costs() {
	for i, s := range a.data.Scalings {
		base := a.pairs.arms[record.Cell{Executor: record.Serial, Workload: s.Workload, Workers: 1, Grain: s.Grain, Payload: s.Payload}]
		for _, series := range s.Series {
			if len(series.Points) < 2 {
				continue
			}
			var points []estimate.CurvePoint
			for _, p := range series.Points {
				cell := record.Cell{Executor: series.Executor, Workload: s.Workload, Workers: p.Workers, Grain: s.Grain, Payload: s.Payload}
				points = append(points, estimate.CurvePoint{Work: estimate.Constant(float64(p.Workers)), Ratio: a.rs.Quantity(base.task.Over(a.pairs.arms[cell].task))})
			}
			curve := estimate.NewCurve(points)
			c := Cost{Scaling: i, Executor: series.Executor}
			c.Crossover, _ = curve.Crossing(1, Practical)
			if c.Crossover.Outcome == estimate.Crosses {
				c.Fewest = int(math.Ceil(c.Crossover.At.Value - 1e-9))
			} else if size, ok := curve.RisesFrom(Practical); ok {
				c.Fewest = int(math.Round(size))
			}
			a.data.Costs = append(a.data.Costs, c)
		}
	}
}
