package estimate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
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

// Estimators is how many estimators BlockRatios has.
const Estimators = 3

// BlockRatios are three estimates of ln(head/base) within a block: the Hodges-Lehmann
// centre of the log ratios of its pairs of chunks, the log ratio of the 10th percentiles,
// and that of the minima. Base and head are parallel and hold values above 0.
//
// Each changes its sign when the builds change places, so which of them scatters least
// may be looked up in the data without favouring a side. Which one that is differs: for
// arithmetic on one thread the low ones, which see the undisturbed chunks, for pools and
// memory the centre.
func BlockRatios(base, head []float64) (r [Estimators]float64) {
	logs := make([]float64, len(base))
	for i := range base {
		logs[i] = math.Log(head[i] / base[i])
	}
	b, h := slices.Sorted(slices.Values(base)), slices.Sorted(slices.Values(head))
	tenth := func(sorted []float64) float64 { return stat.Quantile(0.1, stat.LinInterp, sorted, nil) }
	return [...]float64{Centre(logs), math.Log(tenth(h) / tenth(b)), math.Log(h[0] / b[0])}
}
