package estimate

import (
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Grouped are the values by key, which are parallel to them, in ascending order of the
// keys.
func Grouped(values []float64, keys []int) [][]float64 {
	groups := map[int][]float64{}
	for i, v := range values {
		groups[keys[i]] = append(groups[keys[i]], v)
	}
	var out [][]float64
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		out = append(out, groups[key])
	}
	return out
}

// KruskalWallis is the p-value of the rank test that the groups are alike, from the
// chi-squared approximation; 1 when there is nothing to compare.
func KruskalWallis(groups [][]float64) float64 {
	all := slices.Concat(groups...)
	if len(groups) < 2 || len(all) == len(groups) {
		return 1
	}
	n, of := float64(len(all)), ranks(all)
	h := 0.0
	for _, g := range groups {
		sum := 0.0
		for _, rank := range of[:len(g)] {
			sum += rank
		}
		of = of[len(g):]
		h += sum * sum / float64(len(g))
	}
	h = 12/(n*(n+1))*h - 3*(n+1)
	return distuv.ChiSquared{K: float64(len(groups) - 1)}.Survival(h)
}

// BetweenSD is the standard deviation between groups, from the mean squares between and
// within them (one-way random effects); 0 when there is none to see. Each value is of
// the group whose key is parallel to it.
func BetweenSD(values []float64, keys []int) float64 {
	groups := Grouped(values, keys)
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
