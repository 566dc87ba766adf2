package selftest

import (
	"os"
	"testing"
	"time"

	"poolbench/bench/arm/probe"
	"poolbench/bench/record"
	"poolbench/workloads"
)

// inRealTime skips tests that take long and need a machine that is not all others'.
func inRealTime(t *testing.T) ([]experiment, record.Calibration) {
	t.Helper()
	if os.Getenv("POOLBENCH_REAL_TIME") == "" {
		t.Skip("measures for minutes; set POOLBENCH_REAL_TIME=1 to run it")
	}
	spin, err := probe.Calibrate(probe.Timed(workloads.Spin.Kernel))
	if err != nil {
		t.Fatal(err)
	}
	return experiments(spin), spin
}

// 20 µs on goroutines are found within their own interval, narrower than ±15 %, in
// under 20 s.
func TestInlineInRealTime(t *testing.T) {
	experiments, spin := inRealTime(t)
	begin := time.Now()
	data, _, err := experiments[0].measure(t.Context(), 18*time.Second, 0, spin)
	if err != nil {
		t.Fatal(err)
	}
	row := experiments[0].rows(data)[0]
	row.judge()
	e := row.Estimate
	width := (e.High - e.Low) / 2 / e.Value
	t.Logf("planted %.2f µs, found %.2f µs [%.2f, %.2f], ±%.1f %%, in %v: %v", row.Planted*1e6, e.Value*1e6, e.Low*1e6, e.High*1e6, width*100,
		time.Since(begin).Round(100*time.Millisecond), row.Verdict)
	if row.Verdict != Covered || !(width < 0.15) || time.Since(begin) > 20*time.Second {
		t.Errorf("%+v", row)
	}
}

// The same executor under two names: no crossover, in each of ten runs.
func TestTwinsInRealTime(t *testing.T) {
	experiments, spin := inRealTime(t)
	crossed := 0
	for i := range 10 {
		data, seed, err := experiments[1].measure(t.Context(), 6*time.Second, 0, spin)
		if err != nil {
			t.Fatal(err)
		}
		row := experiments[1].rows(data)[0]
		t.Logf("run %d, seed %d: %v, %s, %d blocks", i+1, seed, row.Verdict, row.Note, row.Estimate.N)
		if row.Verdict != Covered {
			crossed++
		}
	}
	if crossed > 0 {
		t.Errorf("%d of 10 runs found a crossover, or could not tell", crossed)
	}
}
