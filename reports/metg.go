package reports

import (
	"math"

	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// HalfEfficiency is the efficiency that METG and the least useful work are given
// at where one must do.
const HalfEfficiency = 0.5

// efficiencies are those of a series.
var efficiencies = [...]float64{HalfEfficiency, 0.7, 0.8, 0.9, 0.95}

// A Level is what an efficiency needs.
type Level struct {
	Efficiency float64           // of Sweep.Ideal, above 0
	Work       estimate.Crossing // least useful work per task, seconds
	METG       estimate.Crossing // granularity at that point, overhead included, seconds: METG(Efficiency)
	AtMost     float64           // useful work that a higher efficiency needs, seconds, where Work is unknown; else 0

	metg estimate.Quantity // that of METG.At; N is 0 where it does not cross
}

// An Overhead tells what kind of overhead an executor has from two ratios of
// granularities, both 1 or more but for noise. With a cost h per task paid on the
// workers, granularity is w+h, hence R50 = 2 and R90 = 5; with a cost d per task paid
// in one place it is P·d up to w = P·d, hence both are 1. Absent ones have N = 0.
type Overhead struct {
	Floor estimate.Estimate // granularity of the smallest task, seconds: what a task costs at least
	R50   estimate.Estimate // METG(50 %) / Floor
	R90   estimate.Estimate // METG(90 %) / METG(50 %)
	Above bool              // the smallest task has too much work to be the floor: Floor is at most, R50 at least what is said
	Shape Shape
}

// A Shape is where the overhead of an executor arises.
type Shape int

const (
	ShapeUnknown Shape = iota // no METG(50 %), the sweep does not reach down to the floor, or too noisy to tell
	ShapeSerial               // R50 below 1.2: one place hands out every task
	ShapeMixed                // R50 up to 1.6
	ShapeInline               // R50 up to 3: every task costs its worker the same
	ShapeGrows                // R50 above 3 or R90 above 8: contention, uneven tasks, a start paid by few tasks, or an ideal that is not reached
)

// String names the shape in two or three words.
func (s Shape) String() string {
	return [...]string{"unknown", "serial dispatch", "dispatch and inline", "inline", "growing with the work"}[s]
}

// Remedy says what lowers overhead of this shape; empty when the shape is unknown.
func (s Shape) Remedy() string {
	return [...]string{"",
		"hand tasks out in more than one place, or several at once",
		"put several tasks into one submission; if that is not enough, hand them out in more than one place",
		"put several tasks into one submission",
		"look for what the workers share (locks, memory, bandwidth), for uneven tasks, and for too few tasks to pay for the start of a job"}[s]
}

// shape classifies by the values that published systems have: Task Bench's SC20 data
// give 1.97 and 5.7 for MPI, 1.02 and 1.3 for StarPU 1.2, 1.40 and 7.1 for Charm++, 15
// and 38 for OpenMP tasks. r90 may be NaN.
func shape(r50, r90 float64) Shape {
	switch {
	case r50 > 3, r90 > 8:
		return ShapeGrows
	case r50 > 1.6:
		return ShapeInline
	case r50 > 1.2:
		return ShapeMixed
	case r50 > 0:
		return ShapeSerial
	}
	return ShapeUnknown
}

// reachesFloor is the efficiency at the smallest task above which that task is not
// the floor: inline overhead has R50 = 2·(1 - efficiency) then, and would be taken for
// something else.
const reachesFloor = 0.1

// levelsOf is what follows from the curve of efficiencies. The granularities ascend in
// work, parallel to the points that were reached, but for that of an empty task, which may come first.
func levelsOf(c *estimate.Curve, granularities []estimate.Quantity, reached []SweepPoint) (levels []Level, o Overhead) {
	at := map[float64]estimate.Quantity{} // granularity by efficiency
	for _, e := range efficiencies {
		work, place := c.Crossing(e, 0)
		if !c.Surely(work.Outcome, e) {
			work.Outcome = estimate.Unknown
		}
		at[e] = place.Per(estimate.Constant(e))
		levels = append(levels, Level{Efficiency: e, Work: work, METG: metg(e, work, reached), metg: at[e]})
	}
	agree(levels)
	floor := estimate.Floor(granularities)
	o.Floor = floor.Estimate()
	empty := len(granularities) > len(reached)
	o.Above = !empty && reached[0].Efficiency.Value > reachesFloor
	if at[HalfEfficiency].N == 0 || o.Floor.N == 0 {
		return levels, o
	}
	o.R50, o.R90 = at[HalfEfficiency].Per(floor).Estimate(), at[0.9].Per(at[HalfEfficiency]).Estimate()
	r90 := o.R90.Value
	if o.R90.N == 0 || o.R90.Known() && o.R90.Low < 8 {
		r90 = math.NaN() // not surely growing
	}
	o.Shape = shape(o.R50.Value, r90)
	wide := o.R50.Known() && shape(o.R50.High, r90)-shape(o.R50.Low, r90) > 1
	if wide || o.Above && o.Shape != ShapeGrows {
		o.Shape = ShapeUnknown
	}
	return levels, o
}

// agree fills in what levels that ascend say of each other: what is never reached is not at
// a higher efficiency either, what is always reached is at a lower one too, and a higher
// efficiency needs no less work.
func agree(levels []Level) {
	for i := range levels {
		if l := &levels[i]; i > 0 && levels[i-1].Work.Outcome == estimate.Never && l.Work.Outcome == estimate.Unknown {
			l.Work.Outcome, l.METG.Outcome = estimate.Never, estimate.Never
		}
	}
	for i := len(levels) - 2; i >= 0; i-- {
		l, higher := &levels[i], levels[i+1]
		if l.Work.Outcome != estimate.Unknown {
			continue
		}
		switch higher.Work.Outcome {
		case estimate.Always:
			l.Work.Outcome, l.METG.Outcome = estimate.Always, estimate.Always
		case estimate.Crosses:
			l.AtMost = higher.Work.At.Value
		default:
			l.AtMost = higher.AtMost
		}
	}
}

// metg is the granularity where the useful work is least: work / efficiency, hence
// twice the work at 50 %. It includes overhead, as in Task Bench (Slaughter et al.,
// SC20).
func metg(efficiency float64, work estimate.Crossing, reached []SweepPoint) estimate.Crossing {
	c := work
	c.At = c.At.Map(func(work float64) float64 { return work / efficiency })
	c.From, c.To = math.Inf(1), math.Inf(-1)
	for _, p := range reached {
		spent := p.Work / p.Efficiency.Value
		c.From, c.To = min(c.From, spent), max(c.To, spent)
	}
	return c
}

func (o Overhead) floorText() string {
	switch {
	case o.Floor.N == 0:
		return "cannot tell"
	case o.Above:
		return "at most " + words.Estimate(o.Floor, words.Seconds)
	}
	return words.Estimate(o.Floor, words.Seconds)
}

// String is where the overhead arises in a few words, or why that cannot be told.
func (o Overhead) String() string {
	switch {
	case o.Shape == ShapeUnknown && o.R50.N > 0 && o.Above:
		return "unknown: no task is small enough"
	case o.Shape == ShapeUnknown:
		return "cannot tell"
	}
	return o.Shape.String()
}
