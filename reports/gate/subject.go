package gate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// state is how far a question is.
type state int

const (
	open      state = iota
	passed          // shown not to be slower by the slowdown of interest; of a suspect: not shown
	regressed       // shown slower
	improved        // shown faster
	exhausted       // had all looks
)

// What all subjects of a judge share.
type shared struct {
	Options
	blocks    int  // judged
	screened  bool // the first phase is over
	ranks     estimate.SignedRank
	tailTests int // of suspect tails
	unitTests int // of suspect units, and of speedups that may have fallen

	scalingGains int // tests of speedups that may have risen
}

// interval is the one that is shown.
func (j *shared) interval(values []float64) estimate.Interval {
	return j.ranks.Interval(values, 2*missLevel)
}

// leastBlocks is how many blocks must be measured before a slowdown can be shown to
// a subject with this part of the budget: n fresh values have a p-value of 2^-n at
// best.
func (j *shared) leastBlocks(part float64) int {
	return screenBlocks + int(math.Ceil(-math.Log2(timeShare*j.Alpha*finalShare*part)))
}

// A subject is what the judge knows of one benchmark. Log ratios are ln(head/base).
type subject struct {
	*shared
	record.Promise
	slowdown float64 // ln(1 + slowdown of interest)
	tolerant float64 // ln(1 + tolerance)

	failure   string
	timed     [2]bool // whether base and head have times, as the first pair says
	pairs     []pair
	links     []int                          // parallel to pairs; -1 when not known
	ratios    [estimate.Estimators][]float64 // by estimator, parallel to pairs; empty unless both builds have times
	chosen    int                            // estimator
	screening int                            // how many of the pairs were of the first phase

	time               state
	slowPart, fastPart float64 // parts of the budgets of the two directions; 0 before the screen
	tails, units       []suspect

	last    int      // block of the last of the pairs
	scaling *scaling // nil where there is none
}

// A suspect is a tail, or a unit beside time that varies, which looked worse on the
// screen. It has one test, on fresh blocks.
type suspect struct {
	unit     string
	quantile float64 // of a tail
	limit    float64 // ln(1 + slowdown of interest)
	state    state   // open, regressed or passed
}

func newSubject(p record.Promise, j *shared) *subject {
	s := &subject{shared: j, Promise: p, slowdown: math.Log1p(j.Slowdown), tolerant: math.Log1p(j.Tolerance)}
	if limit, ok := j.Rules.limit(p.Point(), record.UnitTime); ok && p.Role == record.Judged {
		s.slowdown = math.Log1p(limit)
		s.tolerant = math.Min(s.tolerant, s.slowdown/2)
	}
	if p.Unchanged != "" {
		s.time = passed // the budget is for the others
	}
	return s
}

// add takes the subject's part of a block.
func (s *subject) add(p *pair, links int) {
	if s.failure == "" {
		s.failure = p.failed()
	}
	if s.failure != "" || !p.usable() {
		return
	}
	switch timed := p.timed(); {
	case len(s.pairs) == 0:
		s.timed = timed
	case timed != s.timed:
		s.failure = "reports a time in some blocks and none in others"
		return
	}
	s.pairs, s.last = append(s.pairs, *p), s.blocks
	s.links = append(s.links, links)
	if s.untimed() {
		s.time = passed // the units decide, see extras.go
		return
	}
	for e, r := range estimate.BlockRatios(p.base.turns, p.head.turns) {
		s.ratios[e] = append(s.ratios[e], r)
	}
}

// untimed reports whether there is no time to compare: a build that was measured has none.
func (s *subject) untimed() bool { return len(s.pairs) > 0 && s.timed != [2]bool{true, true} }

// values are the log ratios of the chosen estimator, of all blocks.
func (s *subject) values() []float64 { return s.ratios[s.chosen] }

// fresh are those that the screen has not seen.
func (s *subject) fresh() []float64 { return s.values()[s.screening:] }

// leastScreened is how few blocks a subject can be screened with.
const leastScreened = 8

// screen chooses the estimator and settles the subject if its interval lets it. Of
// the estimators that show a slowdown the most precise is taken, of all when none
// does: what the typical turns show and the fastest do not, or the other way round,
// goes on to the tests, which see fresh blocks only.
func (s *subject) screen() {
	s.screening = len(s.pairs)
	if s.screening < leastScreened || s.untimed() {
		return
	}
	s.chosen = s.choose(s.ratios[:])
	s.pass()
}

// choose is the estimator for log ratios of the screen, by estimator: of those that show
// head worse the most precise, of all when none does.
func (j *shared) choose(estimators [][]float64) (chosen int) {
	best, bestSlower := math.Inf(1), false
	for e, ratios := range estimators {
		precision, slower := j.ranks.StandardError(ratios), j.interval(ratios).Low > 0
		if slower && !bestSlower || slower == bestSlower && precision < best {
			chosen, best, bestSlower = e, precision, slower
		}
	}
	return chosen
}

// suspicion is the p-value below which a tail or an improvement gets fresh blocks.
const suspicion = 0.05

// pass settles the subject when it is shown not to be slower by the slowdown of
// interest, unless it looks improved: that is worth fresh blocks. The chosen estimator
// has to show it, and no other one to dispute it.
func (s *subject) pass() {
	if s.Role == record.Canary {
		return // it is slower by that much: it is looked at until it is seen, or the time is over
	}
	mid := estimate.Centre(s.values())
	looksFaster := mid <= -s.slowdown/2 && s.ranks.Above(estimate.Negated(s.values()), 0) <= suspicion
	if !looksFaster && s.interval(s.values()).High < s.slowdown && !s.disputed() {
		s.time = passed
	}
}

// disputed reports whether another estimator shows a slowdown that the interval of the
// chosen one excludes. The choice is made by precision on the screen, and the fastest
// turns of a benchmark with two speeds can be precise there and a matter of luck
// later; and the narrowest of three intervals excludes the truth more often than one.
func (s *subject) disputed() bool {
	chosen := s.interval(s.values())
	return slices.ContainsFunc(s.ratios[:], func(ratios []float64) bool {
		other := s.interval(ratios)
		return other.Low > 0 && other.Mid > chosen.High
	})
}

// evidence is the log likelihood ratio of the screen for a change by the slowdown
// of interest, up (+1) or down (-1), against none, as if the log ratios were normal.
func (s *subject) evidence(direction float64) float64 {
	if s.screening < leastScreened {
		return 0
	}
	values := s.values()[:s.screening]
	mid := direction * estimate.Centre(values)
	se := math.Max(s.ranks.StandardError(values), 1e-9)
	d := math.Min(s.slowdown, math.Max(mid, s.slowdown/2))
	return (mid*d - d*d/2) / (se * se)
}

// look tests the fresh blocks when their number is one of the looks.
func (s *subject) look() {
	if s.time != open || s.failure != "" {
		return
	}
	n := len(s.fresh())
	if !slices.Contains(looks, n) {
		return
	}
	if s.test(lookShare); s.time != open {
		return
	}
	if s.pass(); s.time == open && n == looks[len(looks)-1] {
		s.time = exhausted
	}
}

// test asks the fresh blocks for a change in either direction, at the given share of
// the subject's budget.
func (s *subject) test(share float64) {
	fresh := s.fresh()
	mid := estimate.Centre(fresh)
	switch budget := timeShare * s.Alpha * share; {
	case mid >= s.slowdown/2 && s.ranks.Above(fresh, s.tolerant) <= budget*s.slowPart:
		s.time = regressed
	case mid <= -s.slowdown/2 && s.ranks.Above(estimate.Negated(fresh), s.tolerant) <= budget*s.fastPart:
		s.time = improved
	}
}

// waits reports whether the time of a subject that can be compared is not settled.
func (s *subject) waits() bool {
	return s.failure == "" && s.InBase && s.InHead && s.time == open
}

// looksBiased reports whether a control that compares base with itself may show that
// it is not the same to the method.
func (s *subject) looksBiased() bool {
	if s.untimed() {
		return false
	}
	values := s.values()
	mid := estimate.Centre(values)
	if mid < 0 {
		values = estimate.Negated(values)
	}
	return math.Abs(mid) >= s.slowdown/2 && s.ranks.Above(values, 0) <= suspicion
}

// power computes what the last look could have shown: the normal approximation of
// the signed-rank test, n >= ((z_level + z_0.95)·1.023·σ/(δ-τ))². detectable is the
// slowdown found with 95 % probability, as a log ratio, and more how many times the
// blocks would find the slowdown of interest; each is +Inf when none is or would.
func (s *subject) power() (detectable, more float64) {
	level := timeShare * s.Alpha * finalShare * s.slowPart
	v := s.interval(s.values())
	if level == 0 || !v.Bounded() {
		return math.Inf(1), math.Inf(1)
	}
	z := distuv.UnitNormal.Quantile(1-level) + distuv.UnitNormal.Quantile(0.95)
	all, n := len(s.values()), len(s.fresh())
	// The half width of the interval is 2.576 standard errors of the centre.
	sigma := (v.High - v.Low) / 2 / distuv.UnitNormal.Quantile(1-missLevel) * math.Sqrt(float64(all))
	atLeast := math.Log2(1 / level) // fewer values than this cannot reach the level
	need := math.Max(atLeast, math.Pow(z*sigma/(s.slowdown-s.tolerant), 2))
	detectable = math.Inf(1)
	if float64(n) >= atLeast {
		detectable = math.Max(s.slowdown/2, s.tolerant+z*sigma/math.Sqrt(float64(n)))
	}
	return detectable, (need + float64(s.screening)) / float64(all)
}
