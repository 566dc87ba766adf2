package gate

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

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
	Snapshots  int
	Benchmarks int // with enough snapshots to look at
	Changes    []Change
	Warnings   []record.Warning
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
	sorted := underNewNames(snapshots)
	if n := len(sorted); n > maxHistory {
		sorted = sorted[n-maxHistory:]
		h.Warnings = append(h.Warnings, record.Warning{What: fmt.Sprintf("Only the latest %d of %d snapshots were looked at.", maxHistory, n), Cure: "Move old files elsewhere."})
	}
	points := map[record.Point]bool{}
	for _, s := range sorted {
		for p := range s.ratios {
			points[p] = true
		}
	}
	for _, p := range slices.SortedFunc(maps.Keys(points), byName) {
		h.look(p, sorted, math.Log1p(o.Tolerance))
	}
	slices.SortStableFunc(h.Changes, func(a, b Change) int { return cmp.Compare(b.Ratio, a.Ratio) })
	if h.Benchmarks == 0 {
		h.Warnings = append(h.Warnings, record.Warning{What: fmt.Sprintf("The history has %s: too few to see a change.", words.Count(len(snapshots), "snapshot")),
			Cure: fmt.Sprintf("It takes %d or more.", 2*estimate.LeastPart)})
	}
	return h
}

// underNewNames are snapshots in which each benchmark has the name that it has in the latest
// one, sorted by time.
func underNewNames(snapshots []*Snapshot) []*Snapshot {
	sorted := slices.Clone(snapshots)
	slices.SortStableFunc(sorted, func(a, b *Snapshot) int { return a.Time.Compare(b.Time) })
	for k, s := range sorted {
		for _, r := range s.renamed {
			was, is := record.Promise{Pkg: r.Pkg, Name: r.Was}.Point(), record.Promise{Pkg: r.Pkg, Name: r.Name}.Point()
			for i, earlier := range sorted[:k] {
				ratio, has := earlier.ratios[was]
				if _, both := earlier.ratios[is]; !has || both {
					continue
				}
				moved := *earlier
				moved.ratios = maps.Clone(earlier.ratios)
				delete(moved.ratios, was)
				moved.ratios[is] = ratio
				sorted[i] = &moved
			}
		}
	}
	return sorted
}

// look analyses one benchmark.
func (h *History) look(point record.Point, snapshots []*Snapshot, tolerance float64) {
	mine := slices.DeleteFunc(slices.Clone(snapshots), func(s *Snapshot) bool { _, has := s.ratios[point]; return !has })
	if len(mine) < 2*estimate.LeastPart {
		return
	}
	h.Benchmarks++
	latest := mine[len(mine)-1].Base
	levels := slices.DeleteFunc(slices.Clone(mine), func(s *Snapshot) bool { return s.Base != latest })
	if 2*len(levels) > len(mine) {
		h.levels(point, levels, tolerance)
		return
	}
	values := ratios(mine, point)
	from, to, ok := estimate.Creep(values)
	if !ok {
		from, to, ok = estimate.Creep(estimate.Negated(values))
	}
	if ok {
		h.add(point, floats.Sum(values[from:to]), tolerance,
			Change{Before: mine[from].Base, After: mine[to-1].Head, Creep: true, Commits: to - from})
	}
}

// ratios are those of one benchmark.
func ratios(snapshots []*Snapshot, point record.Point) (out []float64) {
	for _, s := range snapshots {
		out = append(out, s.ratios[point])
	}
	return out
}

// levels analyses snapshots against one base.
func (h *History) levels(point record.Point, snapshots []*Snapshot, tolerance float64) {
	levels := ratios(snapshots, point)
	ends := slices.Concat([]int{0}, estimate.ChangePoints(levels), []int{len(levels)})
	for k, to := range ends[2:] {
		from, i := ends[k], ends[k+1]
		h.add(point, estimate.Median(levels[i:to])-estimate.Median(levels[from:i]), tolerance,
			Change{Before: snapshots[i-1].Head, After: snapshots[i].Head, Established: to - i})
	}
}

// add adds a change of a benchmark by shift, a log ratio, unless it is within the tolerance.
func (h *History) add(point record.Point, shift, tolerance float64, c Change) {
	if math.Abs(shift) >= tolerance {
		c.Pkg, c.Name, c.Ratio = point.Pkg, point.Name(), math.Exp(shift)
		h.Changes = append(h.Changes, c)
	}
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
