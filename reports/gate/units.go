package gate

import (
	"math"
	"slices"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// better is -1 for units in which lower is better, +1 for those in which higher is,
// 0 for those nobody told us about. Throughput that testing derives from time is
// left out: it says the same again.
func better(unit string, rules *Rules) int {
	if d := rules.better(unit); d != 0 {
		return d
	}
	switch {
	case unit == "MB/s" || unit == "B/s":
		return 0
	case strings.HasSuffix(unit, "/s"):
		return +1
	}
	return directions[unit]
}

// A unitTest is a unit beside time that varies between blocks and looked worse on
// the screen.
type unitTest struct {
	unit  string
	state timeState // open, regressed or passed (not shown)
}

// unitValues are a subject's blocks in a unit beside time.
type unitValues struct {
	base, head []float64
	worse      []float64 // by block: log ratio, positive where head is worse
	screening  int       // how many of them were of the first phase
}

func (s *subject) unitValues(unit string, direction int) unitValues {
	var u unitValues
	for i, p := range s.pairs {
		v, ok := p.Extra[unit]
		if !ok || math.IsNaN(v[0]+v[1]) || math.IsInf(v[0]+v[1], 0) {
			continue
		}
		u.base, u.head = append(u.base, v[0]), append(u.head, v[1])
		if i < s.screening {
			u.screening++
		}
	}
	lowest := 1.0
	if len(u.base) > 0 {
		lowest = min(slices.Min(u.base), slices.Min(u.head))
	}
	for i := range u.base {
		b, h := u.base[i], u.head[i]
		if lowest <= 0 { // counts that may be zero have no ratio; one more than they have
			b, h = b-min(lowest, 0)+1, h-min(lowest, 0)+1
		}
		u.worse = append(u.worse, -float64(direction)*math.Log(h/b))
	}
	return u
}

// leastExact is the number of blocks without which a unit does not count as free of
// noise: one or two may agree by chance.
const leastExact = 3

// exact reports whether neither build varies.
func (u unitValues) exact() bool {
	return len(u.base) >= leastExact && oneValue(u.base) && oneValue(u.head)
}

// units are the subject's units beside time, sorted.
func (s *subject) units() []string {
	seen := map[string]bool{}
	for _, p := range s.pairs {
		for unit := range p.Extra {
			seen[unit] = true
		}
	}
	return sortedKeys(seen)
}

func (s *subject) unitLimit(unit string, o Options) float64 {
	if limit, ok := o.Rules.limit(s.declared.Subject, unit); ok {
		return limit
	}
	return o.Slowdown
}

// suspectUnits notes the units that vary and looked worse on the screen, and counts
// them.
func (s *subject) suspectUnits(j *Judge) int {
	if s.declared.Role != record.Judged || s.screening < leastScreened {
		return 0
	}
	for _, unit := range s.units() {
		direction := better(unit, j.options.Rules)
		if direction == 0 {
			continue
		}
		u := s.unitValues(unit, direction)
		if !u.exact() && estimate.Centre(u.worse) >= math.Log1p(s.unitLimit(unit, j.options))/2 {
			s.unitTests = append(s.unitTests, unitTest{unit: unit})
		}
	}
	return len(s.unitTests)
}

// lookAtUnits tests the suspect units on the fresh blocks.
func (s *subject) lookAtUnits(j *Judge) {
	for i := range s.unitTests {
		t := &s.unitTests[i]
		u := s.unitValues(t.unit, better(t.unit, j.options.Rules))
		fresh := u.worse[u.screening:]
		if t.state != open || len(fresh) == 0 {
			continue
		}
		t.state = passed
		limit := math.Log1p(s.unitLimit(t.unit, j.options))
		level := unitsShare * j.options.Alpha / float64(j.units)
		if estimate.Centre(fresh) >= limit/2 && j.ranks.Above(fresh, math.Min(s.tolerant, limit/2)) <= level {
			t.state = regressed
		}
	}
}

// undecidedExtras reports whether a suspect tail or unit waits for fresh blocks.
func (s *subject) undecidedExtras() bool {
	waits := s.time != regressed // a slower tail would say nothing new
	return waits && slices.ContainsFunc(s.tails, func(t tailTest) bool { return t.state == open }) ||
		slices.ContainsFunc(s.unitTests, func(t unitTest) bool { return t.state == open })
}

// lookAtExtras makes the one test of the suspect tails and units once they have
// their blocks.
func (s *subject) lookAtExtras(j *Judge) {
	if len(s.pairs)-s.screening >= extraBlocks {
		s.lookAtTails(j)
		s.lookAtUnits(j)
	}
}
