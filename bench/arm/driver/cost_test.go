package driver

import (
	"context"
	"slices"
	"testing"
)

// BenchmarkCost is what poolbench sees around slices of about 10 ms beside what they say,
// as a share of the slice: the median, which should be below 0.5 % on a machine that is
// idle, and the quartiles. After a sleep the driver finds the caches cold, and perhaps its
// CPU taken.
//
//	go test -run '^$' -bench Cost -benchtime 1000x ./bench/arm/driver
func BenchmarkCost(b *testing.B) {
	r, err := Python.Find(context.Background(), "")
	if err != nil {
		b.Skip(err)
	}
	for _, w := range []work{{Workload: "spin", Units: 60_000}, {Workload: "sleep", Wait: 0.01}} {
		b.Run(w.Workload, func(b *testing.B) {
			s, err := Grid{Runtimes: []*Runtime{r}, Workers: []int{1}}.open(b.Context(), setupOf(b))
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			w.Executor, w.Workers, w.Tasks, w.Chunk, w.Seeds = "python-serial", 1, 1, 1, hexSeeds(seeds(1, 1))
			a := &point{session: s.(*session), tasks: 1, key: processKey{r, w.Executor, 1, ""}, work: w}
			if a.want, err = answers(&w); err == nil {
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
		})
	}
}
