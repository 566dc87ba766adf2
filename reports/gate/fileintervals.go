package gate

import (
	"fmt"
	"math"
	"slices"

	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// onRatio are values on the scale of ratios.
func onRatio(values estimate.Series) (out estimate.Series) {
	for i, b := range values.Blocks() {
		out.Add(b, values.Places()[i])
	}
	return out
}

// judge compares the values of one case at level 1-alpha.
func (c *Case) judge(base, head estimate.Series, paired bool, alpha float64) {
	n := min(base.Len(), head.Len())
	if n < estimate.MinBlocks {
		c.tooFew(n, words.Count(n, "value")+" on a side")
		return
	}
	if slices.Min(base.Places()) <= 0 || slices.Min(head.Places()) <= 0 {
		c.judgeWithoutRatio(base.Places(), head.Places())
		return
	}
	base, head = onRatio(base), onRatio(head)
	var ratio estimate.Interval // ln
	if paired {
		both := head.Over(base)
		if n = both.Len(); n < estimate.MinBlocks {
			c.tooFew(n, words.Count(n, "block")+" in common")
			return
		}
		var ranks estimate.SignedRank
		ratio = ranks.CentreInterval(both.Places(), alpha)
	} else {
		ratio = estimate.Shift(base.Places(), head.Places(), alpha)
	}
	c.Ratio = ratio.Ratio(n)
	worse := ratio
	if c.Higher {
		worse = ratio.Negated()
	}
	limit := math.Log1p(c.Limit)
	c.Detectable = math.Expm1(limit + worse.Mid - worse.Low)
	c.Verdict = verdictOf(worse.Low > limit, worse.High < -limit, worse.Low >= -limit && worse.High <= limit)
	if c.Verdict == Inconclusive {
		c.More = moreNeeded(worse, limit)
	}
}

// tooFew leaves a case open that has n of what.
func (c *Case) tooFew(n int, what string) {
	c.apart = true
	c.Verdict, c.Reason = Inconclusive, fmt.Sprintf("%s: at least %d are needed", what, estimate.MinBlocks)
	if c.Base > 0 && c.Head > 0 {
		c.Ratio = estimate.Estimate{Value: c.Head / c.Base, N: n}
	}
}

// moreNeeded is how many times the blocks would bring the nearer limit out of the
// interval: its width shrinks with the square root. 0 when that is out of reach.
func moreNeeded(v estimate.Interval, limit float64) float64 {
	half := math.Max(v.Mid-v.Low, v.High-v.Mid)
	distance := math.Min(math.Abs(v.Mid-limit), math.Abs(v.Mid+limit))
	more := math.Pow(half/distance, 2)
	if !(more <= 100) {
		return 0
	}
	return math.Max(more, 1.5)
}

// judgeWithoutRatio handles values at or below zero, such as allocs/op: only
// ranges that do not touch are a change.
func (c *Case) judgeWithoutRatio(base, head []float64) {
	up := slices.Min(head) > slices.Max(base)
	down := slices.Max(head) < slices.Min(base)
	if c.Higher {
		up, down = down, up
	}
	c.Verdict = verdictOf(up, down, oneValue(base) && oneValue(head)) // one cannot be above the other, so they are equal
	if c.Verdict == Inconclusive {
		c.Reason = "values at or below zero have no ratio"
	}
}
