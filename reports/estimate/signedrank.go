package estimate

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// SignedRank is Wilcoxon's signed-rank test. It keeps the exact null distributions of the
// statistic by number of values. The zero value is ready; it is not safe for concurrent
// use.
type SignedRank struct {
	n     []int       // least recently made first
	tails [][]float64 // tails[i][t] is P(T+ >= t) for n[i] values
}

// maxTables bounds the memory: the table of 512 values takes a megabyte.
const maxTables = 8

// tail returns P(T+ >= t) for n values without ties, by t: the sums of subsets of
// the ranks 1…n, each rank in with probability 1/2.
func (r *SignedRank) tail(n int) []float64 {
	if i := slices.Index(r.n, n); i >= 0 {
		return r.tails[i]
	}
	ranks := make([]int, n)
	for i := range ranks {
		ranks[i] = i + 1
	}
	t := subsetTail(ranks)
	if len(r.n) == maxTables {
		r.n, r.tails = r.n[1:], r.tails[1:]
	}
	r.n, r.tails = append(r.n, n), append(r.tails, t)
	return t
}

// subsetTail is P(S >= s) by s for the sum S of the scores, each in with
// probability 1/2. Scores are not negative.
func subsetTail(scores []int) []float64 {
	total := 0
	for _, s := range scores {
		total += s
	}
	p := make([]float64, total+1)
	p[0] = 1
	top := 0
	for _, score := range scores {
		top += score
		for s := top; s >= 0; s-- {
			if s >= score {
				p[s] = (p[s] + p[s-score]) / 2
			} else {
				p[s] /= 2
			}
		}
	}
	for s := total - 1; s >= 0; s-- {
		p[s] += p[s+1]
	}
	return p
}

// Above is the exact one-sided p-value of the signed-rank test that the values lie
// above limit (Wilcoxon 1945): valid when each value minus limit is as likely to
// have the opposite sign. Values equal to limit count as below, and of equal
// distances those below get the higher ranks, so ties never make it smaller.
// 1 without values.
func (r *SignedRank) Above(values []float64, limit float64) float64 {
	if len(values) == 0 {
		return 1
	}
	x := make([]float64, len(values))
	for i, v := range values {
		x[i] = v - limit
	}
	slices.SortFunc(x, func(a, b float64) int { // of a tie the positive first
		return cmp.Or(cmp.Compare(math.Abs(a), math.Abs(b)), cmp.Compare(b, a))
	})
	sum := 0
	for i, v := range x {
		if v > 0 {
			sum += i + 1
		}
	}
	return r.tail(len(values))[sum]
}

// Interval is the Hodges-Lehmann centre of the values (see Centre) and the exact interval
// of level 1-alpha that inverts the signed-rank test (HodgesLehmann). With too few values
// for the level the ends are infinite, without values the centre is NaN.
func (r *SignedRank) Interval(values []float64, alpha float64) Interval {
	means := walsh(values)
	n := len(means)
	out := Interval{middle(means), math.Inf(-1), math.Inf(1), HodgesLehmann}
	if n == 0 {
		return out
	}
	// The k-th smallest and largest mean, for the largest k with P(T+ < k) <= alpha/2;
	// by symmetry P(T+ < k) = P(T+ > n-k).
	tail := r.tail(len(values))
	k := 0
	for k < n/2 && tail[n-k] <= alpha/2 {
		k++
	}
	if k > 0 {
		out.Low, out.High = means[k-1], means[n-k]
	}
	return out
}

// CentreInterval is Interval, or the median with a t interval when there are too few
// values for the level. There are at least 2.
func (r *SignedRank) CentreInterval(values []float64, alpha float64) Interval {
	if v := r.Interval(values, alpha); v.Bounded() {
		return v
	}
	return tInterval(Median(values), medianError(values), len(values), alpha)
}

// StandardError is the standard error of the Hodges-Lehmann centre: half the width of its
// 80 % interval in units of the normal distribution (Lehmann 1963). It sees what the
// signed-rank test sees: values far out count little, so it may be much below the
// standard deviation over the square root of n. +Inf with fewer than 4 values.
func (r *SignedRank) StandardError(values []float64) float64 {
	const level = 0.8
	v := r.Interval(values, 1-level)
	return (v.High - v.Low) / 2 / distuv.UnitNormal.Quantile((1+level)/2)
}

// SignFlip is the exact one-sided p-value of the test that the differences lie above 0:
// the chance that their positive ones sum to as much when each is as likely to have the
// opposite sign. It takes memory and time by the sum of their sizes.
func SignFlip(differences []int) float64 {
	sizes := make([]int, len(differences))
	positive := 0
	for i, d := range differences {
		sizes[i] = max(d, -d)
		positive += max(d, 0)
	}
	return subsetTail(sizes)[positive]
}
