package gate

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A Snapshot is what one comparison leaves in a history: for each subject the ratio
// of head to base, which the machine's moods do not touch, and head's time for those
// who plot.
type Snapshot struct {
	Time       time.Time
	Base, Head string // commits
	ratios     map[record.Subject]float64
}

// Units of a snapshot's results beside record.UnitTime.
const (
	unitRatio = "head/base"
	unitLow   = "head/base-low"
	unitHigh  = "head/base-high"
)

// WriteSnapshot writes the times of a report as a file in Go benchmark format. config
// is the file's keys, base and head are commits. It returns the first error of w, or
// says why there is nothing to keep.
func WriteSnapshot(w io.Writer, config []record.Field, r *Report, base, head string, at time.Time) error {
	var b bytes.Buffer
	for _, f := range config {
		fmt.Fprintf(&b, "%s: %s\n", f.Key, record.Sanitize(f.Value))
	}
	fmt.Fprintf(&b, "# note time: %s\n# note base: %s\n# note head: %s\n", at.UTC().Format(time.RFC3339), record.Sanitize(base), record.Sanitize(head))
	kept := 0
	cells := slices.Clone(r.Cells)
	slices.SortFunc(cells, func(a, b Cell) int { return cmp.Or(cmp.Compare(a.Pkg, b.Pkg), cmp.Compare(a.Name, b.Name)) })
	pkg := ""
	for _, c := range cells {
		if c.Unit != record.UnitTime || c.Ratio.N == 0 || !(c.Head > 0) {
			continue
		}
		if c.Pkg != pkg {
			pkg = c.Pkg
			fmt.Fprintf(&b, "pkg: %s\n", record.Sanitize(pkg))
		}
		fmt.Fprintf(&b, "Benchmark%s %d %.6g %s %.6g %s %.6g %s %.6g %s\n", c.Name, c.Ratio.N, c.Head, record.UnitTime,
			c.Ratio.Value, unitRatio, c.Ratio.Low, unitLow, c.Ratio.High, unitHigh)
		kept++
	}
	if kept == 0 {
		return fmt.Errorf("nothing to keep in the history: no benchmark has a ratio with an interval")
	}
	_, err := w.Write(b.Bytes())
	return err
}

// ReadSnapshot reads what WriteSnapshot wrote.
func ReadSnapshot(rec *record.Record) (*Snapshot, error) {
	at, err := time.Parse(time.RFC3339, rec.Note("time"))
	if err != nil || rec.Note("base") == "" || rec.Note("head") == "" {
		return nil, fmt.Errorf("%s is no part of a history: it needs the notes time, base and head", rec.Path)
	}
	s := &Snapshot{Time: at, Base: rec.Note("base"), Head: rec.Note("head"), ratios: map[record.Subject]float64{}}
	for _, r := range rec.Results {
		name := r.Name
		if r.Procs > 1 {
			name = fmt.Sprintf("%s-%d", r.Name, r.Procs)
		}
		if v := r.Values[unitRatio]; v > 0 {
			s.ratios[record.Subject{Pkg: r.Pkg, Name: name}] = math.Log(v)
		}
	}
	return s, nil
}

// A Change is a place in a history where a benchmark got slower or faster for good.
type Change struct {
	Pkg, Name   string
	Before      string  // last commit of the old level
	After       string  // first commit of the new one; for a creep the last
	Ratio       float64 // new level / old level
	Creep       bool    // many small steps instead of one
	Commits     int     // of a creep: how many steps
	Established int     // snapshots of the new level
}

// A History is what many comparisons say together.
type History struct {
	Snapshots int
	Subjects  int // with enough snapshots to look at
	Changes   []Change
	Warnings  []reports.Warning
}

// maxHistory bounds how many of the latest snapshots are looked at.
const maxHistory = 300

// Changes looks for changes of level. Snapshots against one base commit are looked
// at as levels; those of which each compares with another base, as on a
// main branch, as steps (a stretch of them that goes one way). Changes below the
// tolerance are left out. It blocks nothing: a history is a look back.
func Changes(snapshots []*Snapshot, o Options) *History {
	o = o.withDefaults()
	h := &History{Snapshots: len(snapshots)}
	sorted := slices.Clone(snapshots)
	slices.SortStableFunc(sorted, func(a, b *Snapshot) int { return a.Time.Compare(b.Time) })
	if n := len(sorted); n > maxHistory {
		sorted = sorted[n-maxHistory:]
		h.Warnings = append(h.Warnings, reports.Warning{What: fmt.Sprintf("Only the latest %d of %d snapshots were looked at.", maxHistory, n), Cure: "Move old files elsewhere."})
	}
	subjects := map[record.Subject]bool{}
	for _, s := range sorted {
		for subject := range s.ratios {
			subjects[subject] = true
		}
	}
	order := make([]record.Subject, 0, len(subjects))
	for s := range subjects {
		order = append(order, s)
	}
	slices.SortFunc(order, func(a, b record.Subject) int { return cmp.Or(cmp.Compare(a.Pkg, b.Pkg), cmp.Compare(a.Name, b.Name)) })
	for _, subject := range order {
		h.look(subject, sorted, math.Log1p(o.Tolerance))
	}
	slices.SortStableFunc(h.Changes, func(a, b Change) int { return cmp.Compare(b.Ratio, a.Ratio) })
	if h.Subjects == 0 {
		h.Warnings = append(h.Warnings, reports.Warning{What: fmt.Sprintf("The history has %s: too few to see a change.", words.Count(len(snapshots), "snapshot")),
			Cure: fmt.Sprintf("It takes %d or more.", 2*estimate.LeastPart)})
	}
	return h
}

// look analyses one subject.
func (h *History) look(subject record.Subject, snapshots []*Snapshot, tolerance float64) {
	var mine []*Snapshot
	var values []float64
	bases := map[string]int{}
	for _, s := range snapshots {
		if v, ok := s.ratios[subject]; ok {
			mine, values = append(mine, s), append(values, v)
			bases[s.Base]++
		}
	}
	if len(values) < 2*estimate.LeastPart {
		return
	}
	h.Subjects++
	latest := mine[len(mine)-1].Base
	if 2*bases[latest] > len(mine) {
		h.levels(subject, mine, values, latest, tolerance)
		return
	}
	if from, to, ok := estimate.Creep(values); ok {
		h.addCreep(subject, mine, values, from, to, tolerance)
	} else if from, to, ok := estimate.Creep(estimate.Negated(values)); ok {
		h.addCreep(subject, mine, values, from, to, tolerance)
	}
}

// levels analyses snapshots against one base.
func (h *History) levels(subject record.Subject, snapshots []*Snapshot, values []float64, base string, tolerance float64) {
	var kept []*Snapshot
	var levels []float64
	for i, s := range snapshots {
		if s.Base == base {
			kept, levels = append(kept, s), append(levels, values[i])
		}
	}
	points := estimate.ChangePoints(levels)
	for k, i := range points {
		from, to := 0, len(levels)
		if k > 0 {
			from = points[k-1]
		}
		if k+1 < len(points) {
			to = points[k+1]
		}
		shift := estimate.Median(levels[i:to]) - estimate.Median(levels[from:i])
		if math.Abs(shift) < tolerance {
			continue
		}
		h.Changes = append(h.Changes, Change{Pkg: subject.Pkg, Name: subject.Name, Before: kept[i-1].Head, After: kept[i].Head,
			Ratio: math.Exp(shift), Established: to - i})
	}
}

func (h *History) addCreep(subject record.Subject, snapshots []*Snapshot, values []float64, from, to int, tolerance float64) {
	sum := 0.0
	for _, v := range values[from:to] {
		sum += v
	}
	if math.Abs(sum) < tolerance {
		return
	}
	h.Changes = append(h.Changes, Change{Pkg: subject.Pkg, Name: subject.Name, Before: snapshots[from].Base, After: snapshots[to-1].Head,
		Ratio: math.Exp(sum), Creep: true, Commits: to - from})
}

// WriteHistoryText prints what a history says, one line for each change. It returns
// the first error of w.
func WriteHistoryText(w io.Writer, h *History, options reports.TextOptions) error {
	p := &page{options: options}
	var rows [][]string
	for _, c := range h.Changes {
		rows = append(rows, []string{choose(c.Ratio > 1, "Slower", "Faster"), reports.DisplayName(c.Name), words.Change(c.Ratio), c.where()})
	}
	p.table(rows)
	switch {
	case h.Subjects == 0:
	case len(h.Changes) == 0:
		p.line("History", fmt.Sprintf("no change of level in %s of %s", words.Count(h.Snapshots, "snapshot"), words.Count(h.Subjects, "benchmark")))
	default:
		c := h.Changes[0]
		bare, _ := cutProcs(c.Name)
		p.line("History", fmt.Sprintf("%s in %s; to look closer: poolbench gate -base %s -head %s -bench '%s'",
			words.Count(len(h.Changes), "change"), words.Count(h.Snapshots, "snapshot"), short(c.Before), short(c.After), benchPattern(bare)))
	}
	for _, warning := range h.Warnings {
		p.line("Note", warning.String())
	}
	_, err := w.Write(p.out.Bytes())
	return err
}

func (c Change) where() string {
	if c.Creep {
		return fmt.Sprintf("little by little over %s from %s to %s", words.Count(c.Commits, "step"), short(c.Before), short(c.After))
	}
	return fmt.Sprintf("between %s and %s, for %s since", short(c.Before), short(c.After), words.Count(c.Established, "snapshot"))
}

// short is a commit for people.
func short(commit string) string {
	if n := 12; len(commit) > n && !strings.ContainsAny(commit[:n], " /") {
		return commit[:n]
	}
	return commit
}

// benchPattern is the -bench expression of one benchmark.
func benchPattern(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = "^" + p + "$"
	}
	return strings.Join(parts, "/")
}
