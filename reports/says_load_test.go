package reports_test

import (
	"math"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/planted"
)

// A pool whose workers are elsewhere pays off up to some payload: 100 µs of work take two
// processes 65 µs, and a byte 0.2 ns, so that is 175,000 bytes, within the interval.
func TestPayloadCrossover(t *testing.T) {
	for _, noise := range []float64{0, 0.01, 0.05} {
		s := world(t, planted.Worlds(5, 30, noise)["payloads"])
		seen := map[string]bool{}
		for _, c := range reports.Carries(s) {
			if c.Workers != 2 {
				continue
			}
			seen[c.Executor] = true
			x := c.Crossover
			switch {
			case c.Executor != "processes" && x.Outcome != estimate.Never:
				t.Errorf("noise %v: %s sends nothing, and has %+v", noise, c.Pool, x)
			case c.Executor == "processes" && (x.Outcome != estimate.Crosses || math.Abs(x.At.Value/175_000-1) > 0.001+3*noise || x.At.Low > 175_000*1.001 || x.At.High < 175_000*0.999 || !x.At.Known()):
				t.Errorf("noise %v: %s has %+v, want 175,000 bytes", noise, c.Pool, x)
			}
		}
		if len(seen) != 3 {
			t.Errorf("noise %v: %v", noise, seen)
		}
		has(t, said(s, reports.Load), "spin at 100 µs with 2 workers: a pool pays off up to a payload each way of: processes 17", "KiB [", "with every payload tried: goroutines and spawn")
	}
	has(t, said(world(t, planted.Worlds(5, 4, 0.05)["payloads"]), reports.Load), "cannot tell: ", "not: pays off")
	if sections := reports.Answer(world(t, planted.Worlds(5, 20, 0.05)["crossovers"]), reports.Load); len(sections) > 0 {
		t.Errorf("%+v", sections)
	}
}

// Pools that pay off with no payload, and those of which only some payloads are sure.
func TestPayloadOutcomes(t *testing.T) {
	w := planted.Worlds(5, 20, 0.02)["payloads"]
	w.Pools = []planted.Pool{{Executor: "processes", Workers: 2, Speedup: planted.Gain(0.3)}, {Executor: "goroutines", Workers: 2, Speedup: planted.Gain(0.9)}}
	w.Gave = func(int) float64 { return 2 }
	has(t, said(world(t, w), reports.Load), "with no payload: goroutines and processes")
	w.Gave = func(b int) float64 { return []float64{1.1, 1.3, 1.9, 2}[b%4] } // it may be the machine's doing
	has(t, said(world(t, w), reports.Load), "cannot tell: goroutines", "with no payload: processes")
	for _, p := range reports.Scalings(world(t, w)) {
		if p.Payload > 0 && p.What.Get(record.AxisPayload) == "" {
			t.Errorf("%+v", p.What)
		}
	}
}
