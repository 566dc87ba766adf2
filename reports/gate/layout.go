package gate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// byPair groups values by seed pair, in ascending order of the pair.
func byPair(values []float64, pairs []int) [][]float64 {
	groups := map[int][]float64{}
	var order []int
	for i, v := range values {
		if groups[pairs[i]] == nil {
			order = append(order, pairs[i])
		}
		groups[pairs[i]] = append(groups[pairs[i]], v)
	}
	slices.Sort(order)
	out := make([][]float64, len(order))
	for i, p := range order {
		out[i] = groups[p]
	}
	return out
}

// leastPairs is how many seed pairs a vote needs: 4 in agreement have a p-value of
// 1/16, which is above 5 %.
const leastPairs = 5

// fewPairsCarry reports whether a change above limit is carried by few seed pairs:
// the pairs differ from each other (Kruskal-Wallis, 1 %), and the sign test over
// their medians does not show a change (5 %). Noise alone fails the vote now and
// then, but seldom makes the pairs differ too.
func fewPairsCarry(values []float64, pairs []int, limit float64) bool {
	groups := byPair(values, pairs)
	if len(groups) < leastPairs {
		return false
	}
	above := 0
	for _, g := range groups {
		if median(g) > limit {
			above++
		}
	}
	vote := distuv.Binomial{N: float64(len(groups)), P: 0.5}
	if 1-vote.CDF(float64(above-1)) <= 0.05 {
		return false
	}
	return kruskalWallis(groups) < 0.01
}

// kruskalWallis is the p-value of the rank test that the groups are alike, from the
// chi-squared approximation; 1 when there is nothing to compare.
func kruskalWallis(groups [][]float64) float64 {
	type ranked struct {
		value float64
		group int
	}
	var all []ranked
	for g, values := range groups {
		for _, v := range values {
			all = append(all, ranked{v, g})
		}
	}
	n := float64(len(all))
	if len(groups) < 2 || len(all) == len(groups) {
		return 1
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		switch {
		case a.value < b.value:
			return -1
		case a.value > b.value:
			return +1
		}
		return 0
	})
	sums := make([]float64, len(groups))
	for i, r := range all {
		sums[r.group] += float64(i + 1)
	}
	h := 0.0
	for g, sum := range sums {
		h += sum * sum / float64(len(groups[g]))
	}
	h = 12/(n*(n+1))*h - 3*(n+1)
	return distuv.ChiSquared{K: float64(len(groups) - 1)}.Survival(h)
}

// layoutSD is the standard deviation of the log ratio between seed pairs, from the
// mean squares between and within them (one-way random effects); 0 when there is
// none to see.
func layoutSD(values []float64, pairs []int) float64 {
	groups := byPair(values, pairs)
	n, k := float64(len(values)), float64(len(groups))
	if k < 2 || n <= k {
		return 0
	}
	mean := stat.Mean(values, nil)
	between, within, squares := 0.0, 0.0, 0.0
	for _, g := range groups {
		m := stat.Mean(g, nil)
		between += float64(len(g)) * (m - mean) * (m - mean)
		for _, v := range g {
			within += (v - m) * (v - m)
		}
		squares += float64(len(g) * len(g))
	}
	between, within = between/(k-1), within/(n-k)
	size := (n - squares/n) / (k - 1) // of a group, on average
	return math.Sqrt(max(0, (between-within)/size))
}
