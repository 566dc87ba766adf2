package estimate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"
)

// maxPairs bounds the differences that Shift sorts, in number.
const maxPairs = 4_000_000

// Shift is how far y lies above x: the Hodges-Lehmann median of all differences, with the
// interval of the Mann-Whitney test (MannWhitney): the k-th smallest and largest
// difference, where k is the largest with 2·P(U < k) <= alpha. Distribution-free when x
// and y have the same shape. With too few values for the level, or more than 4 million
// differences, a t interval of medians takes its place. Both have at least 2 values.
func Shift(x, y []float64, alpha float64) Interval {
	least := min(len(x), len(y))
	if len(x)*len(y) > maxPairs {
		return tInterval(Median(y)-Median(x), math.Hypot(medianError(x), medianError(y)), least, alpha)
	}
	differences := make([]float64, 0, len(x)*len(y))
	for _, a := range x {
		for _, b := range y {
			differences = append(differences, b-a)
		}
	}
	slices.Sort(differences)
	mid := middle(differences)
	k := rankSumRank(len(x), len(y), alpha)
	if k == 0 {
		return tInterval(mid, math.Hypot(medianError(x), medianError(y)), least, alpha)
	}
	return Interval{mid, differences[k-1], differences[len(differences)-k], MannWhitney}
}

// exactRanks is the sample size up to which the distribution of U is counted;
// beyond, it is normal to within the third digit of a level.
const exactRanks = 25

// rankSumRank is the largest k with 2·P(U < k) <= alpha for the Mann-Whitney U of
// m and n values without ties; 0 when there is none.
func rankSumRank(m, n int, alpha float64) int {
	if m > exactRanks || n > exactRanks {
		mean := float64(m) * float64(n) / 2
		sd := math.Sqrt(float64(m) * float64(n) * float64(m+n+1) / 12)
		k := mean - distuv.UnitNormal.Quantile(1-alpha/2)*sd
		return max(0, int(math.Floor(k)))
	}
	counts := rankSumCounts(m, n)
	k, below, total := 0, 0.0, floats.Sum(counts)
	for k < len(counts)/2 {
		below += counts[k]
		if 2*below/total > alpha {
			break
		}
		k++
	}
	return k
}

// rankSumCounts is the number of orders of m and n values for every U from 0 to
// m·n: the coefficients of the Gaussian binomial, computed as the product over i
// of (1-q^(n+i))/(1-q^i).
func rankSumCounts(m, n int) []float64 {
	size := m*n + 1
	counts := make([]float64, size)
	counts[0] = 1
	for i := 1; i <= m; i++ {
		for u := size - 1; u >= n+i; u-- {
			counts[u] -= counts[u-n-i]
		}
		for u := i; u < size; u++ {
			counts[u] += counts[u-i]
		}
	}
	return counts
}

// ranks are the midranks of the values.
func ranks(values []float64) []float64 {
	sorted := slices.Sorted(slices.Values(values))
	out := make([]float64, len(values))
	for i, v := range values {
		first, _ := slices.BinarySearch(sorted, v)
		last := first
		for last < len(sorted) && sorted[last] == v {
			last++
		}
		out[i] = float64(first+last+1) / 2
	}
	return out
}
