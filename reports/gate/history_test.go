package gate

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/view"
)

// snapshot is a history's part as it is stored and read back.
func snapshot(t *testing.T, day int, base, head string, ratios map[string]float64) *Snapshot {
	t.Helper()
	r := &Report{}
	for _, name := range slices.Sorted(maps.Keys(ratios)) {
		v := ratios[name]
		r.Cases = append(r.Cases, Case{Pkg: "example.com/p", Name: name, Unit: "sec/op", Verdict: NoChange, Base: 1e-5, Head: 1e-5 * v,
			Ratio: estimate.Estimate{Value: v, Low: v * 0.99, High: v * 1.01, N: 30}})
	}
	var text bytes.Buffer
	if err := WriteSnapshot(&text, []record.Field{{Key: "cpu", Value: "X"}}, r, base, head, t0.AddDate(0, 0, day)); err != nil {
		t.Fatal(err)
	}
	s, err := ReadSnapshot(parse(t, text.String()))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var t0 = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func commit(i int) string { return fmt.Sprintf("%012x%028d", 0xabc000+i, 0) }

func TestHistory(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	var against, along []*Snapshot
	for i := range 40 {
		stepped, quiet := math.Exp(0.005*rng.NormFloat64()), math.Exp(0.005*rng.NormFloat64())
		if i >= 25 {
			stepped *= 1.04
		}
		against = append(against, snapshot(t, i, commit(1000), commit(i), map[string]float64{"A/x=1-2": stepped, "B-2": quiet}))
		along = append(along, snapshot(t, i, commit(i), commit(i+1), map[string]float64{"A-2": math.Exp(0.004 + 0.004*rng.NormFloat64()), "B-2": quiet}))
	}
	rng.Shuffle(len(against), func(i, j int) { against[i], against[j] = against[j], against[i] })
	h := Changes(against, Options{})
	if len(h.Changes) != 1 || h.Benchmarks != 2 {
		t.Fatalf("%+v", h)
	}
	if c := h.Changes[0]; c.Name != "A/x=1-2" || c.Before != commit(24) || c.After != commit(25) || math.Abs(c.Ratio-1.04) > 0.01 || c.Established != 15 {
		t.Errorf("%+v", c)
	}
	var out bytes.Buffer
	if err := WriteHistoryText(&out, h, view.Options{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "history.txt", out.Bytes())
	h = Changes(along, Options{})
	if len(h.Changes) != 1 || !h.Changes[0].Creep || h.Changes[0].Name != "A-2" || h.Changes[0].Ratio < 1.1 {
		t.Errorf("%+v", h)
	}
	out.Reset()
	if err := WriteHistoryText(&out, h, view.Options{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "creep.txt", out.Bytes())
	if h := Changes(against[:5], Options{}); len(h.Changes) != 0 || len(h.Warnings) != 1 {
		t.Errorf("%+v", h)
	}
}

func TestSnapshotErrors(t *testing.T) {
	if err := WriteSnapshot(&bytes.Buffer{}, nil, &Report{Cases: []Case{{Name: "A", Unit: "sec/op"}}}, "a", "b", t0); err == nil {
		t.Error("an empty snapshot was written")
	}
	if _, err := ReadSnapshot(parse(t, "BenchmarkA 1 5 ns/op\n")); err == nil {
		t.Error("any record was read as a snapshot")
	}
}

// A history that an earlier version wrote is read as it was, beside one of today.
func TestSnapshotOfOld(t *testing.T) {
	old := `cpu: X
# note time: 2026-01-02T03:04:05Z
# note base: aaa
# note head: bbb
pkg: example.com/p
BenchmarkA/x=1-2 30 1.04e-05 sec/op 1.04 head/base 1.03 head/base-low 1.05 head/base-high
BenchmarkGrid/executor=conc/workload=spin/workers=2/grain=1000-2 30 1e-05 sec/op 0.98 head/base 0.97 head/base-low 0.99 head/base-high
BenchmarkB 30 1e-05 sec/op 1 head/base 1 head/base-low 1 head/base-high
`
	got, err := ReadSnapshot(parse(t, old))
	if err != nil {
		t.Fatal(err)
	}
	want := snapshot(t, 0, "aaa", "bbb", map[string]float64{"A/x=1-2": 1.04, "Grid/executor=conc/workload=spin/workers=2/grain=1000-2": 0.98, "B": 1})
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// The expression that is proposed matches the benchmark, as package testing knows it.
func TestBenchPattern(t *testing.T) {
	for name, full := range map[string]string{"A": "BenchmarkA", "A/x=1.5(b)": "BenchmarkA/x=1.5(b)", "Benchmark": "Benchmark", "Benchmark/x": "Benchmark/x", "Benchmarks": "BenchmarkBenchmarks"} {
		levels := strings.Split(benchPattern(name), "/")
		for i, part := range strings.Split(full, "/") {
			if !regexp.MustCompile(levels[i]).MatchString(part) {
				t.Errorf("%s: %q does not match %q", name, levels[i], part)
			}
		}
	}
}
