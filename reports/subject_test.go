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

// Results at another GOMAXPROCS are not pooled, and somebody's values of our axes are left
// out; both are said.
func TestSomeResultsAreAnalysed(t *testing.T) {
	at := func(suffix, serial string) string {
		return "BenchmarkA/executor=serial/workload=w/grain=1us" + suffix + " 1 " + serial + " sec/op\nBenchmarkA/executor=x/workload=w/workers=1/grain=1us" + suffix + " 1 1 sec/op\n"
	}
	auto := "BenchmarkA/executor=x/workload=w/workers=auto/grain=fine-4 1 1 sec/op\n"
	for _, test := range []struct {
		text     string
		speedup  float64
		warnings []string
	}{
		{at("", "1.25") + at("-2", "2") + at("-4", "1.375"), 1.375, []string{"only those at 4 are analysed, not those at 1 and 2."}},
		{at("", "1.25") + at("", "1.25") + at("-4", "1.375"), 1.25, []string{"only those at 1 are analysed, not those at 4."}},
		{"# fact seed 1\n" + at("-1", "1.25") + at("-1", "1.25") + at("-4", "1.375"), 1.25, []string{"only those at 1 are analysed, not those at 4."}},
		{at("-4", "1.375") + auto, 1.375, []string{"Left out, since a value is none of its axis: A/executor=x/workload=w/workers=auto/grain=fine."}},
	} {
		s := NewSet(parse(t, test.text))
		if got := Scalings(s)[0].Series[0].Points[0].Speedup.Value; math.Abs(got-test.speedup) > 1e-9 {
			t.Errorf("%s: speedup %v, want %v", test.text, got, test.speedup)
		}
		warnings := Warnings(s)
		if len(warnings) != len(test.warnings) {
			t.Fatalf("%s: %v", test.text, warnings)
		}
		for i, w := range warnings {
			if !strings.Contains(w.What, test.warnings[i]) {
				t.Errorf("%s: %v", test.text, w)
			}
		}
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
