package estimate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// MedianInterval is the distribution-free interval of a median from order
// statistics (OrderStatistics): the k-th smallest and largest value, where k is the largest with
// 2·P(Binomial(n, 1/2) < k) <= alpha. The ends are infinite when n values cannot reach
// that level, which none can whose 2^(1-n) is above alpha.
func MedianInterval(values []float64, alpha float64) Interval {
	sorted := slices.Sorted(slices.Values(values))
	v := Interval{middle(sorted), math.Inf(-1), math.Inf(1), OrderStatistics}
	if k := medianRank(len(values), alpha); k > 0 {
		v.Low, v.High = sorted[k-1], sorted[len(values)-k]
	}
	return v
}

func medianRank(n int, alpha float64) int {
	k, heads := 0, distuv.Binomial{N: float64(n), P: 0.5}
	for p := heads.Prob(0); 2*p <= alpha && 2*k < n; p += heads.Prob(float64(k)) {
		k++
	}
	return k
}

// Sure is an interval of the median for a level that is shared among many questions: the
// exact one (MedianInterval) where there are enough values to reach the level, else
// Student's t around the median (StudentT), which can be as sure with a few values if what
// they say is large beside their noise. The ends are infinite with fewer than 3 values.
func Sure(values []float64, alpha float64) Interval {
	if v := MedianInterval(values, alpha); v.Bounded() || len(values) < 3 {
		return v
	}
	v := tInterval(Median(values), medianError(values), len(values), alpha)
	v.Low, v.High = min(v.Low, slices.Min(values)), max(v.High, slices.Max(values))
	return v
}

// Sure is the median of s with the interval of level Confidence that Sure gives: for a few
// blocks, of which the bootstrap claims too much.
func (s Series) Sure() Estimate {
	out := Estimate{N: s.Len()}
	if out.N == 0 {
		return out
	}
	v := Sure(s.places, 1-Confidence)
	if out.Value = s.Scale.Value(v.Mid); v.Bounded() {
		out.Low, out.High, out.Method = s.Scale.Value(v.Low), s.Scale.Value(v.High), v.Method
	}
	return out
}

// Shared is the level of each of n questions that together are to be wrong at most as
// often as 1 - Certainty (Bonferroni).
func Shared(n int) (alpha float64) { return (1 - Certainty) / float64(max(n, 1)) }
