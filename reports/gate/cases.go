package gate

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// clone is a copy whose tests leave the subject as it is.
func (s *subject) clone() *subject {
	c := *s
	c.tails, c.units = slices.Clone(s.tails), slices.Clone(s.units)
	if s.scaling != nil {
		copied := *s.scaling
		c.scaling = &copied
	}
	return &c
}

// cases are the judgements of a subject if the run ended here: time first. The subject
// stays as it is.
func (s *subject) cases() []Case {
	s = s.clone()
	c := Case{Pkg: s.Pkg, Name: s.Name, Unit: record.UnitTime, Limit: math.Expm1(s.slowdown), Canary: s.Role == record.Canary}
	s.fill(&c)
	switch {
	case s.failure != "":
		c.Verdict, c.Reason = Failed, s.failure
	case s.Unchanged != "":
		c.Verdict, c.Reason = Unchanged, string(s.Unchanged)
	case !s.InBase:
		c.Verdict = New
	case !s.InHead:
		c.Verdict = Missing
	case len(s.pairs) == 0 && s.blocks > 0:
		c.Verdict, c.Reason = Failed, "was to be measured and has no usable number"
	case len(s.pairs) == 0:
		c.Verdict, c.Reason = Inconclusive, "not measured"
	case s.untimed():
		return slices.Concat(s.withoutTime(c), s.unitCases())
	default:
		s.judgeTime(&c)
		return slices.Concat([]Case{c}, s.tailCases(c), s.unitCases(), s.scalingCases())
	}
	return []Case{c}
}

// fill gives a case its medians, in seconds.
func (s *subject) fill(c *Case) {
	var base, head []float64
	for _, p := range s.pairs {
		if s.timed[0] {
			base = append(base, estimate.Median(p.base.turns))
		}
		if s.timed[1] {
			head = append(head, estimate.Median(p.head.turns))
		}
	}
	if len(base) > 0 {
		c.Base = estimate.Median(base) / 1e9
	}
	if len(head) > 0 {
		c.Head = estimate.Median(head) / 1e9
	}
}

// withoutTime is what is said of the time where a build reports none: it is missing or
// new. Where neither does, the other units are all there is to judge, if anybody judges
// them.
func (s *subject) withoutTime(c Case) []Case {
	switch {
	case s.timed[0]:
		c.Verdict, c.Reason = Missing, "head reports no time"
	case s.timed[1]:
		c.Verdict, c.Reason = New, "base reports no time"
	case slices.ContainsFunc(s.unitsOf(s.pairs, 0), func(u unitValues) bool { return !incidental[u.Name] }):
		return nil
	default:
		units := slices.DeleteFunc(slices.Sorted(maps.Keys(s.pairs[0].base.values)), func(u string) bool { return incidental[u] })
		if len(units) == 0 {
			units = []string{"UNIT"}
		}
		c.Verdict = Inconclusive
		c.Reason = "reports no time, and nobody says which way is better: a rule such as \"better * " + units[0] + " lower\""
	}
	return []Case{c}
}

// judgeTime gives the verdict on time.
func (s *subject) judgeTime(c *Case) {
	if s.time == open && s.slowPart > 0 && len(s.fresh()) > 0 {
		if s.test(finalShare); s.time == open {
			s.pass()
		}
	}
	c.Ratio = s.interval(s.values()).Ratio(len(s.values()))
	c.Layout = estimate.BetweenSD(s.values(), s.links)
	switch s.time {
	case regressed:
		c.Verdict = Regressed
	case improved:
		c.Verdict = Improved
	case passed:
		c.Verdict = NoChange
	default:
		c.Verdict = Inconclusive
		switch {
		case !s.screened:
			c.Reason = fmt.Sprintf("%s measured, %d are needed, and %d or more to show a slowdown: a larger -budget",
				words.Plural(len(s.pairs), "block was", "blocks were"), screenBlocks, s.leastBlocks(1))
		case s.disputed():
			c.Reason = "its fastest chunks and its typical ones disagree about a slowdown"
		case c.Ratio.N > 0 && math.Log(c.Ratio.High) < s.slowdown:
			// Shown not to be slower; it looked faster, which the time did not suffice to show.
			c.Verdict = NoChange
		}
	}
	slower := c.Verdict == Regressed || c.Verdict == Inconclusive && math.Log(c.Ratio.Value) >= s.slowdown/2
	if slower && s.Role == record.Judged && fewLinksCarry(s.values(), s.links, s.tolerant) {
		c.Verdict, c.Reason = LayoutSensitive, reasonLayout
	}
	switch detectable, more := s.power(); {
	case c.Verdict == NoChange:
		c.Detectable = c.Limit
	case c.Verdict == Inconclusive:
		if !math.IsInf(detectable, 0) {
			c.Detectable = math.Expm1(detectable)
		}
		if more <= 100 {
			c.More = math.Max(more, 1.5)
		}
	}
}

// tailCases are the tails shown slower; time that regressed says it already.
func (s *subject) tailCases(time Case) (cases []Case) {
	s.testTails()
	for _, t := range s.tails {
		if t.state != regressed || time.Verdict == Regressed {
			continue
		}
		both := compareTails(s.pairs, t.quantile)
		cases = append(cases, Case{Pkg: s.Pkg, Name: s.Name, Unit: t.unit, Verdict: Regressed, Limit: math.Expm1(t.limit),
			Base: time.Base * both.base, Head: time.Base * both.head, Ratio: estimate.Estimate{Value: both.head / both.base}})
	}
	return cases
}

// unitCases judge the units beside time.
func (s *subject) unitCases() (cases []Case) {
	s.testUnits()
	for _, u := range s.unitsOf(s.pairs, s.screening) {
		c := Case{Pkg: s.Pkg, Name: s.Name, Unit: u.Name, Higher: u.direction > 0, Base: estimate.Median(u.base), Head: estimate.Median(u.head)}
		if u.exact() && !incidental[u.Name] {
			otherwise := 0.0
			if u.Rough {
				otherwise = s.Tolerance
			}
			c.Limit = s.limit(s.Point(), u.Name, otherwise)
			c.compareExactly(c.Limit, u.rounding())
		} else {
			c.Limit = s.unitLimit(s.Point(), u.Name)
			s.judgeUnit(u, &c)
		}
		if incidental[u.Name] && c.Verdict != Regressed {
			continue
		}
		cases = append(cases, c)
	}
	return cases
}

// judgeUnit gives the verdict on a unit that varies.
func (s *subject) judgeUnit(u unitValues, c *Case) {
	worse := s.interval(u.worse)
	ratio := worse
	if c.Higher {
		ratio = worse.Negated()
	}
	c.Ratio, c.Shift = ratio.Ratio(len(u.worse)), u.shift
	shown := func(t suspect) bool { return t.unit == u.Name && t.state == regressed }
	switch {
	case slices.ContainsFunc(s.units, shown):
		c.Verdict = Regressed
	case worse.High < math.Log1p(c.Limit) || s.interval(u.more).High <= u.rounding():
		c.Verdict = NoChange
	case c.Ratio.N > 0:
		c.Verdict, c.Reason = Inconclusive, "varies too much to tell"
	default:
		c.Verdict, c.Reason = Inconclusive, "varies, and has too few blocks to tell"
	}
}
