package reports

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// narrowEnough is the factor between the two grains around a crossing below which the
// bracket is narrow enough.
const narrowEnough = 1.2

// Refine says where the next measurements should go, each together with its baseline: the
// middle, in logarithms, of every bracket of a crossing whose two grains are more than a
// factor of 1.2 apart. Crossings are those with the plain loop, those with 50 % of the
// ideal, and those of two pools, for which both need the grain. The crossing with the
// widest interval comes first.
//
// After them come pools twice as large as the largest tried, where that is the fastest and
// still gains (see Step), as long as the job has tasks enough for them.
//
// A crossing whose interval reaches beyond its bracket on both sides is left alone:
// noise, not the distance of the grains, makes it wide, and more blocks of what is
// there narrow it. So the answer is empty once the intervals stop shrinking. It is a
// pure function of s.
func Refine(s *Set) []record.Point {
	type wanted struct {
		point record.Point
		width float64 // of the interval, as the logarithm of the ratio of its ends
	}
	var all []wanted
	want := func(x estimate.Crossing, along []SweepPoint, of ...record.Point) {
		grain, ok := bracketMiddle(x, along)
		if !ok {
			return
		}
		for _, p := range of {
			p = p.With(record.AxisGrain, strconv.FormatInt(grain.Nanoseconds(), 10))
			all = append(all, wanted{p, math.Log(x.At.High / x.At.Low)})
		}
	}
	for _, x := range Sweeps(s) {
		for _, series := range x.Series {
			want(series.Crossover, series.Points, series.Points[0].Point)
			want(series.Half().Work, series.Points, series.Points[0].Point)
		}
	}
	for _, duel := range Duels(s) {
		want(duel.Crossover, duel.points, duel.below, duel.above)
	}
	slices.SortStableFunc(all, func(a, b wanted) int { return cmp.Compare(b.width, a.width) })
	var out []record.Point
	for _, w := range all {
		if !slices.Contains(out, w.point) {
			out = append(out, w.point)
		}
	}
	for _, h := range Headline(s) {
		r := risingOf(s, h)
		if r == nil {
			continue
		}
		if n := 2 * r.last.Workers; n <= mostWorkers && h.Tasks >= n {
			for _, series := range h.Series {
				p := series.Points[len(series.Points)-1]
				// Others that keep up with it may do so further on.
				if lead := s.Estimate(s.Task(p.Point).Over(s.Task(r.last.Point))); p.Workers == r.last.Workers && (standing(lead) != Told || lead.Value <= 1) {
					out = append(out, p.Point.With(record.AxisWorkers, strconv.Itoa(n)))
				}
			}
		}
	}
	return out
}

// mostWorkers is the largest pool that is tried unasked: it is of a user's machine.
const mostWorkers = 64

// bracketMiddle is the grain between the two points around a crossing; ok is false
// when it needs none.
func bracketMiddle(x estimate.Crossing, points []SweepPoint) (grain time.Duration, ok bool) {
	if x.Outcome != estimate.Crosses {
		return 0, false
	}
	sorted := slices.SortedStableFunc(slices.Values(points), func(a, b SweepPoint) int { return cmp.Compare(a.Work, b.Work) })
	i := slices.IndexFunc(sorted, func(p SweepPoint) bool { return p.Work >= x.At.Value })
	if i <= 0 {
		return 0, false
	}
	a, b := sorted[i-1], sorted[i]
	if x.At.Low <= a.Work && x.At.High >= b.Work {
		return 0, false
	}
	low, high := min(a.Grain, b.Grain), max(a.Grain, b.Grain)
	if float64(high) <= narrowEnough*float64(low) {
		return 0, false
	}
	grain = time.Duration(math.Round(math.Sqrt(float64(low)) * math.Sqrt(float64(high))))
	return grain, low < grain && grain < high
}
