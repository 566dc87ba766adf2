package gate

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/words"
)

// This file is the only place that turns verdicts into words; terminal, Markdown,
// annotations and JUnit print what it returns, so they agree.

// A phrase is the words of a verdict.
type phrase struct {
	name       string // everywhere but in the lines for people
	one, many  string // in the headline
	time, unit string // at the beginning of a line, of a case in time and in another unit; empty for verdicts that get no line
	more       string // of cases beyond those that get a line; empty where all do
}

var phrases = [...]phrase{
	Failed:          {"failed", "failed", "failed", "Failed", "Failed", ""},
	Regressed:       {"regressed", "regression", "regressions", "Slower", "Worse", ""},
	LayoutSensitive: {"layout-sensitive", "layout-sensitive", "layout-sensitive", "Layout", "Layout", ""},
	Inconclusive:    {"inconclusive", "inconclusive", "inconclusive", "Unsure", "Unsure", "unsure"},
	Accepted:        {"accepted", "accepted regression", "accepted regressions", "Accepted", "Accepted", "accepted"},
	Improved:        {"improved", "improvement", "improvements", "Faster", "Better", "faster"},
	NoChange:        {"no change shown", "without change", "without change", "", "", ""},
	New:             {"new", "new", "new", "", "", ""},
	Missing:         {"missing", "missing", "missing", "", "", ""},
	Unchanged:       {"unchanged", "unchanged", "unchanged", "", "", ""},
}

// inHeadline is the order of the verdicts there.
var inHeadline = [len(phrases)]Verdict{Failed, Regressed, LayoutSensitive, Accepted, Improved, Inconclusive, NoChange, New, Missing, Unchanged}

// Headline is the verdict on the whole in one sentence: "1 regression, 2
// inconclusive, 20 without change."
func (r *Report) Headline() string {
	switch {
	case r.NotComparable != "":
		return "No verdict: " + r.NotComparable + "."
	case r.Void != "":
		return "Void: " + r.Void + "."
	}
	var parts []string
	for _, v := range inHeadline {
		if n := r.Count(v); n > 0 {
			parts = append(parts, words.Plural(n, phrases[v].one, phrases[v].many))
		}
	}
	text := strings.Join(parts, ", ") + r.whyUnchanged() + "."
	switch {
	case r.Count(Regressed)+r.Count(Failed) > 0:
		return text
	case r.Busy != "":
		return "Inconclusive: host busy. " + text
	case r.Blind != "":
		return "Inconclusive: the run was blind. " + text
	case r.allUnchanged():
		return "Nothing to measure, " + text
	case r.Inconclusive(): // there may be one
		return "No regression shown, " + text
	}
	return "No regression, " + text
}

// word is the first word of a case's line.
func (c Case) word() string {
	if strings.HasSuffix(c.Unit, record.UnitTime) {
		return phrases[c.Verdict].time
	}
	return phrases[c.Verdict].unit
}

// A wording is a report with what its names have in common, which is left out.
type wording struct {
	*Report
	onePackage bool
	procs      record.Procs // the GOMAXPROCS of all names; empty when they have several
}

func (r *Report) wording() wording {
	w := wording{r, true, nil}
	var names []string
	for _, c := range r.Cases {
		w.onePackage = w.onePackage && c.Pkg == r.Cases[0].Pkg
		names = append(names, c.Name)
	}
	if procs := record.TellProcs(names); len(procs) == 1 {
		w.procs = procs
	}
	return w
}

// display is a benchmark for people: "goroutines × 2, spin, 10 µs" for a point of a grid,
// others as they are.
func display(name string) string {
	bare, procs := record.SplitProcs(name)
	p, err := record.ParsePoint("", bare)
	if err != nil || !p.IsGrid() || strings.Contains(p.Benchmark(), ".") { // it stands behind its package: no Go identifier has a dot
		return name
	}
	if procs > 1 {
		p = p.With("gomaxprocs", strconv.Itoa(procs))
	}
	return p.String()
}

// title is a case for people, with its unit when that is not time. The package and
// the -GOMAXPROCS suffix are left out when all cases have the same.
func (w wording) title(c Case) string {
	bare, _ := w.procs.Split(c.Name)
	name := display(bare)
	if c.Pkg != "" && !w.onePackage {
		name = c.Pkg + "." + name
	}
	if c.Unit == record.UnitTime {
		return name
	}
	if quantile, ok := strings.CutSuffix(c.Unit, " "+record.UnitTime); ok {
		return name + ", " + quantile
	}
	return name + ", " + c.Unit
}

// values is "9.62 → 10.1 µs".
func (c Case) values() string {
	if c.Verdict == Failed || c.Verdict == New || c.Verdict == Missing || c.Unit == record.UnitTime && c.Base == 0 && c.Head == 0 {
		return ""
	}
	if strings.HasSuffix(c.Unit, record.UnitTime) {
		return words.DurationChange(c.Base, c.Head)
	}
	base, head := words.Quantity(c.Base, c.Unit), words.Quantity(c.Head, c.Unit)
	if rest, ok := strings.CutSuffix(base, " "+c.Unit); ok { // the unit once is enough
		base = rest
	}
	return base + " → " + head
}

// change is "+14 % [+9, +19]".
func (c Case) change() string {
	text := ""
	if c.Ratio.Value != 0 {
		text = words.Change(c.Ratio.Value)
	}
	switch {
	case c.Exact:
		text += " (exact)"
	case c.Ratio.High != 0:
		text += " " + words.ChangeInterval(c.Ratio.Low, c.Ratio.High)
	}
	return strings.TrimSpace(text)
}

// remark says what the numbers do not.
func (c Case) remark() string {
	if c.Verdict == Inconclusive && (c.Reason == "" || c.Detectable > 0) {
		return c.unsure()
	}
	return c.Reason
}

func (c Case) unsure() string {
	text := "too noisy to see any slowdown"
	if c.Detectable > 0 {
		text = fmt.Sprintf("would have seen %s", words.Change(1+c.Detectable))
	}
	switch {
	case c.Reason != "":
		text = c.Reason + "; " + text
	case c.More > 0:
		text += fmt.Sprintf("; %s needs %.0f× the time", words.Percent(c.Limit), math.Ceil(c.More))
	default:
		text += "; far too noisy for " + words.Percent(c.Limit)
	}
	return text
}

// listed are the cases that get a line each: all failed, regressed and
// layout-sensitive ones, and of the others that are not "no change" as many of each
// as most says; more counts the rest, "79 more are unsure, 3 more are faster". What a
// busy host or a blind run left open is said once, not here.
func (r *Report) listed(most int) (listed []Case, more string) {
	count := map[Verdict]int{}
	for _, c := range r.Cases {
		p := phrases[c.Verdict]
		if p.time == "" || c.Verdict == Inconclusive && (c.Reason == reasonBusy || c.Reason == reasonBlind) {
			continue
		}
		if count[c.Verdict]++; p.more == "" || count[c.Verdict] <= most {
			listed = append(listed, c)
		}
	}
	var parts []string
	for _, v := range []Verdict{Inconclusive, Accepted, Improved} {
		if n := count[v] - most; n > 0 {
			parts = append(parts, words.Plural(n, "more is ", "more are ")+phrases[v].more)
		}
	}
	return listed, strings.Join(parts, ", ")
}

// same counts the cases without change and says what would have shown.
func (r *Report) same() string {
	n := r.Count(NoChange)
	if n == 0 {
		return ""
	}
	sees := 0.0
	for _, c := range r.Cases {
		if c.Verdict == NoChange && !c.Exact {
			sees = math.Max(sees, c.Detectable)
		}
	}
	if sees == 0 {
		return results(n)
	}
	return fmt.Sprintf("%s: none is worse by %s", results(n), words.Percent(sees))
}

// A note is a sentence on the whole behind a label: a word in a terminal, more in a
// document.
type note struct{ word, label, text string }

// notes are those that have something to say; more is of listed.
func (w wording) notes(more string) []note {
	all := []note{
		{"…", "Not listed", more}, {"Same", "Same", w.same()}, {"New", "New", w.named(New)}, {"Missing", "Missing", w.named(Missing)},
		{"Busy", "Busy", w.Busy}, {"Blind", "Blind", w.Blind}, {"Controls", "Controls", w.controls()},
		{"Usual", "The usual method on the same data", w.usual()},
	}
	for _, warning := range w.Warnings {
		all = append(all, note{"Note", "Note", warning.String()})
	}
	return slices.DeleteFunc(all, func(n note) bool { return n.text == "" })
}

// whyUnchanged goes on behind the number of unchanged benchmarks, which comes last in the headline:
// ": identical", ": 20 identical, 9 not reachable from the change".
func (r *Report) whyUnchanged() string {
	reasons := []struct {
		why  record.Unchanged
		text string
	}{{record.Identical, "identical"}, {record.Unreached, "not reachable from the change"}}
	var parts, alone []string
	for _, reason := range reasons {
		n := 0
		for _, c := range r.Cases {
			if c.Verdict == Unchanged && c.Reason == string(reason.why) {
				n++
			}
		}
		if n > 0 {
			parts, alone = append(parts, fmt.Sprintf("%d %s", n, reason.text)), append(alone, reason.text)
		}
	}
	switch len(parts) {
	case 0:
		return ""
	case 1:
		return ": " + alone[0]
	}
	return ": " + strings.Join(parts, ", ")
}

func results(n int) string { return words.Count(n, "result") }

// named lists the new or missing ones: "2 results: A and B".
func (w wording) named(v Verdict) string {
	var names []string
	for _, c := range w.Cases {
		if c.Verdict == v {
			name := w.title(c)
			if c.Reason != "" {
				name += " (" + c.Reason + ")"
			}
			names = append(names, name)
		}
	}
	return words.ShortList(names, 6)
}

// controls is "2 of 2 planted slowdowns seen, no change in 2 of 2 comparisons of base
// with itself".
func (r *Report) controls() string {
	var same, fine, canaries, seen int
	for _, c := range r.Controls {
		switch {
		case c.Canary && c.Verdict == Regressed:
			canaries, seen = canaries+1, seen+1
		case c.Canary:
			canaries++
		case c.Verdict == NoChange || c.Verdict == Inconclusive:
			same, fine = same+1, fine+1
		default:
			same++
		}
	}
	var parts []string
	if canaries > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d planted slowdowns seen", seen, canaries))
	}
	if same > 0 {
		parts = append(parts, fmt.Sprintf("no change in %d of %d comparisons of base with itself", fine, same))
	}
	return strings.Join(parts, ", ")
}

// usual is what the usual method would have said in a sentence.
func (w wording) usual() string {
	u := w.Usual
	if u == nil {
		return ""
	}
	titles := func(points []record.Point) string {
		var out []string
		for _, p := range points {
			out = append(out, w.title(Case{Pkg: p.Pkg, Name: p.Name(), Unit: record.UnitTime}))
		}
		return words.ShortList(out, 6)
	}
	text := fmt.Sprintf("%d+%d runs one after the other, Mann-Whitney at %g: ", u.Runs, u.Runs, u.Alpha)
	n := len(u.Slower) + len(u.Faster)
	if n == 0 {
		return text + fmt.Sprintf("none of %d changed", u.Judged)
	}
	var parts []string
	if len(u.Slower) > 0 {
		parts = append(parts, fmt.Sprintf("%d slower (%s)", len(u.Slower), titles(u.Slower)))
	}
	if len(u.Faster) > 0 {
		parts = append(parts, fmt.Sprintf("%d faster (%s)", len(u.Faster), titles(u.Faster)))
	}
	return text + strings.Join(parts, ", ") + fmt.Sprintf(" of %d", u.Judged)
}
