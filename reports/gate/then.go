package gate

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/words"
)

// next are what one may do after the verdict, as the lines of a terminal.
func (r *Report) next() (out []note) {
	if command := r.again(); command != "" {
		out = append(out, note{"Again", "Measure just these again", command})
	}
	for _, line := range r.renameLines() {
		out = append(out, note{"Rename", "Renamed, in " + RulesFile, line})
	}
	for _, line := range r.acceptLines() {
		out = append(out, note{"Accept", "Accept in " + RulesFile, line})
	}
	if r.Then.Data != "" {
		out = append(out, note{"Data", "Data", r.Then.Data})
	}
	return out
}

// writeNext is next as Markdown: what is to be pasted stands in blocks of code.
func (r *Report) writeNext(b *bytes.Buffer) {
	codeBlock(b, "Measure just these again", r.again())
	codeBlock(b, "To say that they are renamed, in `"+RulesFile+"`, or that they are not, with `-` for the second name", strings.Join(r.renameLines(), "\n"))
	codeBlock(b, "To accept, with the reason, in `"+RulesFile+"`", strings.Join(r.acceptLines(), "\n"))
}

// codeBlock is text as it is below what it is; nothing for no text.
func codeBlock(b *bytes.Buffer, what, text string) {
	if text != "" {
		fmt.Fprintf(b, "\n%s:\n\n```\n%s\n```\n", what, strings.ReplaceAll(words.Printable(text), "```", "` ` `"))
	}
}

// again is the command that measures again what regressed, or else what was unsure; empty
// when there is none.
func (r *Report) again() string {
	if r.Then.Again == nil {
		return ""
	}
	var names []string
	for _, c := range r.Cases {
		names = append(names, c.Name)
	}
	procs := record.TellProcs(names)
	of := func(verdicts ...Verdict) (packages, benchmarks []string) {
		for _, b := range r.benchmarks() {
			if !slices.Contains(verdicts, b.verdict()) {
				continue
			}
			if pkg := b[0].Pkg; !slices.Contains(packages, pkg) {
				packages = append(packages, pkg)
			}
			bare, _ := procs.Split(b[0].Name)
			if !slices.Contains(benchmarks, bare) {
				benchmarks = append(benchmarks, bare)
			}
		}
		return packages, benchmarks
	}
	packages, benchmarks := of(Regressed)
	if len(benchmarks) == 0 {
		packages, benchmarks = of(LayoutSensitive, Inconclusive)
	}
	if len(benchmarks) == 0 || len(benchmarks) > mostAgain {
		return ""
	}
	return r.Then.Again(packages, benchmarks)
}

// mostAgain bounds the command: one of more benchmarks is the one that was given.
const mostAgain = 12

// functionName is a benchmark with the name of its function: "BenchmarkEncode/size=1k".
func functionName(name string) string {
	if !strings.HasPrefix(name, "Benchmark") || record.ShortName(name) != name { // else it is func Benchmark
		return "Benchmark" + name
	}
	return name
}

// benchPattern is the -bench expression of one benchmark.
func benchPattern(name string) string {
	return "^" + strings.ReplaceAll(regexp.QuoteMeta(functionName(name)), "/", "$/^") + "$"
}

// BenchPattern is the -bench expression of benchmarks by their names, such as Encode/size=1k.
func BenchPattern(names []string) string {
	patterns := make([]string, len(names))
	for i, name := range names {
		patterns[i] = benchPattern(name)
	}
	return strings.Join(patterns, "|")
}

// acceptLines are the rules that would accept what regressed, but for the reason. What
// came from nothing has no change that a rule could name.
func (r *Report) acceptLines() (lines []string) {
	for _, c := range r.Cases {
		if line := r.acceptLine(c); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

func (r *Report) acceptLine(c Case) string {
	worst := c.worstLikely()
	if r.Then.Until.IsZero() || c.Verdict != Regressed || math.IsInf(worst, 0) || strings.ContainsAny(c.Name+c.Unit, "*\n\t") {
		return ""
	}
	bare, _ := r.wording().procs.Split(c.Name)
	if record.SpeedupAt(c.Unit) > 0 { // the unit says how many CPUs
		bare = c.bareName()
	}
	if c.Pkg != "" && !r.wording().onePackage {
		bare = c.Pkg + "." + bare
	}
	unit := strings.TrimSuffix(c.Unit, " "+record.UnitTime)
	return fmt.Sprintf("accept %s %s +%.0f%% %s REASON", bare, unit, math.Max(1, math.Ceil(100*worst-1e-9)), r.Then.Until.Format(time.DateOnly))
}

// worstLikely is the change, as a fraction, that another run would hardly show to be
// exceeded.
func (c *Case) worstLikely() float64 {
	low, high := c.Ratio.Low, c.Ratio.High
	if high == 0 { // no interval: the estimate has to do
		low, high = c.Ratio.Value, c.Ratio.Value
	}
	switch {
	case c.Ratio.Value == 0:
		return math.Inf(1)
	case c.Higher:
		return 1/low - 1
	}
	return high - 1
}

// place is where the benchmark of a case is declared; line 0 when that is not known.
func (r *Report) place(c Case) (file string, line int) {
	if r.Then.Source == nil {
		return "", 0
	}
	function, _, _ := strings.Cut(functionName(c.Name), "/")
	bare, _ := record.SplitProcs(function) // a name of Go has no "-"
	return r.Then.Source(c.Pkg, bare)
}
