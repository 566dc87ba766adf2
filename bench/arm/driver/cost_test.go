package driver

import (
	"context"
	"slices"
	"testing"
)

// BenchmarkCost is what poolbench sees around slices of 10 ms beside what they say: the
// median of it as a share of the slice, which should be below 0.5 %.
//
//	go test -run '^$' -bench Cost -benchtime 1000x ./bench/arm/driver
func BenchmarkCost(b *testing.B) {
	r, err := Python.Find(context.Background(), "")
	if err != nil {
		b.Skip(err)
	}
	s, err := Grid{Runtimes: []*Runtime{r}, Workers: []int{1}}.open(b.Context(), setupOf(b))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	a := &point{session: s.(*session), tasks: 1, key: processKey{r, "python-serial", 1, ""},
		work: work{Executor: "python-serial", Workers: 1, Workload: "sleep", Tasks: 1, Seeds: hexSeeds(seeds(1, 1)), Wait: 0.01, Chunk: 1}}
	if a.want, err = answers(&a.work); err == nil {
		err = a.open(b.Context())
	}
	if err != nil {
		b.Fatal(err)
	}
	var shares []float64
	for b.Loop() {
		slice, err := a.Slice(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		shares = append(shares, slice.Values[UnitOverhead]/slice.Time)
	}
	slices.Sort(shares)
	n := len(shares)
	b.ReportMetric(100*shares[n/2], "%-median")
	b.ReportMetric(100*shares[n/4], "%-q1")
	b.ReportMetric(100*shares[n*3/4], "%-q3")
}
