package gate

import (
	"math"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// A Verdict is what the gate says of one case.
type Verdict int

// Verdicts, the ones that matter most first.
const (
	Failed          Verdict = iota // a build failed to run it
	Regressed                      // shown worse by more than the tolerance
	LayoutSensitive                // worse only with some orders of functions in the binary
	Inconclusive                   // could be either
	Accepted                       // regressed, as the repository's file allows
	Improved                       // shown better by more than the tolerance
	NoChange                       // shown not to be worse by the slowdown of interest
	New                            // only in head
	Missing                        // only in base
	Unchanged                      // not measured, since both builds do the same
)

// String is the verdict in words: "no change shown".
func (v Verdict) String() string { return phrases[v].name }

// A Case is one benchmark in one unit, judged.
type Case struct {
	Pkg        string // import path; "" when unknown
	Name       string // as testing prints it without "Benchmark"
	Was        string // its name in base, where that is another one
	Proposed   bool   // nobody said that the two are one: they look like it
	Unit       string // "sec/op", "allocs/op", …; "p90 sec/op" and "p99 sec/op" are the tail of the turns, and "speedup@2" is how many times as fast 2 CPUs are as one
	Verdict    Verdict
	Base, Head float64           // medians in Unit; 0 where the side has none. People see Base, and head as Base × Ratio
	Shift      float64           // what Base and Head had added when Ratio was made, since they may be 0; 0 where they may not
	Ratio      estimate.Estimate // head / base with the interval of level Report.Confidence; its N is the number of blocks, 0 when there is no interval
	Higher     bool              // higher values are better
	Exact      bool              // compared directly, without statistics
	Canary     bool              // a control with a planted slowdown; other controls compare base with itself
	Limit      float64           // slowdown of interest, as a fraction
	Detectable float64           // smallest slowdown, as a fraction, that this data would have shown with 95 % probability; 0 when unknown
	More       float64           // an inconclusive case needs about this many times the blocks; 0 when unknown or out of reach
	Layout     float64           // standard deviation of the log ratio over pairs of links of the same sources; 0 when not measured
	Reason     string            // why it failed, is inconclusive or accepted; empty when the interval says it
	Beside     string            // of a speedup that changed: what the time with one CPU did, and the efficiencies

	wasPkg string // its package in base, where that is another one
	apart  bool   // its two sides were not held against each other, for want of values or of equal work
}

// shown are the values for people. Head is base × ratio: that is what was measured and
// judged, turn by turn, while the medians of two builds say what the machine did, too.
func (c Case) shown() (base, head float64) {
	if c.Ratio.Value == 0 || c.Base == 0 && c.Shift == 0 {
		return c.Base, c.Head
	}
	return c.Base, c.headAt(c.Ratio.Value)
}

// headAt is what head is at a ratio.
func (c Case) headAt(ratio float64) float64 { return (c.Base+c.Shift)*ratio - c.Shift }

// Point is that of the benchmark, without a side.
func (c Case) Point() record.Point { return record.Promise{Pkg: c.Pkg, Name: c.Name}.Point() }

func oneValue(values []float64) bool {
	return len(values) > 0 && slices.Min(values) == slices.Max(values)
}

// verdictOf is the verdict for the first of what is so.
func verdictOf(worse, better, same bool) Verdict {
	switch {
	case worse:
		return Regressed
	case better:
		return Improved
	case same:
		return NoChange
	}
	return Inconclusive
}

// compareExactly judges a unit that has no noise: any difference beyond the limit, a
// fraction, is one that is more than rounding makes.
func (c *Case) compareExactly(limit, rounding float64) {
	worse, better := c.Head > c.Base*(1+limit), c.Head < c.Base
	if c.Higher {
		worse, better = c.Head < c.Base/(1+limit), c.Head > c.Base
	}
	if math.Abs(c.Head-c.Base) <= rounding {
		worse, better = false, false
	}
	c.Exact = true
	c.Verdict = verdictOf(worse, better, true)
	if c.Base > 0 && c.Head > 0 {
		c.Ratio = estimate.Exactly(c.Head/c.Base, estimate.MinBlocks)
	}
}
