package estimate

import (
	"math"
	"slices"
)

// Median is NaN without values; of an even number the mean of the middle two.
func Median(values []float64) float64 { return middle(slices.Sorted(slices.Values(values))) }

// middle is the median of values that ascend.
func middle(sorted []float64) float64 {
	n := len(sorted)
	if n == 0 {
		return math.NaN()
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// Centre is the Hodges-Lehmann centre of the values: the median of the means of all
// pairs, each value with itself included. NaN without values.
func Centre(values []float64) float64 { return middle(walsh(values)) }

// walsh are the means of all pairs of values in ascending order.
func walsh(values []float64) []float64 {
	means := make([]float64, 0, len(values)*(len(values)+1)/2)
	for i, a := range values {
		for _, b := range values[i:] {
			means = append(means, (a+b)/2)
		}
	}
	slices.Sort(means)
	return means
}

// Negated are the values with the opposite sign; nil for nil.
func Negated(values []float64) []float64 {
	out := slices.Clone(values)
	for i := range out {
		out[i] = -out[i]
	}
	return out
}
