package gate

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"poolbench/reports"
	"poolbench/reports/estimate"
)

// A Verdict is what the gate says of one subject and unit.
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
)

var verdictNames = [...]string{"failed", "regressed", "layout-sensitive", "inconclusive", "accepted", "improved", "no change shown", "new", "missing"}

// String is the verdict in words: "no change shown".
func (v Verdict) String() string {
	if v < 0 || int(v) >= len(verdictNames) {
		return fmt.Sprintf("verdict %d", int(v))
	}
	return verdictNames[v]
}

// A Cell is the judgement of one subject in one unit.
type Cell struct {
	Pkg        string // import path; "" when unknown
	Name       string // as testing prints it without "Benchmark"; for people see Report.Title
	Unit       string // "sec/op", "allocs/op", …; "p90 sec/op" and "p99 sec/op" are the tail of the chunks
	Verdict    Verdict
	Base, Head float64           // medians in Unit; 0 where the side has none
	Ratio      estimate.Estimate // head / base with the interval of level Report.Confidence; its N is the number of blocks, 0 when there is no interval
	Higher     bool              // higher values are better
	Exact      bool              // compared directly, without statistics
	Canary     bool              // a control with a planted slowdown; other controls compare base with itself
	Limit      float64           // slowdown of interest, as a fraction
	Detectable float64           // smallest slowdown, as a fraction, that this data would have shown with 95 % probability; 0 when unknown
	More       float64           // an inconclusive cell needs about this many times the blocks; 0 when unknown or out of reach
	Layout     float64           // standard deviation of the log ratio over pairs of links of the same sources; 0 when not measured
	Reason     string            // why it failed, is inconclusive or accepted; empty when the interval says it
}

// A Report is the judgement of a whole comparison.
type Report struct {
	Base, Head    string // what was compared: paths or revisions
	Interleaved   bool   // the builds were measured against each other, turn by turn; else two files were compared
	Paired        bool   // blocks were compared with themselves
	Limit         float64
	Alpha         float64 // suite-wide chance of a false alarm
	Confidence    float64 // level of each interval
	Blocks        int     // blocks measured; 0 for files without
	SeedPairs     int     // pairs of links that the blocks rotated through; 0 when unknown
	NotComparable string  // why nothing was judged; empty when something was
	Void          string  // why no verdict counts: a control showed the method itself at fault; empty when none did
	Busy          string  // what kept the machine busy, so that "no change" is not said of times; empty when it was quiet enough
	Blind         string  // why "no change" cannot be said: the planted slowdowns were not seen; empty when they were
	Cells         []Cell  // sorted: verdicts in their order, the worst change first, then by name
	Controls      []Cell  // the controls, in declared order
	Usual         *Usual  // what the usual method would have said of the same data; nil when there is too little of it
	EndedEarly    string  // "interrupted" or "failed" when the measurement ended before its time; the verdicts are of what was measured
	Warnings      []reports.Warning
}

// Count is how many cells have the verdict.
func (r *Report) Count(v Verdict) int {
	n := 0
	for _, c := range r.Cells {
		if c.Verdict == v {
			n++
		}
	}
	return n
}

// Inconclusive reports whether any cell could not be judged, or none could.
func (r *Report) Inconclusive() bool {
	return r.NotComparable != "" || r.Busy != "" || r.Blind != "" || r.Count(Inconclusive)+r.Count(LayoutSensitive) > 0
}

// Exit codes of a comparison, as the program's; the larger of failed > regressed >
// inconclusive > fine counts.
const (
	ExitFine         = 0
	ExitRegression   = 1
	ExitFailed       = 3
	ExitInconclusive = 4
)

// ExitCode is the exit code that the comparison deserves. An inconclusive or a
// missing cell is fine unless asked to fail.
func (r *Report) ExitCode(failInconclusive, failMissing bool) int {
	switch {
	case r.Void != "", r.Count(Failed) > 0, failMissing && r.Count(Missing) > 0:
		return ExitFailed
	case r.Count(Regressed) > 0:
		return ExitRegression
	case failInconclusive && r.Inconclusive():
		return ExitInconclusive
	}
	return ExitFine
}

func oneValue(values []float64) bool {
	return len(values) > 0 && slices.Min(values) == slices.Max(values)
}

// compareExactly judges a unit that has no noise: any difference beyond the limit, a
// fraction, is one.
func (c *Cell) compareExactly(limit float64) {
	worse, better := c.Head > c.Base*(1+limit), c.Head < c.Base
	if c.Higher {
		worse, better = c.Head < c.Base/(1+limit), c.Head > c.Base
	}
	c.Exact = true
	c.Verdict = NoChange
	switch {
	case worse:
		c.Verdict = Regressed
	case better:
		c.Verdict = Improved
	}
	if c.Base > 0 && c.Head > 0 {
		c.Ratio = estimate.Exactly(c.Head/c.Base, estimate.MinBlocks)
	}
}

// sort puts the verdicts in their order, the worst change of each first.
func (r *Report) sort() {
	harm := func(c Cell) float64 {
		switch {
		case c.Ratio.Value == 0:
			return 0
		case c.Higher:
			return -math.Log(c.Ratio.Value)
		}
		return math.Log(c.Ratio.Value)
	}
	slices.SortStableFunc(r.Cells, func(a, b Cell) int {
		return cmp.Or(cmp.Compare(a.Verdict, b.Verdict), cmp.Compare(harm(b), harm(a)), cmp.Compare(a.Pkg, b.Pkg),
			cmp.Compare(a.Name, b.Name), cmp.Compare(a.Unit, b.Unit))
	})
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
