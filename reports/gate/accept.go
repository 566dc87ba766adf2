package gate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/words"
)

// apply accepts the regressions that a rule covers and warns of rules that do
// nothing.
func (r *Rules) apply(report *Report) {
	if r == nil {
		return
	}
	r.applyRenames(report)
	used := map[int]bool{} // by line
	for i := range report.Cases {
		c := &report.Cases[i]
		if c.Verdict != Regressed {
			continue
		}
		var last rule
		for rule := range r.of("accept", c.Unit, c.Point()) {
			last, used[rule.line] = rule, true
		}
		if last.line > 0 {
			r.accept(c, last)
		}
	}
	for _, rule := range r.rules {
		place := fmt.Sprintf("%s:%d", r.path, rule.line)
		switch {
		case rule.word != "accept" || used[rule.line] || rule.meansUnchanged(report):
		case r.today.After(rule.until):
			report.warn(fmt.Sprintf("%s accepts %s until %s, which is over, and nothing of that name regressed%s", place, rule.benchmark, rule.until.Format(time.DateOnly), cmp.Or(rule.meant(report), ".")),
				"Remove the line.")
		default:
			report.warn(fmt.Sprintf("%s accepts a regression of %s that was not found%s", place, rule.benchmark, cmp.Or(rule.meant(report), ".")), "Remove the line if it is not needed any more.")
		}
	}
	r.idle(report)
}

// idle warns of the limits and directions that mean nothing of what was judged. Tails and
// incidental units are judged, and have a result of their own only where they are worse.
func (r *Rules) idle(report *Report) {
	var idle []string
	for _, rule := range r.rules {
		if rule.word != "accept" && rule.word != "rename" && !rule.meansUnchanged(report) && !slices.ContainsFunc(report.Cases, func(c Case) bool {
			tail := report.Method == Interleaved && c.Unit == record.UnitTime && (rule.unit == "p90" || rule.unit == "p99" || incidental[rule.unit])
			return c.Verdict != New && c.Verdict != Missing && (rule.means(c.Unit) || tail) && (rule.word == "better" || rule.matches(c.Point()))
		}) {
			idle = append(idle, fmt.Sprintf("line %d (%s %s %s%s)", rule.line, rule.word, rule.benchmark, rule.unit, rule.meant(report)))
		}
	}
	if len(idle) > 0 {
		report.warn(fmt.Sprintf("%s: no result that was judged is meant by %s.", r.path, words.ShortList(idle, 6)),
			"Look for the names and units in this comparison; a unit of your own is judged once a better line tells its direction.")
	}
}

// meant asks for the name that was mistyped in a rule; "" where there is a benchmark that it means,
// or none that is close.
func (r rule) meant(report *Report) string {
	var names []string
	for _, c := range report.Cases {
		if r.matches(c.Point()) {
			return ""
		}
		bare, _ := record.SplitProcs(c.Name)
		names = append(names, bare)
	}
	return words.DidYouMean(r.benchmark, names)
}

// meansUnchanged reports whether a rule is, or may be, for a benchmark that was not measured,
// since it cannot have changed: its function stands for its sub-benchmarks then.
func (r rule) meansUnchanged(report *Report) bool {
	return slices.ContainsFunc(report.Cases, func(c Case) bool {
		bare, _ := record.SplitProcs(c.Name)
		return c.Verdict == Unchanged && (r.matches(c.Point()) || strings.Contains(r.benchmark, bare+"/"))
	})
}

// accept applies one rule to a regression.
func (r *Rules) accept(c *Case, rule rule) {
	until := rule.until.Format(time.DateOnly)
	switch {
	case r.today.After(rule.until):
		c.Reason = fmt.Sprintf("accepted until %s only (%s:%d)", until, r.path, rule.line)
	case c.worstShown() > rule.value:
		c.Reason = fmt.Sprintf("worse than the accepted %s (%s:%d)", words.Change(1+rule.value), r.path, rule.line)
	default:
		c.Verdict = Accepted
		c.Reason = fmt.Sprintf("accepted up to %s until %s: %s", words.Change(1+rule.value), until, rule.reason)
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
