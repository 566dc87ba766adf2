package reports

import (
	"math"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// A Cost is how many workers an executor needs to beat the plain loop on one task
// size: the COST of McSherry, Isard and Murray (HotOS 2015), here with an interval.
type Cost struct {
	Scaling   int // index in Scalings
	Executor  string
	Label     string            // the executor with whatever else says how it runs
	Crossover estimate.Crossing // along the workers: At, From and To are numbers of them, At between two pool sizes
	// Fewest is At rounded up when it crosses. Otherwise it is the smallest pool measured
	// that surely gains what matters, or 0 when there is none: a pool of 1 that equals the
	// plain loop is on neither side.
	Fewest int
	AtMost bool // a smaller pool may do as well: it cannot be told
	Never  bool // surely no pool size gains what matters, had the machine been there

	points []record.Point // ascending in workers
}

// Costs has one of every executor of every Scaling with at least two pool sizes, by
// Scaling.
func Costs(s *Set) []Cost { return once(s, findCosts) }

func findCosts(s *Set) []Cost {
	var out []Cost
	for i, x := range Scalings(s) {
		for _, series := range x.Series {
			if len(series.Points) < 2 {
				continue
			}
			var points []estimate.CurvePoint
			c := Cost{Scaling: i, Executor: series.Executor, Label: series.Label(), Never: true}
			for _, p := range series.Points {
				c.points, c.Never = append(c.points, p.Point), c.Never && p.Most <= 1+Practical
				points = append(points, estimate.CurvePoint{Work: estimate.Constant(float64(p.Workers)),
					Ratio: s.Quantity(s.Task(x.Baseline).Over(s.Task(p.Point)))})
			}
			curve := estimate.NewCurve(points)
			c.Crossover, _ = curve.Crossing(1, Practical)
			if c.Crossover.Outcome == estimate.Crosses {
				c.Fewest = int(math.Ceil(c.Crossover.At.Value - 1e-9))
			} else if size, ok := curve.RisesFrom(Practical); ok {
				c.Fewest = int(math.Round(size))
			}
			c.AtMost = c.Fewest > 1 && (c.Fewest == int(c.Crossover.From+0.5) || curve.MayRise(Practical, float64(c.Fewest)))
			out = append(out, c)
		}
	}
	return out
}
