package estimate

import (
	"cmp"
	"math"
	"slices"
)

// xy is one point in logarithms: work, ratio, and cost, the time of one of the two arms over
// the useful work; NaN where the other is the plain loop, so that it is 1/ratio.
type xy struct{ x, y, cost float64 }

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

// between is ln work where y is the level between a, below it, and b, with the time of both
// arms over work linear in 1/work.
func between(a, b xy, level float64) float64 {
	// Relative to a.x, so that exp cannot overflow.
	span := math.Exp(a.x - b.x) // (1/work of b) / (1/work of a)
	// ahead is how much longer the other arm takes than at the level, over work.
	ahead := func(p xy) float64 {
		cost := p.cost
		if math.IsNaN(cost) {
			cost = -p.y
		}
		return math.Exp(cost+p.y) - math.Exp(cost+level)
	}
	ya, yb := ahead(a), ahead(b)
	if !(ya < yb) || span >= 1 {
		return b.x
	}
	return a.x - math.Log(1+ya/(ya-yb)*(span-1))
}

// isotonic replaces y by its least-squares fit that never descends (pool adjacent
// violators; Ayer et al. 1955). Points must ascend in x.
func isotonic(points []xy) {
	if slices.IsSortedFunc(points, func(a, b xy) int { return cmp.Compare(a.y, b.y) }) {
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

// Floor is the least of quantities that never fall in their order, as granularity never
// falls with work: the first value of their isotonic fit. The least of several equal
// values would be too small by their noise. They share a scale, and there is at least one.
func Floor(rising []Quantity) Quantity {
	return Combine(rising[0].Scale, func(values []float64) float64 {
		points := make([]xy, len(values))
		for i, y := range values {
			points[i] = xy{x: float64(i), y: y}
		}
		isotonic(points)
		return points[0].y
	}, rising...)
}
