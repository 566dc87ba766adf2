package gate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// timeState is how far the question of time is.
type timeState int

const (
	open      timeState = iota
	passed              // shown not to be slower by the slowdown of interest
	regressed           // shown slower
	improved            // shown faster
	exhausted           // had all looks
)

// A subject is what the judge knows of one benchmark. Log ratios are ln(head/base).
type subject struct {
	declared record.Declared
	slowdown float64 // ln(1 + slowdown of interest)
	tolerant float64 // ln(1 + tolerance)

	failure   string
	pairs     []record.Pair
	seedPairs []int                          // parallel to pairs
	ratios    [estimate.Estimators][]float64 // by estimator, parallel to pairs
	chosen    int                            // estimator
	screening int                            // how many of the pairs were of the first phase

	time               timeState
	slowPart, fastPart float64 // parts of the budgets of the two directions; 0 before the screen
	tails              []tailTest
	unitTests          []unitTest
}

func newSubject(d record.Declared, o Options) *subject {
	s := &subject{declared: d, slowdown: math.Log1p(o.Slowdown), tolerant: math.Log1p(o.Tolerance)}
	if limit, ok := o.Rules.limit(d.Subject, record.UnitTime); ok && d.Role == record.Judged {
		s.slowdown = math.Log1p(limit)
		s.tolerant = math.Min(s.tolerant, s.slowdown/2)
	}
	return s
}

// add takes the subject's part of a block.
func (s *subject) add(p record.Pair, seedPair int) {
	if s.failure == "" {
		s.failure = failureOf(p)
	}
	if s.failure != "" || !usable(p) {
		return
	}
	s.pairs = append(s.pairs, p)
	s.seedPairs = append(s.seedPairs, seedPair)
	for e, r := range estimate.BlockRatios(p.Base, p.Head) {
		s.ratios[e] = append(s.ratios[e], r)
	}
}

func failureOf(p record.Pair) string {
	switch {
	case p.BaseError != "" && p.HeadError == p.BaseError:
		return "in both builds: " + p.BaseError
	case p.BaseError != "" && p.HeadError != "":
		return "in base: " + p.BaseError + "; in head: " + p.HeadError
	case p.BaseError != "":
		return "in base: " + p.BaseError
	case p.HeadError != "":
		return "in head: " + p.HeadError
	}
	return ""
}

// usable reports whether a pair has numbers that have ratios.
func usable(p record.Pair) bool {
	if len(p.Base) == 0 || len(p.Base) != len(p.Head) {
		return false
	}
	bad := func(v float64) bool { return !(v > 0) || math.IsInf(v, 0) }
	return !slices.ContainsFunc(p.Base, bad) && !slices.ContainsFunc(p.Head, bad)
}

// wanted reports whether the subject needs another block.
func (s *subject) wanted(screened bool) bool {
	if s.failure != "" || !s.declared.InBase || !s.declared.InHead {
		return false
	}
	return !screened || s.time == open || s.undecidedExtras()
}

// values are the log ratios of the chosen estimator, of all blocks.
func (s *subject) values() []float64 { return s.ratios[s.chosen] }

// fresh are those that the screen has not seen.
func (s *subject) fresh() []float64 { return s.values()[s.screening:] }

// leastScreened is how few blocks a subject can be screened with.
const leastScreened = 8

// screen chooses the estimator and settles the subject if its interval lets it. Of
// the estimators that show a slowdown the most precise is taken, of all when none
// does: what the typical chunks show and the fastest do not, or the other way round,
// goes on to the tests, which see fresh blocks only.
func (s *subject) screen(j *Judge) {
	s.screening = len(s.pairs)
	if s.screening < leastScreened {
		return
	}
	best, bestSlower := math.Inf(1), false
	for e, ratios := range s.ratios {
		precision, slower := j.ranks.StandardError(ratios), j.ranks.Interval(ratios, 2*missLevel).Low > 0
		if slower && !bestSlower || slower == bestSlower && precision < best {
			s.chosen, best, bestSlower = e, precision, slower
		}
	}
	s.pass(j)
}

// pass settles the subject when it is shown not to be slower by the slowdown of
// interest, unless it looks improved: that is worth fresh blocks.
func (s *subject) pass(j *Judge) {
	mid := estimate.Centre(s.values())
	looksFaster := mid <= -s.slowdown/2 && j.ranks.Above(estimate.Negated(s.values()), 0) <= suspicion
	if !looksFaster && s.notSlower(j) {
		s.time = passed
	}
}

// notSlower reports whether the subject is shown not to be slower by the slowdown of
// interest: the chosen estimator says so, and no other one disputes it.
func (s *subject) notSlower(j *Judge) bool {
	return j.ranks.Interval(s.values(), 2*missLevel).High < s.slowdown && !s.disputed(j)
}

// disputed reports whether another estimator shows a slowdown that the interval of the
// chosen one excludes. The choice is made by precision on the screen, and the fastest
// chunks of a benchmark with two speeds can be precise there and a matter of luck
// later; and the narrowest of three intervals excludes the truth more often than one.
func (s *subject) disputed(j *Judge) bool {
	chosen := j.ranks.Interval(s.values(), 2*missLevel)
	return slices.ContainsFunc(s.ratios[:], func(ratios []float64) bool {
		other := j.ranks.Interval(ratios, 2*missLevel)
		return other.Low > 0 && other.Mid > chosen.High
	})
}

// evidence is the log likelihood ratio of the screen for a change by the slowdown
// of interest, up (+1) or down (-1), against none, as if the log ratios were normal.
func (s *subject) evidence(j *Judge, direction float64) float64 {
	if s.screening < leastScreened {
		return 0
	}
	values := s.values()[:s.screening]
	mid := direction * estimate.Centre(values)
	se := math.Max(j.ranks.StandardError(values), 1e-9)
	d := math.Min(s.slowdown, math.Max(mid, s.slowdown/2))
	return (mid*d - d*d/2) / (se * se)
}

// look tests the fresh blocks when their number is one of the looks.
func (s *subject) look(j *Judge) {
	s.lookAtExtras(j)
	n := len(s.fresh())
	if s.time != open || s.failure != "" || !slices.Contains(looks, n) {
		return
	}
	if s.test(j, lookShare); s.time != open {
		return
	}
	if s.pass(j); s.time == open && n == looks[len(looks)-1] {
		s.time = exhausted
	}
}

// test asks the fresh blocks for a change in either direction, at the given share of
// the subject's budget.
func (s *subject) test(j *Judge, share float64) {
	fresh := s.fresh()
	mid := estimate.Centre(fresh)
	switch budget := timeShare * j.options.Alpha * share; {
	case mid >= s.slowdown/2 && j.ranks.Above(fresh, s.tolerant) <= budget*s.slowPart:
		s.time = regressed
	case mid <= -s.slowdown/2 && j.ranks.Above(estimate.Negated(fresh), s.tolerant) <= budget*s.fastPart:
		s.time = improved
	}
}

// A power is what a subject's data could have shown.
type power struct {
	detectable float64 // slowdown found with 95 % probability, as a log ratio; +Inf when none is
	more       float64 // how many times the blocks would find the slowdown of interest; +Inf when none would
}

// power computes what the last look could have shown: the normal approximation of
// the signed-rank test, n >= ((z_level + z_0.95)·1.023·σ/(δ-τ))².
func (s *subject) power(j *Judge) power {
	level := timeShare * j.options.Alpha * finalShare * s.slowPart
	n := len(s.fresh())
	v := j.ranks.Interval(s.values(), 2*missLevel)
	if level == 0 || !v.Bounded() {
		return power{math.Inf(1), math.Inf(1)}
	}
	z := distuv.UnitNormal.Quantile(1-level) + distuv.UnitNormal.Quantile(0.95)
	all := len(s.values())
	// The half width of the interval is 2.576 standard errors of the centre.
	sigma := (v.High - v.Low) / 2 / distuv.UnitNormal.Quantile(1-missLevel) * math.Sqrt(float64(all))
	atLeast := math.Log2(1 / level) // fewer values than this cannot reach the level
	need := math.Max(atLeast, math.Pow(z*sigma/(s.slowdown-s.tolerant), 2))
	p := power{detectable: math.Inf(1), more: (need + float64(s.screening)) / float64(all)}
	if float64(n) >= atLeast {
		p.detectable = math.Max(s.slowdown/2, s.tolerant+z*sigma/math.Sqrt(float64(n)))
	}
	return p
}
