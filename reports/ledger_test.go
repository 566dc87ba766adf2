package reports

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/words"
)

// pointsOf are the points of an executor on the largest tasks.
func pointsOf(t *testing.T, d *Set, executor string) []ScalingPoint {
	t.Helper()
	for _, s := range Headline(d) {
		for _, series := range s.Series {
			if series.Executor == executor {
				return series.Points
			}
		}
	}
	t.Fatalf("no points of %s", executor)
	return nil
}

// The shares of simulated executors are what was planted, and add up to P·T exactly.
func TestLedgerAddsUp(t *testing.T) {
	s := simulated{inline: 250 * time.Microsecond, inflation: 1.25, tail: 0}
	l := simulation(s)
	l.grains = []time.Duration{time.Millisecond}
	l.tasks = func(time.Duration) int { return 60 } // 4 workers have 15 each, 8 have 7 or 8
	for _, p := range pointsOf(t, NewSet(l.write(t)), "pool") {
		a := p.Ledger
		if a.N != l.blocks || !a.Split {
			t.Fatalf("%+v", a)
		}
		workers := float64(p.Workers)
		near(t, "P·T", a.Seconds, workers*p.Time.Value, 1e-12)
		if sum := a.Ideal.Value + a.Inflation.Value + a.Scheduling.Value + a.Idle.Value; math.Abs(sum-1) > 1e-15 {
			t.Errorf("shares add up to 1%+g", sum-1)
		}
		total := workers * math.Ceil(60/workers) * 1.5e-3 // each task takes 1.25 ms and 0.25 ms
		near(t, "useful work", a.Ideal.Value, 60*1e-3/total, 1e-6)
		near(t, "inflation", a.Inflation.Value, 60*0.25e-3/total, 1e-6)
		near(t, "scheduling", a.Scheduling.Value, 60*0.25e-3/total, 1e-6)
		if idle := 1 - 60*1.5e-3/total; math.Abs(a.Idle.Value-idle) > 1e-6 {
			t.Errorf("idle is %v, want %v", a.Idle, idle)
		}
		near(t, "sampled", a.Sampled, 0.5, 1e-9)
	}
}

// With noise the shares still add up.
func TestLedgerAddsUpInNoise(t *testing.T) {
	l := simulation(simulated{inline: 3 * time.Microsecond, period: 2 * time.Microsecond, inflation: 0.9, tail: 1})
	l.noise, l.drift = 0.1, 0.3
	split := true
	defer func() {
		if split {
			t.Error("work that is shorter in the pool was split")
		}
	}()
	for _, s := range Scalings(NewSet(l.write(t))) {
		for _, p := range s.Series[0].Points {
			a := p.Ledger
			if a.Faster.N > 0 { // work was planted as shorter in the pool
				split = false
				continue
			}
			if sum := a.Ideal.Value + a.Inflation.Value + a.Scheduling.Value + a.Idle.Value; a.N == 0 || math.Abs(sum-1) > 1e-15 {
				t.Errorf("%s with %d: %+v", words.Grain(s.Grain), p.Workers, a)
			}
			if a.Scheduling.Value < 0 || a.Idle.Value < -1e-15 {
				t.Errorf("a share below 0: %+v", a)
			}
		}
	}
}

// Without times from inside there is no ledger; without an arm of one worker
// scheduling is not told from idle.
func TestLedgerOutcomes(t *testing.T) {
	l := simulation(simulated{inline: 3 * time.Microsecond, inflation: 1})
	l.grains, l.inside = l.grains[:1], false
	for _, p := range pointsOf(t, NewSet(l.write(t)), "pool") {
		if p.Ledger != (Ledger{}) || p.Ledger.Text() != "" {
			t.Errorf("%+v", p.Ledger)
		}
	}
	l.inside, l.workers = true, []int{4, 8}
	for _, p := range pointsOf(t, NewSet(l.write(t)), "pool") {
		if a := p.Ledger; a.N == 0 || a.Split || a.Scheduling.Value != 0 || math.Abs(a.Ideal.Value+a.Inflation.Value+a.Idle.Value-1) > 1e-15 {
			t.Errorf("%+v", a)
		}
	}
}

// Parts of a job that wait and compute: planted overlaps come back.
func TestOverlap(t *testing.T) {
	const cpu = 3e-3
	for _, test := range []struct {
		wait, both, want float64
		blocks           int
	}{
		{2e-3, 5e-3, 0, 8}, {2e-3, 3e-3, 1, 8}, {2e-3, 4e-3, 0.5, 8}, {2e-3, 7e-3, -1, 8},
		{0.61e-3, 3e-3, 1, 8}, {0.59e-3, 3e-3, 0, 0}, {16e-3, 16e-3, 0, 0}, // too short to tell
	} {
		wait := test.wait
		var text strings.Builder
		text.WriteString("# note workload.query: mixed\n")
		for b := range 8 {
			drift := 1 + 0.1*float64(b)
			text.WriteString(fmt.Sprintf("# block %d\nBenchmarkGrid/executor=serial/workload=query/workers=1/grain=1000 1 %v sec/op 10 tasks/op\n", b+1, drift*5e-3))
			text.WriteString(fmt.Sprintf("BenchmarkGrid/executor=pool/workload=query/workers=2/grain=1000 1 %v sec/op 10 tasks/op %v cpu-part-sec/op %v wait-part-sec/op\n",
				drift*test.both, drift*cpu, drift*wait))
		}
		rec, err := record.Read(strings.NewReader(text.String()), "overlap.txt")
		if err != nil {
			t.Fatal(err)
		}
		e := pointsOf(t, NewSet(rec), "pool")[0].Overlap
		if e.N != test.blocks || math.Abs(e.Value-test.want) > 1e-9 || !(e.Low <= e.Value && e.Value <= e.High) {
			t.Errorf("%+v: %+v", test, e)
		}
	}
}
