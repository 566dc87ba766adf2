package peers_test

import (
	"context"
	"flag"
	"math/rand/v2"
	"strings"
	"testing"

	"poolbench/executors"
	"poolbench/executors/peers"
	"poolbench/executors/peers/compare"
)

var benchTasks = flag.Int("tasks", 100_000, "tasks of a round of a benchmark of rows")

// BenchmarkRows runs the rows of package compare: an iteration is a round, in
// which every arm runs once in shuffled order. It reports the median time per
// task of each arm and the median ratios within rounds; cmd/compare gives the
// intervals too. -benchtime 10x makes ten rounds.
func BenchmarkRows(b *testing.B) {
	for _, row := range compare.Rows() {
		b.Run(row.Name, func(b *testing.B) {
			m, err := compare.Measure(b.Context(), row, b.N, *benchTasks, rand.New(rand.NewPCG(rand.Uint64(), 0)))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(0, "ns/op") // of a round: means nothing
			for _, arm := range row.Arms {
				b.ReportMetric(compare.Median(m.Values[arm.Name]).Median, metric(arm.Name)+"-"+row.Unit+"/task")
			}
			for _, c := range row.Checks {
				if c.Against != "" {
					b.ReportMetric(compare.Median(m.Sample(c)).Median, metric(c.Arm)+"/"+metric(c.Against))
				}
			}
		})
	}
}

// metric makes a name fit for a unit.
func metric(name string) string { return strings.NewReplacer(",", "", " ", "_").Replace(name) }

// BenchmarkKind submits b.N empty tasks through the executor of each peer and
// takes their results: the same futures, ours, on everybody's workers.
func BenchmarkKind(b *testing.B) {
	for _, p := range peers.All() {
		b.Run("executor="+p.Name+"/workers=2", func(b *testing.B) {
			ctx := context.Background()
			ex, err := p.Kind.New(executors.Options{Workers: 2})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			futures := make([]*executors.Future[int], b.N)
			b.ResetTimer()
			for i := range futures {
				if futures[i], err = executors.Submit(ctx, ex, square, i); err != nil {
					b.Fatal(err)
				}
			}
			for i, f := range futures {
				if v, err := f.Result(ctx); v != i*i || err != nil {
					b.Fatal(v, err)
				}
			}
			b.StopTimer()
			if err := ex.Shutdown(ctx); err != nil {
				b.Fatal(err)
			}
		})
	}
}
