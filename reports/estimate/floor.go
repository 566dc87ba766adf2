package estimate

import "math"

// Floor is the least of quantities that never fall in their order, as granularity never
// falls with work: the first value of their isotonic fit. The least of several equal
// values would be too small by their noise. They share a scale, and there is at least one.
func Floor(rising []Quantity) Quantity {
	fit := func(value func(Quantity) float64) float64 {
		points := make([]xy, len(rising))
		for i, q := range rising {
			points[i] = xy{float64(i), value(q)}
		}
		isotonic(points)
		return points[0].y
	}
	out := Quantity{Scale: rising[0].Scale, N: math.MaxInt}
	replicates := 0
	for _, q := range rising {
		if out.N = min(out.N, q.N); q.Draws != nil {
			replicates = len(q.Draws)
		}
	}
	out.Point = fit(func(q Quantity) float64 { return q.Point })
	if out.N < MinBlocks {
		return out
	}
	for r := range replicates {
		out.Draws = append(out.Draws, fit(func(q Quantity) float64 { return q.Draw(r) }))
	}
	return out
}
