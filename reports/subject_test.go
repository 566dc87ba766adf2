package reports

import (
	"math"
	"strings"
	"testing"

	"poolbench/bench/record"
)

// Cells of several benchmarks, or of one in several packages, are not pooled.
func TestOneBenchmarkIsAnalysed(t *testing.T) {
	line := func(benchmark, executor, seconds string) string {
		return strings.Replace(cellLine(executor, seconds), "BenchmarkGrid", "Benchmark"+benchmark, 1)
	}
	a := line("A", "serial", "1.375") + line("A", "x", "1")
	b := line("B", "serial", "1.25") + line("B", "x", "1")
	for _, test := range []struct {
		name, text string
		speedup    float64
		warning    string
	}{
		{"most results", b + a + a + "# failed B/executor=x/workload=w/workers=1/grain=1000: no\n", 1.375, "only A is analysed, not B."},
		{"first by name", b + a, 1.375, "only A is analysed, not B."},
		{"grid", a + a + strings.ReplaceAll(b, "BenchmarkB", "BenchmarkGrid"), 1.25, "only Grid is analysed, not A."},
		{"packages", "pkg: p\n" + a + a + "pkg: q\n" + strings.ReplaceAll(b, "BenchmarkB", "BenchmarkA"), 1.375, "only p.A is analysed, not q.A."},
	} {
		d := NewSet(parse(t, test.text))
		if got := Scalings(d)[0].Series[0].Points[0].Speedup.Value; math.Abs(got-test.speedup) > 1e-9 {
			t.Errorf("%s: speedup %v, want %v", test.name, got, test.speedup)
		}
		if len(Warnings(d)) != 1 || !strings.Contains(Warnings(d)[0].What, test.warning) {
			t.Errorf("%s: %v", test.name, Warnings(d))
		}
	}
	if d := NewSet(parse(t, a)); len(Warnings(d)) != 0 {
		t.Errorf("%v", Warnings(d))
	}
}

// The plain loop has no workers to speak of.
func TestPoolsAreNamed(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{Pool{Executor: "goroutines", Workers: 2}.String(), "goroutines with 2 workers"}, {Pool{Executor: record.Serial, Workers: 1}.String(), "serial"},
		{Pool{Executor: "ants", Workers: 2}.Short(), "ants × 2"}, {Pool{Executor: record.Serial, Workers: 1}.Short(), "serial"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}
