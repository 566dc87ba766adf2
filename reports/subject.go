package reports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/words"
)

// A subject is one benchmark that holds points of a grid. Points of different ones have
// equal axes but are not the same thing.
type subject struct{ pkg, benchmark string }

func subjectOf(p record.Point) subject { return subject{p.Pkg, p.Benchmark()} }

func (s subject) String() string {
	if s.pkg == "" {
		return s.benchmark
	}
	return s.pkg + "." + s.benchmark
}

// chooseSubject is the benchmark to analyse: Grid, else the one with the most results,
// the first by name of several. The warning is what is left out.
func chooseSubject(results []record.Result) (chosen subject, left []record.Warning) {
	count := map[subject]int{}
	for _, r := range results {
		if r.Point.HasGridAxes() {
			count[subjectOf(r.Point)]++
		}
	}
	other := func(s subject) int {
		if s.benchmark == record.GridBenchmark {
			return 0
		}
		return 1
	}
	all := slices.SortedFunc(maps.Keys(count), func(a, b subject) int {
		return cmp.Or(other(a)-other(b), count[b]-count[a], strings.Compare(a.String(), b.String()))
	})
	switch len(all) {
	case 0:
		return subject{}, nil
	case 1:
		return all[0], nil
	}
	var names []string
	for _, s := range all[1:] {
		names = append(names, s.String())
	}
	slices.Sort(names)
	return all[0], []record.Warning{{Topic: "record",
		What: fmt.Sprintf("The record holds points of several benchmarks: only %s is analysed, not %s.", all[0], words.ShortList(names, 3)),
		Cure: "Report each from a file of its own."}}
}

// chooseProcs is the GOMAXPROCS to analyse where the points of a grid have several: with
// the most results, the largest of several. The warning is what is left out. 0 for all
// where there is one.
func chooseProcs(results []record.Result) (procs int, left []record.Warning) {
	count := map[int]int{}
	for _, r := range results {
		if r.Point.IsGrid() {
			count[r.Procs]++
		}
	}
	if len(count) < 2 {
		return 0, nil
	}
	all := slices.SortedFunc(maps.Keys(count), func(a, b int) int { return cmp.Or(count[b]-count[a], b-a) })
	var others []string
	for _, n := range slices.Sorted(slices.Values(all[1:])) {
		others = append(others, strconv.Itoa(n))
	}
	return all[0], []record.Warning{{Topic: "record",
		What: fmt.Sprintf("The record holds results at several GOMAXPROCS: only those at %d are analysed, not those at %s.", all[0], words.JoinAnd(others)),
		Cure: "Report each from a file of its own."}}
}
