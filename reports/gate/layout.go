package gate

import (
	"gonum.org/v1/gonum/stat/distuv"

	"poolbench/reports/estimate"
)

// leastPairs is how many seed pairs a vote needs: 4 in agreement have a p-value of
// 1/16, which is above 5 %.
const leastPairs = 5

// fewPairsCarry reports whether a change above limit is carried by few seed pairs:
// the pairs differ from each other (Kruskal-Wallis, 1 %), and the sign test over
// their medians does not show a change (5 %). Noise alone fails the vote now and
// then, but seldom makes the pairs differ too.
func fewPairsCarry(values []float64, pairs []int, limit float64) bool {
	groups := estimate.Grouped(values, pairs)
	if len(groups) < leastPairs {
		return false
	}
	above := 0
	for _, g := range groups {
		if estimate.Median(g) > limit {
			above++
		}
	}
	vote := distuv.Binomial{N: float64(len(groups)), P: 0.5}
	if 1-vote.CDF(float64(above-1)) <= 0.05 {
		return false
	}
	return estimate.KruskalWallis(groups) < 0.01
}
