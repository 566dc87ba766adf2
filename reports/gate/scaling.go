package gate

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A scaling is the speedup of a benchmark that was measured with several CPUs and with
// one: the time of an operation with one over that with so many, of the same block. It is
// judged like a unit beside time.
//
// ln(base's speedup / head's) is the log ratio of head to base with so many CPUs minus
// that with one, and both of these are of turns that were taken in pairs, so what drifts
// cancels twice. Without a change of the code the order of the builds is random for both,
// so the difference is as likely to have the opposite sign and the test is exact. It
// shares blocks with the test of the time, which the division of the budget allows.
type scaling struct {
	procs int
	alone *subject // the same benchmark with one CPU
	limit float64  // ln(1 + fall of interest)

	base, head []float64 // speedups by block, of the medians of the turns
	ratios     [estimate.Estimators][]float64
	links      []int // parallel to base; -1 when not known
	chosen     int   // estimator
	screening  int   // how many of the blocks were of the first phase

	suspect int // what has a test: +1 that head scales worse, -1 that it scales better, 0 nothing
	state   state
}

const (
	// scalingLimit is the fall of a speedup that counts, in limits of time: it is a ratio of
	// two times, each of which may be slower by that.
	scalingLimit = 2
	// scalingTests is how many tests of one speedup there may be: at the first looks and at
	// the end of the run.
	scalingTests = 3
	// leastForLaw is how many numbers of CPUs a law of scaling takes.
	leastForLaw = 5
)

// scalingLooks are the numbers of fresh blocks after which a speedup is looked at. The last
// is the most that one gets for its own sake.
var scalingLooks = looks[:scalingTests-1]

// speedupLimit is the fall of interest of a speedup, as a fraction.
func (o Options) speedupLimit(p record.Point, unit string) float64 {
	return o.limit(p, unit, scalingLimit*o.Slowdown)
}

// joinScalings finds the subjects that are measured with one CPU, too. What has more CPUs
// than the machine shows how it shares them, and is not judged.
func (j *Judge) joinScalings() {
	type key struct{ pkg, name string }
	alone := map[key]*subject{}
	measured := func(s *subject) bool {
		return s.Role == record.Judged && s.InBase && s.InHead && s.Unchanged == ""
	}
	for _, s := range j.subjects {
		if s.Procs == 1 && measured(s) {
			alone[key{s.Pkg, s.Name}] = s
		}
	}
	beyond := map[int]bool{}
	for _, s := range j.subjects {
		one := alone[key{s.Pkg, strings.TrimSuffix(s.Name, "-"+strconv.Itoa(s.Procs))}]
		switch {
		case s.Procs < 2 || one == nil || !measured(s):
			continue
		case j.CPUs > 0 && s.Procs > j.CPUs:
			beyond[s.Procs] = true
			continue
		}
		s.scaling = &scaling{procs: s.Procs, alone: one, limit: math.Log1p(j.speedupLimit(s.Point(), record.Speedup(s.Procs)))}
	}
	j.beyond = slices.Sorted(maps.Keys(beyond))
}

// scalingDoubts say which speedups are not judged, and that no law is fitted to those that are:
// it has as many parameters as a few points have ways to scatter, and where there are more,
// reports fit it to a grid.
func (j *Judge) scalingDoubts(r *Report) {
	counts := map[int]bool{}
	for _, s := range j.subjects {
		if s.scaling != nil {
			counts[1], counts[s.Procs] = true, true
		}
	}
	switch {
	case len(counts) >= leastForLaw:
		r.warn("No law of scaling (USL) is fitted to the speedups of two builds.", "poolbench run -pkg fits it to those of one.")
	case len(counts) > 0:
		r.warn(fmt.Sprintf("No law of scaling (USL) is fitted: that takes %d numbers of CPUs within those of the machine, and these are %d.", leastForLaw, len(counts)), "")
	}
	if len(j.beyond) > 0 {
		var numbers []string
		for _, n := range j.beyond {
			numbers = append(numbers, strconv.Itoa(n))
		}
		r.warn(fmt.Sprintf("Scaling is not judged at %s, since the machine has %s.", words.JoinAnd(numbers), words.Plural(j.CPUs, "CPU", "CPUs")), "")
	}
}

// add takes what the block that came last has of both.
func (c *scaling) add(s *subject) {
	one := c.alone
	if s.last != s.blocks || one.last != s.blocks || s.untimed() || one.untimed() {
		return
	}
	so, alone := s.pairs[len(s.pairs)-1], one.pairs[len(one.pairs)-1]
	c.base = append(c.base, estimate.Median(alone.base.turns)/estimate.Median(so.base.turns))
	c.head = append(c.head, estimate.Median(alone.head.turns)/estimate.Median(so.head.turns))
	for e := range c.ratios {
		c.ratios[e] = append(c.ratios[e], s.ratios[e][len(s.ratios[e])-1]-one.ratios[e][len(one.ratios[e])-1])
	}
	c.links = append(c.links, s.links[len(s.links)-1])
}

// values are the log ratios of the chosen estimator, above 0 where head scales worse.
func (c *scaling) values() []float64 { return c.ratios[c.chosen] }

func (c *scaling) fresh() []float64 { return c.values()[c.screening:] }

// screenScaling settles the speedup if its interval lets it, and counts it among the
// suspects if it looks changed.
func (s *subject) screenScaling() {
	c := s.scaling
	if c == nil {
		return
	}
	c.screening = len(c.base)
	if c.screening < leastScreened {
		return
	}
	c.chosen = s.choose(c.ratios[:])
	values := c.values()
	switch mid := estimate.Centre(values); {
	case mid <= -c.limit/2 && s.ranks.Above(estimate.Negated(values), 0) <= suspicion:
		c.suspect = -1
		s.scalingGains++
	case s.interval(values).High < c.limit:
		c.state = passed
	case mid >= c.limit/2:
		c.suspect = +1
		s.unitTests++ // of the units that may be worse it is one
	}
}

// lookAtScaling tests the speedup when the number of fresh blocks is one of its looks.
func (s *subject) lookAtScaling() {
	c := s.scaling
	if !s.scalingWaits() || len(c.base) == 0 || s.last != s.blocks {
		return
	}
	n := len(c.fresh())
	if !slices.Contains(scalingLooks, n) {
		return
	}
	if s.testScaling(); c.state == open && n == scalingLooks[len(scalingLooks)-1] {
		c.state = exhausted
	}
}

// testScaling asks the fresh blocks for the change that was suspected, and all blocks
// whether head is shown not to scale worse.
func (s *subject) testScaling() {
	c := s.scaling
	fresh, changed, tests := c.fresh(), regressed, s.unitTests
	if c.suspect < 0 {
		fresh, changed, tests = estimate.Negated(fresh), improved, s.scalingGains
	}
	level := unitsShare * s.Alpha / float64(tests) / scalingTests
	switch {
	case c.suspect != 0 && len(fresh) > 0 && estimate.Centre(fresh) >= c.limit/2 && s.ranks.Above(fresh, math.Min(s.tolerant, c.limit/2)) <= level:
		c.state = changed
	case s.interval(c.values()).High < c.limit:
		c.state = passed
	}
}

// scalingWaits reports whether the speedup waits for fresh blocks, of both.
func (s *subject) scalingWaits() bool {
	c := s.scaling
	return c != nil && c.state == open && s.failure == "" && c.alone.failure == "" && !s.untimed() && !c.alone.untimed()
}

// scalingCases is the judgement of the speedup if the run ended here.
func (s *subject) scalingCases() []Case {
	c := s.scaling
	if c == nil || len(c.base) == 0 || c.alone.failure != "" {
		return nil
	}
	if s.screened && s.scalingWaits() && c.screening >= leastScreened && len(c.fresh()) > 0 {
		s.testScaling()
	}
	out := Case{Pkg: s.Pkg, Name: s.Name, Unit: record.Speedup(c.procs), Higher: true, Limit: math.Expm1(c.limit),
		Base: estimate.Median(c.base), Head: estimate.Median(c.head)}
	worse := s.interval(c.values())
	out.Ratio = worse.Negated().Ratio(len(c.base))
	out.Layout = estimate.BetweenSD(c.values(), c.links)
	switch {
	case c.state == regressed && fewLinksCarry(c.values(), c.links, s.tolerant):
		out.Verdict, out.Reason = LayoutSensitive, reasonLayout
	case c.state == regressed:
		out.Verdict = Regressed
	case c.state == improved:
		out.Verdict = Improved
	case c.state == passed:
		out.Verdict = NoChange
	case !s.screened:
		out.Verdict, out.Reason = Inconclusive, fmt.Sprintf("%s measured, %d are needed", words.Plural(len(c.base), "block was", "blocks were"), screenBlocks)
	default:
		out.Verdict, out.Reason = Inconclusive, "varies too much to tell"
	}
	return []Case{out}
}

// settleScalings says of each speedup that changed what the time with one CPU did. One that
// fell although several CPUs are not shown to be slower, by the interval of their time, fell
// because one got faster, and is no regression.
func (r *Report) settleScalings() {
	timeOf := func(pkg, name string) *Case {
		i := slices.IndexFunc(r.Cases, func(c Case) bool { return c.Pkg == pkg && c.Name == name && c.Unit == record.UnitTime })
		if i < 0 {
			return nil
		}
		return &r.Cases[i]
	}
	for i := range r.Cases {
		c := &r.Cases[i]
		n := record.SpeedupAt(c.Unit)
		if n == 0 || c.Verdict == NoChange || c.Verdict == Inconclusive {
			continue
		}
		if all := timeOf(c.Pkg, c.Name); c.Verdict == Regressed && all != nil && all.Ratio.Low <= 1 {
			c.Verdict, c.Reason = NoChange, fmt.Sprintf("not shown to be slower with %d", n)
		}
		if one := timeOf(c.Pkg, c.bareName()); one != nil {
			c.Beside = "serial time " + serialTime(*one) + ", "
		}
		base, head := c.shown()
		c.Beside += "efficiency " + words.Percent(base/float64(n)) + " → " + words.Percent(head/float64(n))
	}
}

// serialTime is what became of the time with one CPU: "unchanged", "+5.1 %".
func serialTime(c Case) string {
	switch c.Verdict {
	case NoChange, Unchanged:
		return "unchanged"
	case Regressed, Accepted, Improved:
		return words.Change(c.Ratio.Value)
	}
	return "not told"
}

// bareName is the name without the number of CPUs of a speedup.
func (c Case) bareName() string {
	return strings.TrimSuffix(c.Name, "-"+strconv.Itoa(record.SpeedupAt(c.Unit)))
}

// scales is "1.93 → 1.01 at 2".
func (c Case) scales() string {
	base, head := c.shown()
	s := words.ScaleOf(base, head, "")
	return fmt.Sprintf("%s → %s at %d", s.Number(base), s.Number(head), record.SpeedupAt(c.Unit))
}

// scalesWithin is the interval of head's speedup at base's median: "[0.98, 1.05]".
func (c Case) scalesWithin() string {
	if c.Ratio.High == 0 {
		return ""
	}
	base, head := c.shown()
	s := words.ScaleOf(base, head, "")
	return "[" + s.Number(c.headAt(c.Ratio.Low)) + ", " + s.Number(c.headAt(c.Ratio.High)) + "]"
}

// scaling lists the speedups that have no line of their own: "Serve 1.93 → 1.92 at 2
// [1.88, 1.96]".
func (w wording) scaling() string {
	var parts []string
	for _, c := range w.Cases {
		if record.SpeedupAt(c.Unit) > 0 && (c.Verdict == NoChange || c.Verdict == Inconclusive) {
			part := strings.TrimSpace(w.bare(c) + " " + c.scales() + " " + c.scalesWithin())
			if c.Verdict == NoChange && c.Reason != "" {
				part += " (" + c.Reason + ")"
			}
			parts = append(parts, part)
		}
	}
	return words.ShortList(parts, 6)
}

// bare is the benchmark of a speedup for people.
func (w wording) bare(c Case) string {
	c.Name = c.bareName()
	return w.name(c)
}
