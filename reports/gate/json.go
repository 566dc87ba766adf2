package gate

import (
	"encoding/json"
	"io"
	"math"

	"poolbench/bench/record"
)

// Schema names the form of what WriteJSON writes. The number grows when a field
// changes its meaning or goes; new fields may come at any time.
const Schema = "poolbench.gate/2"

// verdictFile is verdict.json, for scripts. Fractions are plain numbers: 0.05 is 5 %.
// What is not known is left out; there are no NaN and no infinity.
type verdictFile struct {
	Schema   string `json:"schema"`
	Outcome  string `json:"outcome"`   // "fine", "regressed", "failed", "interrupted", "void", "inconclusive", "not comparable", "unchanged"
	ExitCode int    `json:"exit_code"` // of the program
	Headline string `json:"headline"`  // one sentence
	*Report
	Unchecked  string         `json:"unchecked"`       // why nothing can be said of what was not shown to have changed; empty when it can
	Counts     map[string]int `json:"counts"`          // results by verdict, all verdicts
	Benchmarks map[string]int `json:"benchmarks"`      // benchmarks by the verdict of theirs that counts most, all verdicts
	Results    []resultEntry  `json:"results"`         // the worst first; one for each benchmark and unit
	Controls   []resultEntry  `json:"controls"`        // of the run itself
	Again      string         `json:"again,omitempty"` // the command that measures just what regressed, or was unsure, again

	Warnings []record.Warning `json:"warnings"`
}

type resultEntry struct {
	Package    string      `json:"package"`
	Name       string      `json:"name"`                  // with the -GOMAXPROCS suffix if there is one
	Unit       string      `json:"unit"`                  // "sec/op", "p90 sec/op", "allocs/op", "speedup@2", …
	Was        string      `json:"was,omitempty"`         // in base, where it has another name there
	Proposed   bool        `json:"proposed,omitempty"`    // nobody said that the two are one: they look like it
	Rename     string      `json:"rename,omitempty"`      // the rule that would say so
	Verdict    string      `json:"verdict"`               // "failed", "regressed", "layout-sensitive", "inconclusive", "accepted", "improved", "no change shown", "new", "missing", "unchanged"
	Base       *float64    `json:"base_median,omitempty"` // of all blocks; people are shown head as base × ratio
	Head       *float64    `json:"head_median,omitempty"`
	Ratio      *ratioEntry `json:"ratio,omitempty"` // head / base as paired, turn by turn
	Shift      float64     `json:"shift,omitempty"` // what both had added for the ratio, since they may be 0
	Exact      bool        `json:"exact"`           // compared directly
	Limit      float64     `json:"limit"`
	Detectable float64     `json:"detectable,omitempty"` // smallest slowdown that would have shown with 95 % probability
	More       float64     `json:"more,omitempty"`       // times the blocks that are needed to decide
	LayoutSD   float64     `json:"layout_sd,omitempty"`  // of the log ratio between links of the same sources
	Planted    bool        `json:"planted,omitempty"`    // a control that is slowed down on purpose
	Reason     string      `json:"reason,omitempty"`
	Beside     string      `json:"beside,omitempty"` // of a speedup that changed: what the time with one CPU did, and the efficiencies
	File       string      `json:"file,omitempty"`   // where the benchmark is declared
	Line       int         `json:"line,omitempty"`   // there
	Cause      *causeEntry `json:"cause,omitempty"`  // of a regression that was profiled
	Accept     string      `json:"accept,omitempty"` // the rule that would accept it, but for the reason
}

type ratioEntry struct {
	Value  float64  `json:"value"`
	Low    *float64 `json:"low,omitempty"`
	High   *float64 `json:"high,omitempty"`
	Blocks int      `json:"blocks"`
}

// WriteJSON writes a comparison for scripts, in the form that Schema names; exitCode
// is what the program is going to exit with. It returns the first error of w.
func WriteJSON(w io.Writer, r *Report, exitCode int) error {
	f := verdictFile{Schema: Schema, Outcome: r.Outcome(), ExitCode: exitCode, Headline: r.Headline(), Report: r,
		Unchecked: r.Unchecked(), Counts: map[string]int{}, Benchmarks: map[string]int{}, Results: r.entries(r.Cases), Controls: r.entries(r.Controls), Again: r.again(),
		Warnings: append([]record.Warning{}, r.Warnings...)}
	for v := range phrases {
		f.Counts[Verdict(v).String()], f.Benchmarks[Verdict(v).String()] = r.Count(Verdict(v)), r.Benchmarks(Verdict(v))
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(f)
}

func (r *Report) entries(cases []Case) []resultEntry {
	out := []resultEntry{}
	for _, c := range cases {
		e := resultEntry{Package: c.Pkg, Name: c.Name, Unit: c.Unit, Verdict: c.Verdict.String(), Exact: c.Exact, Limit: c.Limit,
			Detectable: finite(c.Detectable), More: finite(c.More), LayoutSD: finite(c.Layout), Planted: c.Canary, Reason: c.Reason, Beside: c.Beside, Shift: c.Shift, Accept: r.acceptLine(c),
			Was: c.Was, Proposed: c.Proposed, Rename: r.renameLine(c)}
		if c.wasPkg != "" && c.wasPkg != c.Pkg {
			e.Was = c.wasPkg + "." + c.Was
		}
		e.File, e.Line = r.place(c)
		e.Cause = r.causeEntry(c)
		if c.Verdict != New && c.Verdict != Failed && c.Verdict != Unchanged {
			e.Base = &c.Base
		}
		if c.Verdict != Missing && c.Verdict != Failed && c.Verdict != Unchanged {
			e.Head = &c.Head
		}
		if v := finite(c.Ratio.Value); v != 0 {
			e.Ratio = &ratioEntry{Value: v, Blocks: c.Ratio.N}
			if finite(c.Ratio.Low) != 0 && finite(c.Ratio.High) != 0 {
				e.Ratio.Low, e.Ratio.High = &c.Ratio.Low, &c.Ratio.High
			}
		}
		out = append(out, e)
	}
	return out
}

// finite is v, or 0 when it is not a finite number.
func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}
