package selftest

import (
	"bytes"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/bench"
	"poolbench/bench/arm"
	"poolbench/bench/arm/inproc"
	"poolbench/bench/planted"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/workloads"
)

const µs = time.Microsecond

// virtualBlocks are the fewest with an interval: in virtual time all blocks are alike.
const virtualBlocks = 6

// virtually measures tasks that wait, in virtual time, where every makespan is
// exact, and analyses the record.
func virtually(t *testing.T, g inproc.Grid) *reports.Set {
	t.Helper()
	var set *reports.Set
	synctest.Test(t, func(t *testing.T) {
		var text bytes.Buffer
		s, err := bench.Run(t.Context(), bench.Config{Sources: []arm.Source{g.Source()}, Budget: time.Hour, Blocks: virtualBlocks, Seed: 1, Out: &text, Virtual: true})
		if err != nil || s.Failures > 0 {
			t.Fatalf("%+v, %v", s, err)
		}
		rec, err := record.Read(&text, "virtual")
		if err != nil {
			t.Fatal(err)
		}
		set = reports.NewSet(rec)
	})
	return set
}

func sleepGrid(workers int, grains []time.Duration, kinds ...executors.Kind) inproc.Grid {
	return inproc.Grid{Workloads: []workloads.Workload{workloads.Sleep}, Grains: grains, Workers: []int{workers}, Executors: kinds}
}

// octaves are grains of ratio 2.
func octaves(from time.Duration, n int) (grains []time.Duration) {
	for range n {
		grains = append(grains, from)
		from *= 2
	}
	return grains
}

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got/want-1) <= within) {
		t.Errorf("%s is %v, want %v within %v %%", what, got, want, 100*within)
	}
}

func onlySeries(t *testing.T, d *reports.Set) reports.SweepSeries {
	t.Helper()
	if len(reports.Sweeps(d)) != 1 || len(reports.Sweeps(d)[0].Series) != 1 {
		t.Fatalf("%d sweeps", len(reports.Sweeps(d)))
	}
	return reports.Sweeps(d)[0].Series[0]
}

// With a fixed inline overhead o the least useful work at 50 % is o and METG(50 %)
// is 2o; at x it is o·x/(1-x); against the plain loop P workers win from o/(P-1).
func TestInlineOverhead(t *testing.T) {
	const o = 7 * µs
	for _, workers := range []int{2, 8} {
		s := onlySeries(t, virtually(t, sleepGrid(workers, octaves(µs/2, 8), planted.Pool("inline", planted.Costs{Inline: o}, planted.Sleep))))
		half := s.Half()
		near(t, "least useful work", half.Work.At.Value, o.Seconds(), 0.01)
		near(t, "METG(50 %)", half.METG.At.Value, 2*o.Seconds(), 0.01)
		near(t, "crossover", s.Crossover.At.Value, o.Seconds()/float64(workers-1), 0.01)
		for _, l := range s.Levels {
			if l.Work.Outcome == estimate.Crosses {
				near(t, "work", l.Work.At.Value, o.Seconds()*l.Efficiency/(1-l.Efficiency), 0.01)
			}
		}
		if s.Overhead.Shape != reports.ShapeInline {
			t.Errorf("%d workers: shape %v", workers, s.Overhead.Shape)
		}
	}
}

// One dispatcher that takes d a task: METG is P·d at 50 % as at the floor, and
// the plain loop is beaten from d on.
func TestDispatcher(t *testing.T) {
	const d = µs
	for _, workers := range []int{2, 8} {
		s := onlySeries(t, virtually(t, sleepGrid(workers, octaves(µs/8, 8), planted.Pool("dispatch", planted.Costs{Dispatch: d}, planted.Sleep))))
		near(t, "METG(50 %)", s.Half().METG.At.Value, float64(workers)*d.Seconds(), 0.01)
		near(t, "crossover", s.Crossover.At.Value, d.Seconds(), 0.01)
		near(t, "R50", s.Overhead.R50.Value, 1, 0.05)
		if s.Overhead.Shape != reports.ShapeSerial {
			t.Errorf("%d workers: shape %v", workers, s.Overhead.Shape)
		}
	}
}

// A lock held for l a task on P workers: n·max((w+l)/P, l).
func TestLock(t *testing.T) {
	const l = 4 * µs
	s := onlySeries(t, virtually(t, sleepGrid(4, octaves(µs/2, 7), planted.Pool("lock", planted.Costs{Lock: l}, planted.Sleep))))
	for _, p := range s.Points {
		near(t, "time per task", p.Time.Value, max((p.Grain+l).Seconds()/4, l.Seconds()), 0.02)
	}
	near(t, "crossover", s.Crossover.At.Value, l.Seconds(), 0.02)
}

// A fixed cost F of a job of n tasks on P workers: the plain loop is beaten from
// P·F/n/(P-1) on.
func TestFixedCost(t *testing.T) {
	const f = 10 * time.Millisecond
	w := planted.Work(workloads.Sleep, "fixed", planted.Extra{Fixed: f}, planted.Sleep)
	// From 2 ms on a job has 16 tasks; below that it has 32 ms of work.
	d := virtually(t, inproc.Grid{Workloads: []workloads.Workload{w}, Grains: octaves(2*time.Millisecond, 4), Workers: []int{4}, Executors: []executors.Kind{executors.Goroutines}})
	for _, p := range onlySeries(t, d).Points {
		n := 16.0
		near(t, "speedup", p.Speedup.Value, n*p.Grain.Seconds()/(f.Seconds()+n*p.Grain.Seconds()/4), 1e-6)
	}
}

// Inflated tasks show as inflation in the ledger, inline overhead as scheduling,
// and workers without tasks as idle.
func TestLedgerOfPlantedCosts(t *testing.T) {
	w := planted.Work(workloads.Sleep, "inflated", planted.Extra{Inflation: 1.5}, planted.Sleep)
	g := inproc.Grid{Workloads: []workloads.Workload{w}, Grains: []time.Duration{4 * time.Millisecond}, Workers: []int{1, 2},
		Executors: []executors.Kind{planted.Pool("inline", planted.Costs{Inline: 2 * time.Millisecond}, planted.Sleep)}}
	for _, s := range reports.Scalings(virtually(t, g)) {
		for _, p := range s.Series[0].Points {
			// A task takes 8 ms of its worker: 4 of work, 2 of inflation, 2 of overhead.
			l := p.Ledger
			near(t, "ideal", l.Ideal.Value, 0.5, 1e-6)
			near(t, "inflation", l.Inflation.Value, 0.25, 1e-6)
			near(t, "scheduling", l.Scheduling.Value, 0.25, 1e-6)
			if math.Abs(l.Idle.Value) > 1e-6 || l.Sampled != 1 {
				t.Errorf("%+v", l)
			}
		}
	}
}

// A share of 3/4 for one of four workers makes the speedup 4/3, and twins and
// pretenders have nothing to be found.
func TestTies(t *testing.T) {
	d := virtually(t, sleepGrid(4, octaves(2*time.Millisecond, 3),
		planted.Pool("imbalance", planted.Costs{Share: share}, planted.Sleep), planted.Pretend("pretender"), executors.Goroutines, planted.Twin(executors.Goroutines, "twin")))
	for _, s := range reports.Scalings(d) {
		for _, series := range s.Series {
			want := map[string]float64{"imbalance": 1 / share, "pretender": 1, "goroutines": 4, "twin": 4}[series.Executor]
			near(t, series.Executor, series.Points[0].Speedup.Value, want, 1e-6)
		}
	}
	twins := 0
	for _, duel := range reports.Duels(d) {
		if a, b := duel.Below.Executor, duel.Above.Executor; a == "twin" && b == "goroutines" || b == "twin" && a == "goroutines" {
			twins++
			if o := duel.Crossover.Outcome; o == estimate.Crosses || o == estimate.Several {
				t.Errorf("twins cross: %+v", duel.Crossover)
			}
		}
	}
	if twins != 1 {
		t.Errorf("%d duels of twins, want 1", twins)
	}
}
