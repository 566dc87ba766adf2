package gate

import (
	"math"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// extraBlocks is how many fresh blocks a suspect tail or unit gets before its one test.
const extraBlocks = 32

// suspectExtras notes the tails and the units that looked worse on the screen.
func (s *subject) suspectExtras() {
	if s.Role != record.Judged || s.screening < leastScreened {
		return
	}
	for _, q := range tailQuantiles {
		if s.untimed() {
			break
		}
		limit := math.Log1p(s.limit(s.Point(), q.unit, s.Tail))
		if c := compareTails(s.pairs[:s.screening], q.quantile); c.p < suspicion && c.ratio() >= limit/2 {
			s.tails = append(s.tails, suspect{unit: q.unit, quantile: q.quantile, limit: limit})
		}
	}
	for _, u := range s.unitsOf(s.pairs, s.screening) {
		limit := math.Log1p(s.unitLimit(s.Point(), u.Name))
		if incidental[u.Name] && s.ranks.Above(u.worse, 0) > suspicion {
			continue
		}
		if (incidental[u.Name] || !u.exact()) && estimate.Centre(u.worse) >= limit/2 {
			s.units = append(s.units, suspect{unit: u.Name, limit: limit})
		}
	}
	s.tailTests += len(s.tails)
	s.unitTests += len(s.units)
}

// lookAtExtras makes the one test of the suspects once they have their blocks.
func (s *subject) lookAtExtras() {
	if len(s.pairs)-s.screening >= extraBlocks {
		s.testTails()
		s.testUnits()
	}
}

// undecidedExtras reports whether a suspect waits for fresh blocks, or a unit that has to
// stand for the time is open.
func (s *subject) undecidedExtras() bool {
	waits := func(t suspect) bool { return t.state == open }
	if s.untimed() && len(s.pairs) < screenBlocks+looks[len(looks)-1] &&
		slices.ContainsFunc(s.clone().unitCases(), func(c Case) bool { return c.Verdict == Inconclusive }) {
		return true
	}
	return s.time != regressed && slices.ContainsFunc(s.tails, waits) || // a slower tail would say nothing new
		slices.ContainsFunc(s.units, waits)
}

func (s *subject) testTails() {
	fresh := s.pairs[s.screening:]
	for i := range s.tails {
		t := &s.tails[i]
		if t.state != open || len(fresh) == 0 {
			continue
		}
		t.state = passed
		if c := compareTails(fresh, t.quantile); c.ratio() >= t.limit && c.p <= tailShare*s.Alpha/float64(s.tailTests) {
			t.state = regressed
		}
	}
}

func (s *subject) testUnits() {
	for i := range s.units {
		t := &s.units[i]
		u := s.unitOf(s.pairs, s.screening, t.unit)
		fresh := u.worse[u.screening:]
		if t.state != open || len(fresh) == 0 {
			continue
		}
		t.state = passed
		level := unitsShare * s.Alpha / float64(s.unitTests)
		if estimate.Centre(u.more[u.screening:]) > u.rounding() && estimate.Centre(fresh) >= t.limit/2 && s.ranks.Above(fresh, math.Min(s.tolerant, t.limit/2)) <= level {
			t.state = regressed
		}
	}
}
