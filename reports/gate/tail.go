package gate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"poolbench/reports/estimate"
)

// A low quantile cannot see a slower tail, so the 90th and 99th percentile of the
// turns are looked at for themselves. The estimate is the ratio of the quantiles of
// all turns, each divided by the median of its block; the test counts, block by
// block, the turns beyond the common quantile of both builds: without a change
// either build is as likely to have more of them.
var tailQuantiles = []struct {
	quantile float64
	unit     string
}{{0.90, "p90 sec/op"}, {0.99, "p99 sec/op"}}

// A tailComparison is a quantile of the turns of both builds.
type tailComparison struct {
	base, head float64 // the quantiles, in medians of their block
	p          float64 // exact, one-sided, of the sign-flip test that head has more turns beyond the quantile of both together
}

// ratio is ln(head/base).
func (c tailComparison) ratio() float64 { return math.Log(c.head / c.base) }

func compareTails(pairs []pair, quantile float64) tailComparison {
	var all [2][]float64 // base, head, in medians of their block
	scaled := make([][2][]float64, len(pairs))
	for i, p := range pairs {
		by := estimate.Median(slices.Concat(p.base.turns, p.head.turns))
		for s, turns := range [2][]float64{p.base.turns, p.head.turns} {
			for _, v := range turns {
				scaled[i][s] = append(scaled[i][s], v/by)
			}
			all[s] = append(all[s], scaled[i][s]...)
		}
	}
	at := func(values []float64) float64 {
		return stat.Quantile(quantile, stat.LinInterp, slices.Sorted(slices.Values(values)), nil)
	}
	limit := at(slices.Concat(all[0], all[1]))
	beyond := func(values []float64) (n int) {
		for _, v := range values {
			if v > limit {
				n++
			}
		}
		return n
	}
	more := make([]int, len(scaled))
	for i, s := range scaled {
		more[i] = beyond(s[1]) - beyond(s[0])
	}
	return tailComparison{at(all[0]), at(all[1]), estimate.SignFlip(more)}
}
