package reports

import (
	"fmt"
	"sort"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/words"
)

// A subject is one benchmark that holds cells. Cells of different ones have equal
// names but are not the same thing.
type subject struct{ pkg, benchmark string }

func subjectOf(r record.Result) subject { return subject{r.Pkg, r.Benchmark()} }

func (s subject) String() string {
	if s.pkg == "" {
		return s.benchmark
	}
	return s.pkg + "." + s.benchmark
}

// chooseSubject is the benchmark to analyse: Grid, else the one with the most
// results, the first by name of several. Others are those left out, sorted by name.
func chooseSubject(rec *record.Record) (chosen subject, others []subject) {
	count := map[subject]int{}
	for _, r := range rec.Results {
		if r.Kind == record.KindCell {
			count[subjectOf(r)]++
		}
	}
	for s := range count {
		others = append(others, s)
	}
	sort.Slice(others, func(i, j int) bool {
		a, b := others[i], others[j]
		ga, gb := a.benchmark == record.GridBenchmark, b.benchmark == record.GridBenchmark
		switch {
		case ga != gb:
			return ga
		case count[a] != count[b]:
			return count[a] > count[b]
		}
		return a.String() < b.String()
	})
	if len(others) == 0 {
		return subject{}, nil
	}
	chosen, others = others[0], others[1:]
	sort.Slice(others, func(i, j int) bool { return others[i].String() < others[j].String() })
	return chosen, others
}

// only is rec with the cells, and the failures of cells, of one benchmark. What is
// no cell stays. The warning is what was left out.
func only(rec *record.Record) (*record.Record, []Warning) {
	chosen, others := chooseSubject(rec)
	if len(others) == 0 {
		return rec, nil
	}
	out := *rec
	out.Results, out.Failures = nil, nil
	for _, r := range rec.Results {
		if r.Kind != record.KindCell || subjectOf(r) == chosen {
			out.Results = append(out.Results, r)
		}
	}
	for _, f := range rec.Failures {
		if benchmark, _, _ := strings.Cut(f.Name, "/"); benchmark == chosen.benchmark {
			out.Failures = append(out.Failures, f)
		}
	}
	names := make([]string, len(others))
	for i, s := range others {
		names[i] = s.String()
	}
	return &out, []Warning{{fmt.Sprintf("The record holds cells of several benchmarks: only %s is analysed, not %s.", chosen, words.ShortList(names, 3)),
		"Report each from a file of its own."}}
}
