package compare

import (
	"math"
	"slices"
)

// An Estimate is the median of a sample with an interval of two order statistics.
type Estimate struct {
	Median, Low, High float64
	N                 int // values in the sample, at least 1
}

// Median estimates the median of the population the sample was drawn from. The
// interval holds it with at least 95 %, whatever the distribution, from 6 values
// on; with fewer it is the range of the sample. The sample must not be empty.
func Median(sample []float64) Estimate {
	sorted := slices.Sorted(slices.Values(sample))
	n := len(sorted)
	k := rank(n)
	return Estimate{
		Median: (sorted[(n-1)/2] + sorted[n/2]) / 2,
		Low:    sorted[k],
		High:   sorted[n-1-k],
		N:      n,
	}
}

// rank is the greatest k such that the k smallest and the k greatest values may
// be left out: the number of values below the median is binomial(n, 1/2), so the
// interval misses it with probability 2·P(at most k values below).
func rank(n int) int {
	missed, term := 0.0, math.Pow(0.5, float64(n)) // term is P(exactly k below)
	k := 0
	for ; k < n/2; k++ {
		missed += 2 * term
		if missed > 0.05 {
			break
		}
		term *= float64(n-k) / float64(k+1)
	}
	return max(0, k-1)
}

// slack forgives what rounding to two digits hides.
const slack = 1.005

// Enough is how many values an interval of 95 % needs.
const Enough = 6

// Verdict tells whether the estimate is at most the bar: "met" or "not met" if
// the whole interval says so, "open" if it lies on both sides.
func (e Estimate) Verdict(bar float64) string {
	switch {
	case e.High <= bar*slack:
		return "met"
	case e.Low > bar*slack:
		return "not met"
	}
	return "open"
}
