package gate

import (
	"fmt"
	"math"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/words"
)

// apply accepts the regressions that a rule covers and warns of rules that do
// nothing any more.
func (r *Rules) apply(report *Report) {
	if r == nil {
		return
	}
	used := make([]bool, len(r.accepts))
	for i := range report.Cases {
		c := &report.Cases[i]
		if c.Verdict != Regressed {
			continue
		}
		last, point := -1, record.Promise{Pkg: c.Pkg, Name: c.Name}.Point()
		for k, rule := range r.accepts {
			if means(rule.unit, c.Unit) && matches(rule.benchmark, point) {
				last, used[k] = k, true
			}
		}
		if last >= 0 {
			r.accept(c, r.accepts[last])
		}
	}
	for k, rule := range r.accepts {
		place := fmt.Sprintf("%s:%d", r.path, rule.line)
		switch {
		case used[k]:
		case r.today.After(rule.until):
			report.warn(fmt.Sprintf("%s accepts %s until %s, which is over, and nothing regressed.", place, rule.benchmark, rule.until.Format(time.DateOnly)),
				"Remove the line.")
		default:
			report.warn(fmt.Sprintf("%s accepts a regression of %s that was not found.", place, rule.benchmark), "Remove the line if it is not needed any more.")
		}
	}
}

// accept applies one rule to a regression.
func (r *Rules) accept(c *Case, rule acceptRule) {
	until := rule.until.Format(time.DateOnly)
	switch {
	case r.today.After(rule.until):
		c.Reason = fmt.Sprintf("accepted until %s only (%s:%d)", until, r.path, rule.line)
	case c.worstShown() > rule.change:
		c.Reason = fmt.Sprintf("worse than the accepted %s (%s:%d)", words.Change(1+rule.change), r.path, rule.line)
	default:
		c.Verdict = Accepted
		c.Reason = fmt.Sprintf("accepted up to %s until %s: %s", words.Change(1+rule.change), until, rule.reason)
	}
}

// worstShown is the change, as a fraction, that the case is shown to exceed.
func (c *Case) worstShown() float64 {
	low, high := c.Ratio.Low, c.Ratio.High
	if high == 0 { // no interval: the estimate has to do
		low, high = c.Ratio.Value, c.Ratio.Value
	}
	switch {
	case c.Ratio.Value == 0: // from zero: no change is large enough
		return math.Inf(1)
	case c.Higher:
		return 1/high - 1
	}
	return low - 1
}
