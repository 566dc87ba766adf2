package estimate

import (
	"cmp"
	"math"
	"slices"
)

// xy is one point in logarithms: work and ratio.
type xy struct{ x, y float64 }

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
			points[i] = xy{float64(i), y}
		}
		isotonic(points)
		return points[0].y
	}, rising...)
}
