package gate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// A low quantile cannot see a slower tail, so the 90th and 99th percentile of the
// chunks are looked at for themselves. The estimate is the ratio of the quantiles of
// all chunks, each divided by the median of its block; the test counts, block by
// block, the chunks beyond the common quantile of both builds: without a change
// either build is as likely to have more of them.
var tailQuantiles = []struct {
	quantile float64
	unit     string
}{{0.90, "p90 sec/op"}, {0.99, "p99 sec/op"}}

// extraBlocks is how many fresh blocks a suspect tail or unit gets before its one test.
const extraBlocks = 32

// suspicion is the p-value below which a tail or an improvement gets fresh blocks.
const suspicion = 0.05

// A tailTest is a tail that looked slower on the screen.
type tailTest struct {
	quantile float64
	unit     string
	limit    float64   // ln(1 + slowdown of interest)
	state    timeState // open, regressed or passed (not shown)
}

// suspectTails notes the tails that the screen found suspect and counts them.
func (s *subject) suspectTails(j *Judge) int {
	if s.declared.Role != record.Judged || s.screening < leastScreened {
		return 0
	}
	for _, q := range tailQuantiles {
		limit := s.tailLimit(q.unit, j.options)
		if c := compareTails(s.pairs[:s.screening], q.quantile); c.p < suspicion && c.ratio() >= limit/2 {
			s.tails = append(s.tails, tailTest{quantile: q.quantile, unit: q.unit, limit: limit})
		}
	}
	return len(s.tails)
}

// tailLimit is ln(1 + slowdown of interest) of a tail.
func (s *subject) tailLimit(unit string, o Options) float64 {
	if limit, ok := o.Rules.limit(s.declared.Subject, unit); ok {
		return math.Log1p(limit)
	}
	return math.Log1p(o.Tail)
}

// lookAtTails tests the suspect tails on the fresh blocks.
func (s *subject) lookAtTails(j *Judge) {
	fresh := s.pairs[s.screening:]
	for i := range s.tails {
		t := &s.tails[i]
		if t.state != open || len(fresh) == 0 {
			continue
		}
		t.state = passed
		c := compareTails(fresh, t.quantile)
		if c.ratio() >= t.limit && c.p <= tailShare*j.options.Alpha/float64(j.tails) {
			t.state = regressed
		}
	}
}

// A tailComparison is a quantile of the chunks of both builds.
type tailComparison struct {
	base, head float64 // the quantiles, in medians of their block
	p          float64 // exact, one-sided, of the sign-flip test that head has more chunks beyond the quantile of both together
}

// ratio is ln(head/base).
func (c tailComparison) ratio() float64 { return math.Log(c.head / c.base) }

func compareTails(pairs []record.Pair, quantile float64) tailComparison {
	scaled := make([]record.Pair, len(pairs)) // in medians of their block
	var base, head []float64
	for i, p := range pairs {
		by := estimate.Median(slices.Concat(p.Base, p.Head))
		for _, v := range p.Base {
			scaled[i].Base = append(scaled[i].Base, v/by)
		}
		for _, v := range p.Head {
			scaled[i].Head = append(scaled[i].Head, v/by)
		}
		base, head = append(base, scaled[i].Base...), append(head, scaled[i].Head...)
	}
	at := func(values []float64) float64 {
		return stat.Quantile(quantile, stat.LinInterp, slices.Sorted(slices.Values(values)), nil)
	}
	limit := at(slices.Concat(base, head))
	beyond := func(values []float64) (n int) {
		for _, v := range values {
			if v > limit {
				n++
			}
		}
		return n
	}
	more := make([]int, len(scaled))
	for i, p := range scaled {
		more[i] = beyond(p.Head) - beyond(p.Base)
	}
	return tailComparison{at(base), at(head), estimate.SignFlip(more)}
}
