package reports

import (
	"math"
	"slices"
	"sort"
)

// A curve is the ratio of the times of two arms, or of a speedup to its ideal,
// against useful work per task, one point a grain.
//
// Where it crosses a level (1 for the crossover, half of the ideal for the least
// useful work) is found as in shared practice for such curves:
//
//  1. Each point is above or below the level when the exact interval of its ratio
//     is clear of the level. The confidence is shared among the points (Bonferroni),
//     so that of many equal points none is called above or below by chance. With too
//     few blocks for that nothing is said (Crossing.Needs); it would not be worth
//     much, since the bootstrap of fewer blocks covers less than it claims.
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
type curve struct {
	points []curvePoint // ascending in work
	fit    []xy         // isotonic fit of the point estimates, parallel to points
	fits   [][]xy       // the same of every replicate; nil when no point has replicates
	needs  int          // blocks without which no point is on a side
	blocks int          // blocks of the point that has the fewest
	from   float64      // range of useful work of all points given, in seconds
	to     float64
}

// curvePoint is one grain: useful work per task, and the ratio there.
type curvePoint struct {
	work, ratio quantity
	low, high   float64 // interval of ln ratio that decides on which side the point is; infinite when nothing can be said
}

// xy is one point in logarithms: work and ratio.
type xy struct{ x, y float64 }

// newCurve fits the points, which come in any order. Points with too few blocks for
// an interval, such as those of a grain that was added lately, are left out where
// enough others have one.
func newCurve(points []curvePoint) *curve {
	c := &curve{from: math.Inf(1), to: math.Inf(-1)}
	for _, p := range points {
		work := math.Exp(p.work.point)
		c.from, c.to = min(c.from, work), max(c.to, work)
		if p.ratio.draws != nil {
			c.points = append(c.points, p)
		}
	}
	if len(c.points) < minGrains {
		c.points = slices.Clone(points)
	}
	sort.SliceStable(c.points, func(i, j int) bool { return c.points[i].work.point < c.points[j].work.point })
	alpha := (1 - Confidence) / math.Max(1, float64(len(c.points)))
	c.needs = blocksFor(alpha)
	for i := range c.points {
		p := &c.points[i]
		p.low, p.high = p.ratio.sure(alpha)
		if i == 0 || p.ratio.n < c.blocks {
			c.blocks = p.ratio.n
		}
		c.fit = append(c.fit, xy{p.work.point, p.ratio.point})
	}
	isotonic(c.fit)
	c.resample()
	return c
}

// sure is an interval that the ratio is in at level 1-alpha: the exact one, and the
// bootstrap interval at the usual level, which knows the uncertainty of an ideal too.
func (q quantity) sure(alpha float64) (low, high float64) {
	low, high, ok := exactInterval(q.logs, alpha)
	if !ok || q.draws == nil {
		return math.Inf(-1), math.Inf(1)
	}
	l, h := q.interval(1 - Confidence)
	return min(low, l), max(high, h)
}

// resample fits every replicate once; all levels use the same fits.
func (c *curve) resample() {
	replicates := 0
	for _, p := range c.points {
		replicates = max(replicates, len(p.ratio.draws))
	}
	if replicates == 0 {
		return
	}
	n := len(c.points)
	all := make([]xy, replicates*n)
	c.fits = make([][]xy, replicates)
	for r := range c.fits {
		f := all[r*n : (r+1)*n : (r+1)*n]
		for i, p := range c.points {
			f[i] = xy{p.work.draw(r), p.ratio.draw(r)}
		}
		slices.SortStableFunc(f, func(a, b xy) int {
			switch {
			case a.x < b.x:
				return -1
			case a.x > b.x:
				return +1
			}
			return 0
		})
		isotonic(f)
		c.fits[r] = f
	}
}

// meeting is a Crossing with what it was made from, in logarithms of work. The
// draws, by replicate, lie within the range measured; nil unless it crosses.
type meeting struct {
	Crossing
	draws []float64
}

// signs are the sides on which points surely lie, in order of work, repetitions left
// out.
func (c *curve) signs(level float64) []int {
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

// crossing finds where the curve meets ln level. A side on which no point is
// further from the level than matters, as a difference of logarithms, does not count
// as one.
func (c *curve) crossing(level, matters float64) meeting {
	out := meeting{Crossing: Crossing{From: c.from, To: c.to, Needs: c.needs}}
	out.At.N = c.blocks
	most := 0
	lowest, highest := math.Inf(1), math.Inf(-1)
	for _, p := range c.points {
		most = max(most, p.ratio.n)
		lowest, highest = min(lowest, p.ratio.point-level), max(highest, p.ratio.point-level)
	}
	if len(c.points) < minGrains || c.blocks < MinBlocks || most < c.needs {
		if x := meet(c.fit, level); !math.IsInf(x, 0) {
			out.At.Value = math.Exp(x)
		}
		return out
	}
	changes := c.signs(level)
	crosses := len(changes) == 2 && changes[0] < 0
	switch {
	case len(changes) == 1 && changes[0] > 0 && lowest > 0, crosses && lowest > -matters && highest >= matters:
		out.Outcome = Always
	case len(changes) == 1 && changes[0] < 0 && highest < matters, crosses && highest < matters:
		out.Outcome = Never
	case crosses:
		c.locate(&out, level)
	case len(changes) >= 2:
		out.Outcome = Several
		out.At.Value = math.Exp(c.lastRaw(level))
		out.At.Low, out.At.High = out.From, out.To
	}
	return out
}

// locate fills in a crossing that is there.
func (c *curve) locate(out *meeting, level float64) {
	draws := make([]float64, len(c.fits))
	smaller, larger := 0, 0 // resamples that cross below or above the range
	for r, f := range c.fits {
		draws[r] = meet(f, level)
		switch {
		case math.IsInf(draws[r], -1):
			smaller++
		case math.IsInf(draws[r], +1):
			larger++
		}
	}
	x := meet(c.fit, level)
	switch {
	case 2*smaller > len(draws) || math.IsInf(x, -1):
		out.Outcome = Always
		return
	case 2*larger > len(draws) || math.IsInf(x, +1):
		out.Outcome = Never
		return
	}
	if !c.clear(level, x) {
		return
	}
	for r := range draws {
		draws[r] = min(max(draws[r], math.Log(out.From)), math.Log(out.To))
	}
	low, high := percentiles(draws, 1-Confidence)
	out.Outcome = Crosses
	out.At.Value = math.Exp(x)
	out.At.Low = max(out.From, math.Exp(min(low, x)))
	out.At.High = min(out.To, math.Exp(max(high, x)))
	out.draws = draws
}

// clear reports whether the points on either side of ln work x are, taken
// together, on their side of the level. It keeps one lucky point among equals from
// making a crossing.
func (c *curve) clear(level, x float64) bool {
	for _, side := range []float64{-1, +1} {
		means := make([]float64, len(c.fits))
		for r := range means {
			count := 0.0
			for _, p := range c.points {
				if (p.work.point-x)*side >= 0 {
					means[r] += side * (p.ratio.draw(r) - level)
					count++
				}
			}
			means[r] /= count
		}
		if low, _ := percentiles(means, 1-Confidence); !(low > 0) {
			return false
		}
	}
	return true
}

// meet is ln work where an isotonic fit meets the level; -Inf when it is at or
// above it everywhere, +Inf when it ends below.
func meet(fit []xy, level float64) float64 {
	last := len(fit) - 1
	switch {
	case last < 0 || fit[last].y < level:
		return math.Inf(1)
	case fit[0].y >= level:
		return math.Inf(-1)
	}
	i := last
	for fit[i-1].y >= level {
		i--
	}
	return between(fit[i-1], fit[i], level)
}

// lastRaw is ln work at the last sign change of the curve as measured, in either
// direction.
func (c *curve) lastRaw(level float64) float64 {
	for i := len(c.points) - 1; i > 0; i-- {
		a, b := c.points[i-1], c.points[i]
		if (b.ratio.point >= level) != (a.ratio.point >= level) {
			return between(xy{a.work.point, a.ratio.point}, xy{b.work.point, b.ratio.point}, level)
		}
	}
	return c.points[len(c.points)-1].work.point
}

// between is ln work where y is the level between a and b, with 1/ratio linear in
// 1/work.
func between(a, b xy, level float64) float64 {
	// Relative to a.x, so that exp cannot overflow.
	span := math.Exp(a.x - b.x) // (1/work of b) / (1/work of a)
	ya, yb := math.Exp(level-a.y), math.Exp(level-b.y)
	if ya == yb || span >= 1 {
		return b.x
	}
	t := (ya - 1) / (ya - yb)
	return a.x - math.Log(1+t*(span-1))
}

// isotonic replaces y by its least-squares fit that never descends (pool adjacent
// violators; Ayer et al. 1955). Points must ascend in x.
func isotonic(points []xy) {
	descends := false
	for i := 1; i < len(points); i++ {
		descends = descends || points[i].y < points[i-1].y
	}
	if !descends {
		return
	}
	type pool struct {
		sum   float64
		count int
	}
	mean := func(p pool) float64 { return p.sum / float64(p.count) }
	pools := make([]pool, 0, len(points))
	for _, p := range points {
		pools = append(pools, pool{p.y, 1})
		for n := len(pools); n > 1 && mean(pools[n-2]) > mean(pools[n-1]); n = len(pools) {
			pools[n-2].sum += pools[n-1].sum
			pools[n-2].count += pools[n-1].count
			pools = pools[:n-1]
		}
	}
	i := 0
	for _, p := range pools {
		for range p.count {
			points[i].y = mean(p)
			i++
		}
	}
}
