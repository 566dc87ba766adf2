package gate

import (
	"fmt"
	"math"
	"slices"

	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// fileValues are one file's values of one benchmark in one unit.
type fileValues struct {
	blocks []int // ordinal numbers where the file has no block lines
	values []float64
}

// series are the values by block; of several in a block the last counts.
func (v fileValues) series() (out estimate.Series) {
	for i, b := range v.blocks {
		out.Add(b, v.values[i])
	}
	return out
}

func (v fileValues) logs() []float64 {
	out := make([]float64, len(v.values))
	for i, x := range v.values {
		out[i] = math.Log(x)
	}
	return out
}

// judge compares the values of one case at level 1-alpha.
func (c *Case) judge(base, head fileValues, paired bool, alpha float64) {
	if least := min(len(base.values), len(head.values)); least < estimate.MinBlocks {
		c.Verdict = Inconclusive
		c.Reason = fmt.Sprintf("%s on a side: at least %d are needed", words.Count(least, "value"), estimate.MinBlocks)
		c.roughRatio(least)
		return
	}
	if slices.Min(base.values) <= 0 || slices.Min(head.values) <= 0 {
		c.judgeWithoutRatio(base.values, head.values)
		return
	}
	var ratio estimate.Interval // ln
	var n int
	if paired {
		paired := head.series().Over(base.series())
		if n = paired.Len(); n < estimate.MinBlocks {
			c.Verdict = Inconclusive
			c.Reason = fmt.Sprintf("%s in common: at least %d are needed", words.Count(n, "block"), estimate.MinBlocks)
			c.roughRatio(n)
			return
		}
		var ranks estimate.SignedRank
		ratio = ranks.CentreInterval(paired.Places(), alpha)
	} else {
		n = min(len(base.values), len(head.values))
		ratio = estimate.Shift(base.logs(), head.logs(), alpha)
	}
	c.Ratio = ratio.Ratio(n)
	worse := ratio
	if c.Higher {
		worse = ratio.Negated()
	}
	limit := math.Log1p(c.Limit)
	c.Detectable = math.Expm1(limit + worse.Mid - worse.Low)
	switch {
	case worse.Low > limit:
		c.Verdict = Regressed
	case worse.High < -limit:
		c.Verdict = Improved
	case worse.Low >= -limit && worse.High <= limit:
		c.Verdict = NoChange
	default:
		c.Verdict = Inconclusive
		c.More = moreNeeded(worse, limit)
	}
}

func (c *Case) roughRatio(n int) {
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
	switch {
	case up:
		c.Verdict = Regressed
	case down:
		c.Verdict = Improved
	case oneValue(base) && oneValue(head):
		c.Verdict = NoChange // one cannot be above the other, so they are equal
	default:
		c.Verdict = Inconclusive
		c.Reason = "values at or below zero have no ratio"
	}
}
