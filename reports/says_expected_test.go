package reports_test

import (
	"math"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/planted"
)

// What is said of the curve that a workload declares, beside what was measured.
func TestExpectedBesideMeasured(t *testing.T) {
	for name, says := range map[string][]string{
		"as expected":       {"as expected, within 15 %: spin at 100 µs with 2 workers", "not: short", "not: above"},
		"short of expected": {"spin at 100 µs with 2 workers falls short of what is expected: ", "goroutines ", ", processes 6", "not: as expected", "not: memory"},
		"short of memory":   {"spin at 100 µs is short of memory bandwidth: 2 workers get 1.2", "of one worker's, and of the CPUs 1.9", "as expected, within 15 %"},
		"above expected":    {"is above what is expected, so its declared curve is too low for this machine: goroutines 12", "not: spawn", "not: short"},
		"slots":             {"as expected, within 15 %: spin at 100 µs with 4 workers"},
	} {
		for _, noise := range []float64{0.01, 0.05} {
			t.Run(name, func(t *testing.T) {
				w := planted.Worlds(3, 20, noise)[name]
				has(t, said(world(t, w), reports.Expect), says...)
				w.Curve = nil
				if len(reports.Answer(world(t, w), reports.Expect)) > 0 {
					t.Error("something is said where no curve is declared")
				}
			})
		}
	}
	few := planted.Worlds(3, 5, 0.02)["short of expected"]
	has(t, said(world(t, few), reports.Expect), "not: falls short")
}

// What holds work back, and what it is expected to reach, by the numbers of a record.
func TestExpectedSpeedups(t *testing.T) {
	for _, test := range []struct {
		curve    record.Curve
		workers  int
		expected float64 // 0 where it is not known
		by       string
	}{
		{record.Curve{Of: record.LimitCapacity}, 2, 1.6, "CPUs"},
		{record.Curve{Of: record.LimitCapacity}, 4, 1.6, "CPUs"}, // as many as the cores
		{record.Curve{Of: record.LimitCapacity, Serial: 0.5}, 2, 1.6 / 1.3, "50 % by one at a time"},
		{record.Curve{Of: record.LimitCapacity, Tasks: 1}, 2, 1, "rounds of 1 task"},
		{record.Curve{Of: record.LimitCapacity, Tasks: 64}, 2, 2, "CPUs"}, // by a probe that says 2.1
		{record.Curve{Of: record.LimitBandwidth}, 2, 0, ""},               // not probed
		{record.Curve{Of: record.LimitWorkers}, 4, 4, "workers"},
		{record.Curve{Of: record.LimitWorkers, Tasks: 5}, 4, 2.5, "rounds of 5 tasks"},
		{record.Curve{Of: record.LimitWorkers, Tasks: 64, Slots: 3}, 4, 3, "3 slots"},
		{record.Curve{Of: record.LimitWorkers, Tasks: 64, Slots: 3}, 2, 2, "workers"},
		{record.Curve{Of: record.LimitWorkers, Slots: 1.6}, 2, 1.6, "1.6 tasks at once"},
	} {
		w := planted.Worlds(1, 8, 0)["as expected"]
		gave := 1.6
		if test.by == "CPUs" && test.expected > 1.6 {
			gave = 2.1
		}
		w.Gave, w.Curve = func(int) float64 { return gave }, &test.curve
		w.Pools = []planted.Pool{{Executor: "goroutines", Workers: test.workers, Speedup: planted.Gain(test.expected/2 + 1)}}
		p := reports.Scalings(world(t, w))[0].Points()[0]
		if math.Abs(p.Expected.Value-test.expected) > 1e-9 || p.HeldBack != test.by || p.Expected.N > 0 != (test.expected > 0) {
			t.Errorf("%+v with %d workers: %+v held back by %q, want %v by %q", test.curve, test.workers, p.Expected, p.HeldBack, test.expected, test.by)
		}
		if test.expected > 0 && math.Abs(p.Reached.Value-(test.expected/2+1)/test.expected) > 1e-9 {
			t.Errorf("%+v: reached %+v", test.curve, p.Reached)
		}
	}
}
