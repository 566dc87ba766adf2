package estimate

import (
	"cmp"
	"math"
	"slices"
)

// A Curve is the ratio of the times of two arms, or of a speedup to its ideal,
// against useful work per task, one point a grain.
//
// Where it crosses a level (1 for the crossover, half of the ideal for the least
// useful work) is found as in shared practice for such curves:
//
//  1. Each point is above or below the level when an interval of its ratio is clear of
//     the level. Its level is shared among the points (Sure, Shared), so that of many equal
//     points none is called above or below by chance.
//  2. Isotonic regression (pool adjacent violators) of ln ratio against ln work:
//     overhead matters less the larger the task.
//  3. The last sign change of the fit is the bracket. Within it, time per task is
//     taken as linear in work, which makes 1/ratio linear in 1/work: exact for
//     T = (w+h)/P and for T = d, on any grid. A straight line between logarithms is
//     up to 3 % off on a grid of ratio 2 (TestBetween), which is more than the
//     noise of a good run.
//  4. The points on each side of it must, taken together, be clear of the level too.
//  5. Steps 2 and 3 for every resample of the blocks give the interval. A resample
//     without crossing counts as one below or above the range, and the bounds of
//     the interval are kept within the range measured.
//
// Whole blocks are resampled and nothing within them: where one level is drawn with
// replacement, drawing again below it counts the noise of a block twice (Davison and
// Hinkley 1997, section 3.8; Ren et al. 2010).
type Curve struct {
	points []CurvePoint // ascending in work
	fit    []xy         // isotonic fit of the point estimates, parallel to points
	fits   [][]xy       // the same of every replicate; nil when no point has replicates
	left   bool         // points that were given were left out
	blocks int          // blocks of the point that has the fewest
	from   float64      // range of useful work of all points given, in seconds
	to     float64
}

// A CurvePoint is one grain: useful work per task, and the ratio there.
type CurvePoint struct {
	Work, Ratio Quantity // both on the scale Ratio; work in seconds, or another axis above 0
	low, high   float64  // interval of ln ratio that decides on which side the point is; infinite when nothing can be said
}

// MinPoints is how many points a curve needs to be looked at for a crossing.
const MinPoints = 3

// NewCurve fits the points, which come in any order. Points with too few blocks for
// an interval, such as those of a grain that was added lately, are left out where
// enough others have one.
func NewCurve(points []CurvePoint) *Curve {
	c := &Curve{from: math.Inf(1), to: math.Inf(-1)}
	for _, p := range points {
		work := math.Exp(p.Work.Point)
		c.from, c.to = min(c.from, work), max(c.to, work)
		if p.Ratio.Draws != nil {
			c.points = append(c.points, p)
		}
	}
	if len(c.points) < MinPoints {
		c.points = slices.Clone(points)
	}
	c.left = len(c.points) < len(points)
	slices.SortStableFunc(c.points, func(a, b CurvePoint) int { return cmp.Compare(a.Work.Point, b.Work.Point) })
	alpha := Shared(len(c.points))
	for i := range c.points {
		p := &c.points[i]
		p.low, p.high = p.Ratio.sure(alpha)
		if i == 0 || p.Ratio.N < c.blocks {
			c.blocks = p.Ratio.N
		}
		c.fit = append(c.fit, xy{p.Work.Point, p.Ratio.Point})
	}
	isotonic(c.fit)
	replicates := 0
	for _, p := range c.points {
		replicates = max(replicates, len(p.Ratio.Draws))
	}
	n := len(c.points)
	all := make([]xy, replicates*n)
	for r := range replicates {
		f := all[r*n : (r+1)*n : (r+1)*n]
		for i, p := range c.points {
			f[i] = xy{p.Work.Draw(r), p.Ratio.Draw(r)}
		}
		slices.SortStableFunc(f, func(a, b xy) int { return cmp.Compare(a.x, b.x) })
		isotonic(f)
		c.fits = append(c.fits, f)
	}
	return c
}

// sure is an interval that the ratio is in at level 1-alpha: that of its blocks, and the
// bootstrap interval at the usual level, which knows the uncertainty of an ideal too.
func (q Quantity) sure(alpha float64) (low, high float64) {
	if q.Draws == nil {
		return math.Inf(-1), math.Inf(1)
	}
	v := Sure(q.Places, alpha)
	low, high = q.Interval(1 - Confidence)
	return min(v.Low, low), max(v.High, high)
}

// Surely reports whether the curve is Always above a level, or Never, at each of the points
// that it was given: by the interval that decides. Of other outcomes it is true.
func (c *Curve) Surely(o Outcome, level float64) bool {
	if c.left && (o == Always || o == Never) {
		return false
	}
	return !slices.ContainsFunc(c.points, func(p CurvePoint) bool {
		return o == Always && p.low < math.Log(level) || o == Never && p.high > math.Log(level)
	})
}

// RisesFrom is the work of the first point that is surely above 1 and gains at least what
// matters, a fraction; ok is false when there is none.
func (c *Curve) RisesFrom(matters float64) (work float64, ok bool) {
	for _, p := range c.points {
		if p.low > 0 && p.Ratio.Point >= math.Log(1+matters) {
			return math.Exp(p.Work.Point), true
		}
	}
	return 0, false
}

// MayRise reports whether a point with less work than given may gain what matters, a
// fraction: it is not told whether it does.
func (c *Curve) MayRise(matters, below float64) bool {
	return slices.ContainsFunc(c.points, func(p CurvePoint) bool {
		return math.Exp(p.Work.Point) < below*(1-1e-9) && p.high > math.Log(1+matters)
	})
}

// Falls reports whether the points that are surely on one side of 1 are above it where
// work is small and below it where it is large: then the inverse ratio has the crossing.
func (c *Curve) Falls() bool {
	sides := c.sides(0)
	return len(sides) == 2 && sides[0] > 0
}

// sides are those of ln level on which points surely lie, in order of work, repetitions
// left out.
func (c *Curve) sides(level float64) []int {
	var out []int
	for _, p := range c.points {
		s := 0
		switch {
		case p.low > level:
			s = +1
		case p.high < level:
			s = -1
		}
		if s != 0 && (len(out) == 0 || out[len(out)-1] != s) {
			out = append(out, s)
		}
	}
	return out
}
