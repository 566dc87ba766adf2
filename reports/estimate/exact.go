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

// BlocksFor is how many blocks an exact interval of level 1-alpha needs, at least
// MinBlocks.
func BlocksFor(alpha float64) int {
	return max(MinBlocks, int(math.Ceil(1-math.Log2(alpha)-1e-9)))
}
