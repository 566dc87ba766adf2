package record_test

import (
	"bytes"
	"strings"
	"testing"

	. "poolbench/bench/record"
)

// Rounds of tasks, shares that one worker does, slots, and limits other than the CPUs.
func TestCurve(t *testing.T) {
	for _, test := range []struct {
		curve     Curve
		workers   int
		delivered float64
		want      float64
	}{
		{Curve{Of: LimitCapacity}, 3, 2.5, 2.5},
		{Curve{Of: LimitCapacity, Tasks: 16}, 5, 5, 4}, // 4 rounds, the last of one task
		{Curve{Of: LimitCapacity, Tasks: 16}, 10, 1.9, 1.9},
		{Curve{Of: LimitCapacity, Tasks: 16}, 100, 100, 16},
		{Curve{Of: LimitCapacity, Serial: 0.5}, 2, 2, 4.0 / 3},
		{Curve{Of: LimitCapacity, Serial: 1}, 9, 9, 1},
		{Curve{Of: LimitWorkers, Serial: 0.25}, 4, 1, 16.0 / 7},
		{Curve{Of: LimitWorkers, Slots: 4}, 3, 1, 3},
		{Curve{Of: LimitWorkers, Slots: 4}, 16, 1, 4},
		{Curve{Of: LimitWorkers, Slots: 4, Tasks: 9}, 8, 1, 4},
		{Curve{Of: LimitWorkers, Slots: 2.5}, 4, 1, 2.5},
		{Curve{Of: LimitBandwidth, Tasks: 16}, 4, 1.5, 1.5},
	} {
		if got := test.curve.Speedup(test.workers, test.delivered); got != test.want {
			t.Errorf("%+v with %d workers that deliver %v: %v, want %v", test.curve, test.workers, test.delivered, got, test.want)
		}
	}
}

// A curve belongs to what is run, however it is run, and is read back.
func TestCurveOfAPoint(t *testing.T) {
	curve := Curve{Of: LimitWorkers, Tasks: 32, Serial: 0.25, Slots: 4}
	var out bytes.Buffer
	w := NewWriter(&out, nil)
	if err := w.Fact("expected", new(Facts).ExpectedOf(goroutines, curve)); err != nil {
		t.Fatal(err)
	}
	out.WriteString("# block 1\nBenchmark" + goroutines.Name() + " 1 1 sec/op\n")
	rec, err := Read(&out, "x.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Point{goroutines, plain, goroutines.With(AxisExecutor, "x").With(AxisWorkers, "9").With(AxisChunk, "7")} {
		if got, ok := rec.Facts.Curve(p); !ok || got != curve {
			t.Errorf("%s: %+v, %v", p, got, ok)
		}
	}
	for _, p := range []Point{goroutines.With(AxisGrain, "7"), goroutines.With("dial", "7")} {
		if got, ok := rec.Facts.Curve(p); ok {
			t.Errorf("%s: %+v", p, got)
		}
	}
}

func TestImpossibleCurves(t *testing.T) {
	for _, text := range []string{`{"of":"magic"}`, `{"of":""}`, `{"of":"capacity","tasks":-1}`, `{"of":"capacity","slots":-1}`, `{"of":"workers","serial":1.5}`, `{"of":"workers","serial":-0.1}`} {
		if _, err := Read(strings.NewReader("# fact seed 1\n# fact expected "+text+"\n# block 1\nBenchmarkX 1 1 sec/op\n"), "x.txt"); err == nil || !strings.Contains(err.Error(), "x.txt:2: fact expected: a curve") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
