package estimate

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
