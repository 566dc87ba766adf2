package estimate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Together are estimates of quantities on Difference, of the same blocks, whose intervals
// hold all at once with probability Confidence. Each is as many of its standard errors wide
// as the farthest of all is from its point in as many of the draws, and some more where blocks
// are few: as much as Student's t is wider than the normal. One that varies in no draw is
// exact. N is 0 for those without draws.
func Together(all []Quantity) []Estimate {
	errors := make([]float64, len(all))
	replicates, blocks := math.MaxInt, math.MaxInt
	for i, q := range all {
		if q.Draws != nil {
			errors[i] = stat.StdDev(q.Draws, nil)
			replicates, blocks = min(replicates, len(q.Draws)), min(blocks, q.N)
		}
	}
	width := 0.0
	if blocks < math.MaxInt {
		farthest := make([]float64, replicates)
		for r := range farthest {
			for i, q := range all {
				if errors[i] > 0 {
					farthest[r] = max(farthest[r], math.Abs(q.Draws[r]-q.Point)/errors[i])
				}
			}
		}
		slices.Sort(farthest)
		n := float64(blocks)
		width = stat.Quantile(Confidence, stat.Empirical, farthest, nil) * math.Sqrt(n/(n-1)) *
			studentT(1-Confidence, n-1) / distuv.UnitNormal.Quantile((1+Confidence)/2)
	}
	out := make([]Estimate, len(all))
	for i, q := range all {
		out[i] = Estimate{Value: q.Point, Low: q.Point - width*errors[i], High: q.Point + width*errors[i], Method: MaxT}
		if q.Draws != nil {
			out[i].N = q.N
		}
	}
	return out
}
