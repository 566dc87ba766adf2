package gate

import (
	"gonum.org/v1/gonum/stat/distuv"

	"poolbench/reports/estimate"
)

// leastLinks is how many pairs of links a vote needs: 4 in agreement have a p-value of
// 1/16, which is above 5 %.
const leastLinks = 5

const reasonLayout = "few orders of functions in the binary carry it"

// fewLinksCarry reports whether a change above limit is carried by few pairs of links:
// the pairs differ from each other (Kruskal-Wallis, 1 %), and the sign test over
// their medians does not show a change (5 %). Noise alone fails the vote now and
// then, but seldom makes the pairs differ too.
func fewLinksCarry(values []float64, links []int, limit float64) bool {
	groups := estimate.Grouped(values, links)
	if len(groups) < leastLinks {
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
