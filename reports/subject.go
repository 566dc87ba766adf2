package reports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
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
		if r.Point.IsGrid() {
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
