package gate

import (
	"fmt"
	"math"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// Report is the judgement as of now, as if the run ended here. It changes nothing
// in the judge and may be asked for at any time; a run that stops because of what
// it says would spend error budget that nobody counted.
func (j *Judge) Report() *Report {
	r := &Report{Interleaved: true, Paired: true, Limit: j.options.Slowdown, Alpha: j.options.Alpha, Confidence: 1 - 2*missLevel,
		Blocks: j.blocks, SeedPairs: len(j.pairs)}
	for _, s := range j.subjects {
		cells := s.clone().cells(j)
		switch s.declared.Role {
		case record.Judged:
			r.Cells = append(r.Cells, cells...)
		default:
			r.Controls = append(r.Controls, cells[0])
		}
	}
	r.Usual = j.usual()
	j.hold(r)
	j.options.Rules.apply(r)
	r.sort()
	if len(r.Cells) == r.Count(New)+r.Count(Missing) {
		r.NotComparable = "no benchmark is in both builds"
	}
	return r
}

// hold applies what the controls and the machine say to the verdicts on time.
func (j *Judge) hold(r *Report) {
	canaries, seen, misread := 0, 0, 0
	for i, c := range r.Controls {
		switch {
		case c.Verdict == Failed:
			r.Void = fmt.Sprintf("the control %s failed: %s", c.Name, c.Reason)
		case !c.Canary && (c.Verdict == Regressed || c.Verdict == Improved):
			r.Void = fmt.Sprintf("the control %s compares base with itself and reads %s", c.Name, words.Change(c.Ratio.Value))
		case c.Canary:
			canaries++
			switch c.Verdict {
			case Regressed:
				seen++
			case NoChange, Improved:
				misread++
			}
			r.Controls[i].Reason = ""
		}
	}
	if canaries > 0 && 2*misread > canaries {
		r.Void = fmt.Sprintf("%d of %d canaries, which are slowed down on purpose, were measured as not slower", misread, canaries)
	}
	if r.Busy = busyHost(j.hosts); r.Busy != "" {
		// A proof is one on a busy host, too: its test is exact. That nothing changed is not
		// said there.
		r.holdTime(reasonBusy, NoChange, Inconclusive)
		return
	}
	if canaries > 0 && 2*seen <= canaries {
		r.Blind = fmt.Sprintf("%d of %d canaries, which are slowed down on purpose, were seen; %s", seen, canaries, j.blindCure())
		r.holdTime(reasonBlind, NoChange)
	}
}

// blindCure says what lets a run see its canaries.
func (j *Judge) blindCure() string {
	part := 0.0
	for _, s := range j.subjects {
		if s.declared.Role == record.Canary {
			part = math.Max(part, s.slowPart)
		}
	}
	if part == 0 { // before the screen
		part = 1
	}
	if least := j.leastBlocks(part); j.blocks < least {
		return fmt.Sprintf("%s measured, %d or more are needed: a larger -budget", words.Plural(j.blocks, "block was", "blocks were"), least)
	}
	return "a larger -budget or a quieter machine may show them"
}

// Reasons that hold for the whole run, so that a line for each result says nothing.
const (
	reasonBusy  = "host busy"
	reasonBlind = "the run was blind"
)

// holdTime makes the verdicts on time inconclusive that are one of those given.
func (r *Report) holdTime(reason string, verdicts ...Verdict) {
	for i := range r.Cells {
		if c := &r.Cells[i]; !c.Exact && slices.Contains(verdicts, c.Verdict) {
			c.Verdict, c.Reason, c.Detectable, c.More = Inconclusive, reason, 0, 0
		}
	}
}

// clone is a copy whose questions may be answered without changing s.
func (s *subject) clone() *subject {
	c := *s
	c.tails, c.unitTests = slices.Clone(s.tails), slices.Clone(s.unitTests)
	return &c
}

// cells are the judgements of one subject at the end of the run: time first.
func (s *subject) cells(j *Judge) []Cell {
	c := Cell{Pkg: s.declared.Pkg, Name: s.declared.Name, Unit: record.UnitTime, Limit: math.Expm1(s.slowdown), Canary: s.declared.Role == record.Canary}
	s.fill(&c)
	switch {
	case s.failure != "":
		c.Verdict, c.Reason = Failed, s.failure
		return []Cell{c}
	case !s.declared.InBase:
		c.Verdict = New
		return []Cell{c}
	case !s.declared.InHead:
		c.Verdict = Missing
		return []Cell{c}
	case len(s.pairs) == 0 && j.blocks > 0:
		c.Verdict, c.Reason = Failed, "was to be measured and has no usable number"
		return []Cell{c}
	case len(s.pairs) == 0:
		c.Verdict, c.Reason = Inconclusive, "not measured"
		return []Cell{c}
	}
	s.judgeTime(j, &c)
	cells := append([]Cell{c}, s.tailCells(j, c)...)
	return append(cells, s.unitCells(j)...)
}

// fill gives a cell its medians, in seconds.
func (s *subject) fill(c *Cell) {
	var base, head []float64
	for _, p := range s.pairs {
		base, head = append(base, estimate.Median(p.Base)), append(head, estimate.Median(p.Head))
	}
	if len(base) > 0 {
		c.Base, c.Head = estimate.Median(base)/1e9, estimate.Median(head)/1e9
	}
}

// judgeTime gives the verdict on time.
func (s *subject) judgeTime(j *Judge, c *Cell) {
	if s.time == open && s.slowPart > 0 && len(s.fresh()) > 0 {
		if s.test(j, finalShare); s.time == open {
			s.pass(j)
		}
	}
	s.estimate(j, c)
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
		case !j.screened:
			c.Reason = fmt.Sprintf("%s measured, %d are needed, and %d or more to show a slowdown: a larger -budget",
				words.Plural(len(s.pairs), "block was", "blocks were"), screenBlocks, j.leastBlocks(1))
		case s.disputed(j):
			c.Reason = "its fastest chunks and its typical ones disagree about a slowdown"
		case c.Ratio.N > 0 && math.Log(c.Ratio.High) < s.slowdown:
			// Shown not to be slower; it looked faster, which the time did not suffice to show.
			c.Verdict = NoChange
		}
	}
	slower := c.Verdict == Regressed || c.Verdict == Inconclusive && math.Log(c.Ratio.Value) >= s.slowdown/2
	if slower && s.declared.Role == record.Judged && fewPairsCarry(s.values(), s.seedPairs, s.tolerant) {
		c.Verdict, c.Reason = LayoutSensitive, "few orders of functions in the binary carry it"
	}
	switch p := s.power(j); {
	case c.Verdict == NoChange:
		c.Detectable = c.Limit
	case c.Verdict == Inconclusive:
		if !math.IsInf(p.detectable, 0) {
			c.Detectable = math.Expm1(p.detectable)
		}
		if p.more <= 100 {
			c.More = math.Max(p.more, 1.5)
		}
	}
}

// estimate gives a cell its ratio and interval.
func (s *subject) estimate(j *Judge, c *Cell) {
	c.Ratio = j.ranks.Interval(s.values(), 2*missLevel).Ratio(len(s.values()))
	c.Layout = estimate.BetweenSD(s.values(), s.seedPairs)
}

// tailCells are the tails shown slower; time that regressed says it already.
func (s *subject) tailCells(j *Judge, time Cell) []Cell {
	if len(s.pairs) > s.screening {
		s.lookAtTails(j)
	}
	var cells []Cell
	for _, t := range s.tails {
		if t.state != regressed || time.Verdict == Regressed {
			continue
		}
		both := compareTails(s.pairs, t.quantile)
		c := Cell{Pkg: time.Pkg, Name: time.Name, Unit: t.unit, Verdict: Regressed, Limit: math.Expm1(t.limit)}
		c.Base, c.Head = time.Base*both.base, time.Base*both.head
		c.Ratio = estimate.Estimate{Value: both.head / both.base}
		cells = append(cells, c)
	}
	return cells
}

// unitCells judge the units beside time.
func (s *subject) unitCells(j *Judge) []Cell {
	if len(s.pairs) > s.screening && j.screened {
		s.lookAtUnits(j)
	}
	var cells []Cell
	for _, unit := range s.units() {
		direction := better(unit, j.options.Rules)
		if direction == 0 {
			continue
		}
		u := s.unitValues(unit, direction)
		if len(u.base) == 0 {
			continue
		}
		c := Cell{Pkg: s.declared.Pkg, Name: s.declared.Name, Unit: unit, Higher: direction > 0,
			Base: estimate.Median(u.base), Head: estimate.Median(u.head), Limit: s.unitLimit(unit, j.options)}
		if u.exact() {
			limit, ruled := j.options.Rules.limit(s.declared.Subject, unit)
			if !ruled && unit == "B/op" {
				limit = j.options.Tolerance
			}
			c.Limit = limit
			c.compareExactly(limit)
		} else {
			s.judgeUnit(j, u, unit, direction, &c)
		}
		cells = append(cells, c)
	}
	return cells
}

// judgeUnit gives the verdict on a unit that varies.
func (s *subject) judgeUnit(j *Judge, u unitValues, unit string, direction int, c *Cell) {
	worse := j.ranks.Interval(u.worse, 2*missLevel)
	if direction > 0 {
		c.Ratio = worse.Negated().Ratio(len(u.worse))
	} else {
		c.Ratio = worse.Ratio(len(u.worse))
	}
	c.Verdict = Inconclusive
	for _, t := range s.unitTests {
		if t.unit == unit && t.state == regressed {
			c.Verdict = Regressed
			return
		}
	}
	if worse.High < math.Log1p(c.Limit) {
		c.Verdict = NoChange
		return
	}
	c.Reason = choose(c.Ratio.N > 0, "varies too much to tell", "varies, and has too few blocks to tell")
}
