package gate

import (
	"cmp"
	"math"
	"slices"
	"time"

	"poolbench/bench/record"
)

// A Report is the judgement of a whole comparison.
type Report struct {
	Base          string           `json:"base"` // what was compared: path or revision
	Head          string           `json:"head"`
	Method        Method           `json:"method"`
	Alpha         float64          `json:"alpha"`          // suite-wide chance of a false alarm
	Limit         float64          `json:"limit"`          // slowdown of interest, as a fraction
	Confidence    float64          `json:"confidence"`     // level of each interval
	Blocks        int              `json:"blocks"`         // blocks judged; 0 for files
	Links         int              `json:"seed_pairs"`     // pairs of links of the builds that the blocks rotated through; 0 when unknown
	NotComparable string           `json:"not_comparable"` // why nothing was judged; empty when something was
	Void          string           `json:"void"`           // why no verdict counts: a control showed the method itself at fault; empty when none did
	Busy          string           `json:"busy"`           // what kept the machine busy, so that "no change" is not said of times; empty when it was quiet enough
	Blind         string           `json:"blind"`          // why "no change" cannot be said: the planted slowdowns were not seen; empty when they were
	Cases         []Case           `json:"-"`              // sorted: verdicts in their order, the worst change first, then by name
	Controls      []Case           `json:"-"`              // the controls, in the order in which they were promised
	EndedEarly    string           `json:"-"`              // "interrupted" or "failed" when the measurement ended before its time; the verdicts are of what was measured
	Unmeasured    string           `json:"unmeasured"`     // why nothing was measured: a version does not build, an interrupt came before; may have several lines; empty when something was
	Causes        []Cause          `json:"-"`              // of what regressed, where it was profiled
	Warnings      []record.Warning `json:"-"`
	Then          Then             `json:"-"`
}

// Then is what one may do after a verdict. Whoever measured fills it in; the zero value
// says nothing.
type Then struct {
	Data   string                                             // path of the comparison
	Again  func(packages, benchmarks []string) string         // the command that measures just these again, by import path and by name without -GOMAXPROCS; nil where there is none
	Until  time.Time                                          // last day of accept lines
	Source func(pkg, function string) (file string, line int) // where a function is declared, the file by its path in the repository; line 0 when that is not known; may be nil
}

// A Method is how the two sides of a comparison were measured.
type Method string

// Methods, the strongest first.
const (
	Interleaved   Method = "interleaved builds" // measured against each other, turn by turn
	OneRun        Method = "files of one run"   // whose blocks are compared with themselves
	DifferentRuns Method = "files of different runs"
)

// Reasons that hold for the whole run, so that a line for each case says nothing.
const (
	reasonBusy  = "host busy"
	reasonBlind = "the run was blind"
)

func (r *Report) warn(what, cure string) {
	r.Warnings = append(r.Warnings, record.Warning{What: what, Cure: cure})
}

// Count is how many cases have the verdict.
func (r *Report) Count(v Verdict) int {
	n := 0
	for _, c := range r.Cases {
		if c.Verdict == v {
			n++
		}
	}
	return n
}

// Unchecked is why nothing can be said of what was not shown to have changed: it was not
// measured, could not be compared, or the machine or the time let no slowdown be seen.
// Empty when it can.
func (r *Report) Unchecked() string {
	switch {
	case r.Unmeasured != "":
		return r.Unmeasured
	case r.NotComparable != "":
		return r.NotComparable
	case r.settled():
		return ""
	case r.Busy != "":
		return "host busy: " + r.Busy
	}
	return r.Blind
}

// settled reports whether something regressed, and of no benchmark is it left open whether it
// did: then nothing is left that a busy machine or want of time could hide.
func (r *Report) settled() bool {
	for _, b := range r.benchmarks() {
		switch b.verdict() {
		case Failed, Regressed, Improved, Unchanged, New, Missing:
		default:
			return false
		}
	}
	return r.Count(Regressed) > 0
}

// Inconclusive reports whether any case could not be judged, or none could.
func (r *Report) Inconclusive() bool {
	return r.Unchecked() != "" || r.Count(Inconclusive)+r.Count(LayoutSensitive) > 0
}

// allUnchanged reports whether there was nothing to measure.
func (r *Report) allUnchanged() bool {
	return len(r.Cases) > 0 && len(r.Cases) == r.Count(Unchanged)
}

// Outcome is the verdict on the whole in a word or two: what counts most of "interrupted",
// "not comparable", "void", "failed", "regressed", "inconclusive", "unchanged" (all of it) and
// "fine".
func (r *Report) Outcome() string {
	switch {
	case r.EndedEarly != "":
		return r.EndedEarly
	case r.NotComparable != "":
		return "not comparable"
	case r.Void != "":
		return "void"
	case r.Count(Failed) > 0:
		return "failed"
	case r.Count(Regressed) > 0:
		return "regressed"
	case r.Inconclusive():
		return "inconclusive"
	case r.allUnchanged():
		return "unchanged"
	}
	return "fine"
}

// Exit codes of a comparison, as the program's; the larger of failed > regressed >
// inconclusive > fine counts.
const (
	ExitFine         = 0
	ExitRegression   = 1
	ExitFailed       = 3
	ExitInconclusive = 4
)

// FailOn are the outcomes besides a regression and a failure that are not fine.
type FailOn struct {
	Inconclusive bool // anything could not be judged, or nothing
	Blind        bool // nothing could, see Unchecked
	Missing      bool // head lacks a benchmark
}

// ExitCode is the exit code that the comparison deserves.
func (r *Report) ExitCode(on FailOn) int {
	switch {
	case r.Void != "", r.Count(Failed) > 0, on.Missing && r.Count(Missing) > 0:
		return ExitFailed
	case r.Count(Regressed) > 0:
		return ExitRegression
	case on.Inconclusive && r.Inconclusive(), on.Blind && r.Unchecked() != "":
		return ExitInconclusive
	}
	return ExitFine
}

// finish puts the verdicts in their order, the worst
// change of each first. none is why nothing was judged, should that be so.
func (r *Report) finish(none string) {
	harm := func(c Case) float64 {
		switch {
		case c.Ratio.Value == 0:
			return 0
		case c.Higher:
			return -math.Log(c.Ratio.Value)
		}
		return math.Log(c.Ratio.Value)
	}
	slices.SortStableFunc(r.Cases, func(a, b Case) int {
		return cmp.Or(cmp.Compare(a.Verdict, b.Verdict), cmp.Compare(harm(b), harm(a)), cmp.Compare(a.Pkg, b.Pkg),
			cmp.Compare(a.Name, b.Name), cmp.Compare(a.Unit, b.Unit))
	})
	if len(r.Cases) == r.Count(New)+r.Count(Missing) {
		r.NotComparable = none
	}
}
