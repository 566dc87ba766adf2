package estimate

import (
	"math"
	"slices"
)

// FromDraws is a value that n blocks gave, with the percentile interval of its draws.
// It always holds the value, and is the value when no draw is a number.
func FromDraws(value float64, draws []float64, n int) Estimate {
	low, high := around(value, draws, 1-Confidence)
	return Estimate{Value: value, Low: low, High: high, N: n, Method: Bootstrap}
}

// around is the percentile interval of level 1-alpha, widened to hold the value.
func around(value float64, draws []float64, alpha float64) (low, high float64) {
	low, high = percentiles(draws, alpha)
	if math.IsNaN(low) {
		return value, value
	}
	return min(low, value), max(high, value)
}

// percentiles are the alpha/2 and 1-alpha/2 quantiles of the draws that are not
// NaN, by nearest rank away from the middle; NaN when there are none. Infinite
// draws take part.
func percentiles(draws []float64, alpha float64) (low, high float64) {
	sorted := make([]float64, 0, len(draws))
	for _, d := range draws {
		if !math.IsNaN(d) {
			sorted = append(sorted, d)
		}
	}
	n := len(sorted)
	if n == 0 {
		return math.NaN(), math.NaN()
	}
	slices.Sort(sorted)
	k := min(int(alpha/2*float64(n)), (n-1)/2)
	return sorted[k], sorted[n-1-k]
}
