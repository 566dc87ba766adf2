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
	Regressed:       {"regressed", "regressed", "regressed", "Slower", "Worse", ""},
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

// Headline is the verdict on the whole in one sentence: "2 of 7 benchmarks regressed:
// Encode (time +9 %, B/op +100 %, allocs 2 → 3) and Decode (time +7 %); 5 without change."
func (r *Report) Headline() string {
	switch {
	case r.Unmeasured != "":
		first, _, _ := strings.Cut(r.Unmeasured, "\n")
		return notChecked + strings.TrimRight(first, ".:") + "."
	case r.NotComparable != "":
		return notChecked + r.NotComparable + "."
	case r.Void != "":
		return "Void: " + r.Void + "."
	}
	w := r.wording()
	counts := w.counts()
	switch unchecked := r.Unchecked(); {
	case r.Benchmarks(Regressed) > 0:
		text := w.regressions() + prefixed("; ", counts) + "."
		if unchecked != "" {
			text += " The rest was " + notChecked + unchecked + "."
		}
		return text
	case r.Count(Failed) > 0:
		return counts + "."
	case r.allUnchanged():
		return "Nothing to measure, " + counts + "."
	case unchecked != "":
		return notChecked + unchecked + ". Of " + words.Count(len(r.benchmarks()), "benchmark") + ": " + counts + "."
	case r.Inconclusive(): // there may be one
		return "No regression shown, " + counts + "."
	}
	return "No regression, " + counts + "."
}

// notChecked begins the last line, the annotation and the first line of the summary of what
// says nothing either way.
const notChecked = "NOT CHECKED: "

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// regressions is "2 of 7 benchmarks regressed: A (time +9 %) and B (allocs 2 → 3)".
func (w wording) regressions() string {
	judged := 0
	var names []string
	for _, b := range w.benchmarks() {
		if v := b.verdict(); v != New && v != Missing {
			judged++
		}
		if b.verdict() == Regressed {
			var units []string
			if was := w.was(b[0]); was != "" {
				units = append(units, was)
			}
			for _, c := range b.changed(Regressed) {
				units = append(units, c.brief())
			}
			names = append(names, w.name(b[0])+" ("+strings.Join(units, ", ")+")")
		}
	}
	return fmt.Sprintf("%d of %s regressed: %s", len(names), words.Count(judged, "benchmark"), words.ShortList(names, 4))
}

// counts are the benchmarks by verdict, without those that regressed.
func (w wording) counts() string {
	var parts []string
	for _, v := range inHeadline {
		if n := w.Benchmarks(v); n > 0 && v != Regressed {
			parts = append(parts, words.Plural(n, phrases[v].one, phrases[v].many))
		}
	}
	return strings.Join(parts, ", ") + w.whyUnchanged()
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
	name := w.name(c)
	renamed := ""
	if was := w.was(c); was != "" {
		renamed = " (" + was + ")"
	}
	name += renamed
	switch {
	case c.Unit == record.UnitTime:
		return name
	case record.SpeedupAt(c.Unit) > 0:
		return w.bare(c) + renamed + " scales"
	}
	if quantile, ok := strings.CutSuffix(c.Unit, " "+record.UnitTime); ok {
		return name + ", " + quantile
	}
	return name + ", " + c.Unit
}

// name is the benchmark of a case for people.
func (w wording) name(c Case) string {
	bare, _ := w.procs.Split(c.Name)
	if c.Pkg != "" && !w.onePackage {
		return c.Pkg + "." + display(bare)
	}
	return display(bare)
}

// values is "9.62 → 10.14 µs".
func (c Case) values() string {
	if c.Verdict == Failed || c.Verdict == New || c.Verdict == Missing || c.Unit == record.UnitTime && c.Base == 0 && c.Head == 0 {
		return ""
	}
	if record.SpeedupAt(c.Unit) > 0 {
		return c.scales()
	}
	base, head := c.shown()
	unit := c.Unit
	if strings.HasSuffix(unit, " "+record.UnitTime) { // of a tail
		unit = record.UnitTime
	}
	return words.QuantityChange(base, head, unit)
}

// change is "+14 % [+9, +19]". Of values that may be 0 it is what head is, "[2.1, 3.4]",
// and so of a speedup.
func (c Case) change() string {
	switch {
	case record.SpeedupAt(c.Unit) > 0:
		return c.scalesWithin()
	case c.Shift != 0 && c.Ratio.High != 0:
		base, head := c.shown()
		s := words.ScaleOf(base, head, c.Unit)
		return "[" + s.Number(c.headAt(c.Ratio.Low)) + ", " + s.Number(c.headAt(c.Ratio.High)) + "]"
	case c.Shift != 0 || c.Ratio.Value == 0:
		return map[bool]string{true: "(exact)"}[c.Exact]
	case c.Exact:
		return words.Change(c.Ratio.Value) + " (exact)"
	case c.Ratio.High != 0:
		return words.Change(c.Ratio.Value) + " " + words.ChangeInterval(c.Ratio.Low, c.Ratio.High)
	}
	return words.Change(c.Ratio.Value)
}

// said is all there is to say of a case in one line.
func (c Case) said() string {
	text := strings.Join(strings.Fields(c.values()+" "+c.change()), " ") + "; " + c.remark()
	return strings.TrimPrefix(strings.TrimSuffix(text, "; "), "; ")
}

// ofTheRun reports whether a case is open for a reason that all have.
func (c Case) ofTheRun() bool {
	return c.Verdict == Inconclusive && (c.Reason == reasonBusy || c.Reason == reasonBlind)
}

// remark says what the numbers do not.
func (c Case) remark() string {
	if c.Verdict == Inconclusive && (c.Reason == "" || c.Detectable > 0) {
		return c.unsure()
	}
	return strings.TrimPrefix(strings.TrimSuffix(c.Beside+"; "+c.Reason, "; "), "; ")
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

// listed are the benchmarks that get a line each: all failed, regressed and
// layout-sensitive ones, and of the others that are not "no change" as many of each
// as most says; more counts the rest, "79 more are unsure, 3 more are faster". What a
// busy host or a blind run left open is said once, not here.
func (r *Report) listed(most int) (listed []benchmark, more string) {
	count := map[Verdict]int{}
	for _, b := range r.benchmarks() {
		v := b.verdict()
		p := phrases[v]
		if p.time == "" || b.lead().ofTheRun() {
			continue
		}
		if count[v]++; p.more == "" || count[v] <= most {
			listed = append(listed, b)
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

// same counts the benchmarks without change and says what would have shown.
func (r *Report) same() string {
	n := r.Benchmarks(NoChange)
	if n == 0 {
		return ""
	}
	sees := 0.0
	for _, b := range r.benchmarks() {
		for _, c := range b {
			if b.verdict() == NoChange && c.Verdict == NoChange && !c.Exact {
				sees = math.Max(sees, c.Detectable)
			}
		}
	}
	if sees == 0 {
		return words.Count(n, "benchmark")
	}
	return fmt.Sprintf("%s: none is worse by %s", words.Count(n, "benchmark"), words.Percent(sees))
}

// A note is a sentence on the whole behind a label: a word in a terminal, more in a
// document.
type note struct{ word, label, text string }

// notes are those that have something to say; more is of listed.
func (w wording) notes(more string) []note {
	said, proposed := w.renames()
	all := []note{
		{"…", "Not listed", more}, {"Same", "Same", w.same()}, {"New", "New", w.named(New)}, {"Missing", "Missing", w.named(Missing)},
		{"Renamed", "Renamed", said}, {"Renamed?", "Renamed?", proposed},
		{"Scaling", "Scaling", w.scaling()}, {"Controls", "Controls", w.controls()},
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

// named lists the new or missing ones: "A and B".
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

// controls is "2 of 3 planted slowdowns seen (more than half are needed; not seen: A), no
// change in 2 of 2 comparisons of base with itself".
func (w wording) controls() string {
	var same, fine, seen int
	var unseen []string
	for _, c := range w.Controls {
		switch {
		case c.Canary && c.Verdict == Regressed:
			seen++
		case c.Canary:
			unseen = append(unseen, w.name(c))
		case c.Verdict == NoChange || c.Verdict == Inconclusive:
			same, fine = same+1, fine+1
		default:
			same++
		}
	}
	var parts []string
	if all := seen + len(unseen); all > 0 {
		text := fmt.Sprintf("%d of %s seen", seen, words.Count(all, "planted slowdown"))
		if len(unseen) > 0 {
			text += " (more than half are needed; not seen: " + words.ShortList(unseen, 6) + ")"
		}
		parts = append(parts, text)
	}
	if same > 0 {
		parts = append(parts, fmt.Sprintf("no change in %d of %s of base with itself", fine, words.Count(same, "comparison")))
	}
	return strings.Join(parts, ", ")
}
