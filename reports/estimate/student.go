package estimate

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// tInterval is around a median, or a difference of medians, with the given standard error
// from samples of which the smallest has n values (StudentT). Welch would say how many
// degrees of freedom two samples have; the smaller one's are safe. Heavy tails, the usual
// noise of times, make it wider than necessary.
func tInterval(mid, standardError float64, n int, alpha float64) Interval {
	half := studentT(alpha, float64(n-1)) * standardError
	return Interval{mid, mid - half, mid + half, StudentT}
}

// medianError is the standard error of the median of normal values, sqrt(π/2)·s/sqrt(n).
func medianError(values []float64) float64 {
	return math.Sqrt(math.Pi/2) * stat.StdDev(values, nil) / math.Sqrt(float64(len(values)))
}

// studentT is the two-sided quantile of Student's t for level 1-alpha.
func studentT(alpha, freedom float64) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}.Quantile(1 - alpha/2)
}
