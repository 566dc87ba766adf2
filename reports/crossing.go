package reports

import (
	"math"
	"sort"
)

// A curve is the speedup of one executor against useful work per task, one point
// a grain.
//
// Where it crosses a line (1 for the crossover, half of the ideal for the least
// useful work) is found as in shared practice for such curves:
//
//  1. Each point is above or below the line when the exact interval of its speedup
//     is clear of the line. The level is shared among the points (Bonferroni), so
//     that of many equal points none is called above or below by chance. With too
//     few blocks for that level nothing is said (Crossing.Needs).
//  2. Isotonic regression (pool adjacent violators) of ln speedup against ln work:
//     overhead matters less the larger the task.
//  3. The last sign change of the fit is the bracket. Within it, time per task is
//     taken as linear in work, which makes 1/speedup linear in 1/work: exact for
//     T = (w+h)/P and for T = d, on any grid. (A straight line between logarithms is
//     up to 3 % off on a grid of ratio 2.)
//  4. The points on each side of it must, taken together, be clear of the line too.
//  5. Steps 2 and 3 for every resample of the blocks give the interval. A resample
//     without crossing counts as one below or above the range, and the bounds of
//     the interval are kept within the range measured.
type curve []curvePoint

type curvePoint struct{ work, speedup quantity }

// sign of a point against the line: -1 and +1 when its exact interval of level
// 1-alpha is clear of it, and so is its bootstrap interval at the usual level, which
// knows the uncertainty of the line too.
func (p curvePoint) sign(line quantity, alpha float64) int {
	against := p.speedup.per(line)
	low, high, ok := exactInterval(against.logs, alpha)
	if !ok || against.draws == nil {
		return 0
	}
	l, h := against.interval(1 - Confidence)
	switch {
	case min(low, l) > 0:
		return +1
	case max(high, h) < 0:
		return -1
	}
	return 0
}

// crossing finds where the curve meets the line.
func (c curve) crossing(line quantity) Crossing {
	alpha := (1 - Confidence) / math.Max(1, float64(len(c)))
	out := Crossing{From: math.Inf(1), To: math.Inf(-1), Needs: blocksFor(alpha)}
	blocks := math.MaxInt
	var changes []int // the signs in order of work, repetitions left out
	below := true     // no point is above the line by more than the practical limit
	above := true     // no point is under the line at all
	for _, p := range c.sorted() {
		work := math.Exp(p.work.point)
		out.From, out.To = min(out.From, work), max(out.To, work)
		blocks = min(blocks, p.speedup.n)
		s := p.sign(line, alpha)
		if s != 0 && (len(changes) == 0 || changes[len(changes)-1] != s) {
			changes = append(changes, s)
		}
		y := p.speedup.point - line.point
		below = below && y < math.Log(1+Practical)
		above = above && y > 0
	}
	out.At.N = blocks
	if len(c) < minGrains || blocks < out.Needs {
		if x := c.meet(line, -1); !math.IsInf(x, 0) {
			out.At.Value = math.Exp(x)
		}
		return out
	}
	switch {
	case len(changes) == 1 && changes[0] > 0 && above:
		out.Outcome = Always
	case len(changes) == 1 && changes[0] < 0 && below:
		out.Outcome = Never
	case len(changes) == 2 && changes[0] < 0:
		c.locate(&out, line)
	case len(changes) >= 2:
		out.Outcome = Several
		out.At.Value = math.Exp(c.lastRaw(line))
		out.At.Low, out.At.High = out.From, out.To
	}
	return out
}

// locate fills in a crossing that is there.
func (c curve) locate(out *Crossing, line quantity) {
	draws := make([]float64, len(c[0].speedup.draws))
	smaller, larger := 0, 0 // resamples that cross below or above the range
	for r := range draws {
		draws[r] = c.meet(line, r)
		switch {
		case math.IsInf(draws[r], -1):
			smaller++
		case math.IsInf(draws[r], +1):
			larger++
		}
	}
	x := c.meet(line, -1)
	switch {
	case 2*smaller > len(draws) || math.IsInf(x, -1):
		out.Outcome = Always
		return
	case 2*larger > len(draws) || math.IsInf(x, +1):
		out.Outcome = Never
		return
	}
	if !c.clear(line, x) {
		return
	}
	low, high := percentiles(draws, 1-Confidence)
	out.Outcome = Crosses
	out.At.Value = math.Exp(x)
	out.At.Low = max(out.From, math.Exp(min(low, x)))
	out.At.High = min(out.To, math.Exp(max(high, x)))
}

// clear reports whether the points on either side of ln work x are, taken
// together, on their side of the line. It keeps one lucky point among equals from
// making a crossing.
func (c curve) clear(line quantity, x float64) bool {
	for _, side := range []float64{-1, +1} {
		means := make([]float64, len(c[0].speedup.draws))
		for r := range means {
			count := 0.0
			for _, p := range c {
				if (p.work.point-x)*side >= 0 {
					means[r] += side * (p.speedup.draw(r) - line.draw(r))
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

// xy is one point in logarithms: work, and speedup over the line.
type xy struct{ x, y float64 }

// points are those of replicate r, or the point estimates when r is -1, in
// ascending order of work.
func (c curve) points(line quantity, r int) []xy {
	out := make([]xy, 0, len(c))
	for _, p := range c {
		v := xy{p.work.point, p.speedup.point - line.point}
		if r >= 0 {
			v = xy{p.work.draw(r), p.speedup.draw(r) - line.draw(r)}
		}
		out = append(out, v)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].x < out[j].x })
	return out
}

func (c curve) sorted() curve {
	out := append(curve(nil), c...)
	sort.SliceStable(out, func(i, j int) bool { return out[i].work.point < out[j].work.point })
	return out
}

// meet is ln work where the isotonic curve of replicate r meets the line; -Inf
// when it is at or above the line everywhere, +Inf when it ends below.
func (c curve) meet(line quantity, r int) float64 {
	points := c.points(line, r)
	isotonic(points)
	last := len(points) - 1
	switch {
	case last < 0 || points[last].y < 0:
		return math.Inf(1)
	case points[0].y >= 0:
		return math.Inf(-1)
	}
	i := last
	for points[i-1].y >= 0 {
		i--
	}
	return between(points[i-1], points[i])
}

// lastRaw is ln work at the last sign change of the curve as measured, in either
// direction.
func (c curve) lastRaw(line quantity) float64 {
	points := c.points(line, -1)
	for i := len(points) - 1; i > 0; i-- {
		if (points[i].y >= 0) != (points[i-1].y >= 0) {
			return between(points[i-1], points[i])
		}
	}
	return points[len(points)-1].x
}

// between is ln work where y is 0 between a and b, with 1/speedup linear in
// 1/work.
func between(a, b xy) float64 {
	// Relative to a.x, so that exp cannot overflow.
	span := math.Exp(a.x - b.x) // (1/work of b) / (1/work of a)
	ya, yb := math.Exp(-a.y), math.Exp(-b.y)
	if ya == yb || span >= 1 {
		return b.x
	}
	t := (ya - 1) / (ya - yb)
	return a.x - math.Log(1+t*(span-1))
}

// isotonic replaces y by its least-squares fit that never descends (pool adjacent
// violators; Ayer et al. 1955). Points must ascend in x.
func isotonic(points []xy) {
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
