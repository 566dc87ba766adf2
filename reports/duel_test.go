package reports

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// Processes cost more per task but leave the work alone, goroutines inflate it: they
// cross at (h_B - h_A) / (φ_A - φ_B). Doubling the workers pays from the same work on
// for which the plain loop does, here never for a dispatcher.
func TestDuels(t *testing.T) {
	w := exact()
	w.workers = []int{2, 4}
	w.inline = map[string]time.Duration{goroutines: 2 * time.Microsecond, processes: 40 * time.Microsecond}
	w.inflate = map[string]float64{goroutines: 1.5}
	w.blocks, w.noise = 12, 0.02
	duels := map[string]Duel{}
	for _, d := range Duels(NewSet(w.write(t))) {
		duels[d.Below.String()+" / "+d.Above.String()] = d
	}
	if len(duels) != 4 {
		t.Fatalf("%d duels, want 2 of executors and 2 of sizes: %v", len(duels), duels)
	}
	d, ok := duels["goroutines with 4 workers / processes with 4 workers"]
	if !ok || d.Crossover.Outcome != estimate.Crosses {
		t.Fatalf("%+v", d)
	}
	near(t, "goroutines against processes", d.Crossover.At.Value, 76e-6, 0.05)
	near(t, "its threshold", d.Threshold.At, d.Crossover.At.Value, 0.02)
	if d := duels["goroutines with 2 workers / goroutines with 4 workers"]; d.Crossover.Outcome != estimate.Always {
		t.Errorf("4 workers are always better than 2 without a shared cost: %+v", d.Crossover)
	}

	// With a dispatcher that costs 1.5 µs more with every worker, 2 workers win until
	// the work of a task is worth more.
	w = exact()
	w.workers, w.blocks, w.noise = []int{2, 4}, 12, 0.02
	w.shared = 1500 * time.Nanosecond
	for _, d := range Duels(NewSet(w.write(t))) {
		if d.Above.Executor == goroutines && d.Below.Workers == 2 && d.Above.Workers == 4 {
			near(t, "2 against 4 workers", d.Crossover.At.Value, 12e-6, 0.05)
			return
		}
	}
	t.Error("no duel of 2 and 4 workers")
}

// An arm that wins where tasks are small and loses where they are large is the one
// below, whatever it costs.
func TestDuelTurnsRound(t *testing.T) {
	w := exact()
	w.inline = map[string]time.Duration{goroutines: 40 * time.Microsecond, processes: 2 * time.Microsecond}
	w.inflate = map[string]float64{processes: 1.5}
	d := Duels(NewSet(w.write(t)))[0]
	if d.Below.Executor != processes || d.Above.Executor != goroutines || d.Crossover.Outcome != estimate.Crosses {
		t.Fatalf("%+v", d)
	}
	near(t, "crossover", d.Crossover.At.Value, 76e-6, 0.01)
}

// Equal pools have no crossover, and a difference too small to matter is none either.
func TestEqualPoolsDoNotCross(t *testing.T) {
	for _, inflate := range []float64{1, 1.03} {
		w := exact()
		w.inline = map[string]time.Duration{goroutines: time.Microsecond, processes: time.Microsecond}
		if inflate > 1 {
			w.inline[processes] += 20 * time.Nanosecond
		}
		w.inflate = map[string]float64{goroutines: inflate}
		for _, d := range Duels(NewSet(w.write(t))) {
			if d.Crossover.Outcome == estimate.Crosses || d.Crossover.Outcome == estimate.Several {
				t.Errorf("inflation %v: %+v", inflate, d)
			}
		}
	}
}

// COST is 1 + h/w, rounded up.
func TestCost(t *testing.T) {
	w := exact()
	w.workers, w.noise, w.blocks = []int{1, 2, 4, 8}, 0.02, 12
	w.grains = []time.Duration{10 * time.Microsecond}
	w.inline = map[string]time.Duration{goroutines: 3 * time.Microsecond, processes: 22 * time.Microsecond}
	d := NewSet(w.write(t))
	if len(Costs(d)) != 2 {
		t.Fatalf("%+v", Costs(d))
	}
	for i, want := range []struct {
		at     float64
		fewest int
	}{{1.3, 2}, {3.2, 4}} {
		c := Costs(d)[i]
		near(t, c.Executor+" crosses", c.Crossover.At.Value, want.at, 0.05)
		if c.Fewest != want.fewest || !(c.Crossover.At.Low <= want.at && want.at <= c.Crossover.At.High) {
			t.Errorf("%+v", c)
		}
	}

	w.inline = map[string]time.Duration{goroutines: 0, processes: time.Millisecond}
	w.workers = []int{2, 4, 8}
	d = NewSet(w.write(t))
	if c := Costs(d)[0]; c.Crossover.Outcome != estimate.Always || c.Fewest != 2 {
		t.Errorf("%+v", c)
	}
	if c := Costs(d)[1]; c.Crossover.Outcome != estimate.Never || c.Fewest != 0 {
		t.Errorf("%+v", c)
	}
	w.workers = []int{4}
	if d := NewSet(w.write(t)); len(Costs(d)) != 0 {
		t.Errorf("one pool size has no COST: %+v", Costs(d))
	}
}

// Bisection ends with brackets within 1.2 and finds what was planted; noise that
// hides the bracket ends it earlier; and every grain asked for is new.
func TestRefine(t *testing.T) {
	for _, noise := range []float64{0, 0.1} {
		w := exact()
		w.noise, w.blocks = noise, 12
		w.grains = nil
		for g := time.Microsecond; g < time.Millisecond; g *= 8 {
			w.grains = append(w.grains, g)
		}
		w.inline = map[string]time.Duration{goroutines: 20 * time.Microsecond, processes: 300 * time.Microsecond}
		rounds := 0
		for ; ; rounds++ {
			d := NewSet(w.write(t))
			again := Refine(d)
			if len(again) == 0 {
				s := seriesOf(t, d, goroutines)
				if noise == 0 {
					near(t, "crossover", s.Crossover.At.Value, 20e-6/3, 0.03)
					near(t, "least useful work", s.Half().Work.At.Value, 20e-6, 0.03)
					checkBracket(t, s.Points, 20e-6/3)
					checkBracket(t, s.Points, 20e-6)
				}
				break
			}
			for _, r := range again {
				if r.Workload() != "spin" || r.Workers() != 4 || r.Executor() == "" {
					t.Fatalf("%+v", r)
				}
				for _, g := range w.grains {
					if g == r.Grain() {
						t.Fatalf("%v is there already", g)
					}
				}
			}
			w.grains = append(w.grains, again[0].Grain())
			if rounds > 40 {
				t.Fatalf("noise %v: no end after %d grains: %v", noise, rounds, again)
			}
		}
		t.Logf("noise %v: %d grains were added", noise, rounds)
	}
}

func checkBracket(t *testing.T, points []SweepPoint, at float64) {
	t.Helper()
	below, above := 0.0, math.Inf(1)
	for _, p := range points {
		if p.Work <= at {
			below = max(below, p.Work)
		}
		if p.Work >= at {
			above = min(above, p.Work)
		}
	}
	if above > below*narrowEnough*1.001 {
		t.Errorf("the bracket around %v is [%v, %v]", at, below, above)
	}
}

// Which crossing is refined first, and which are not at all.
func TestRefineOrder(t *testing.T) {
	at := func(value, low, high float64) estimate.Crossing {
		return estimate.Crossing{Outcome: estimate.Crosses, At: estimate.Estimate{Value: value, Low: low, High: high, N: 12}, From: 1e-6, To: 64e-6}
	}
	of := func(executor string) record.Point { return record.GridPoint(executor, "w", 2, 1000) }
	points := []SweepPoint{{Grain: 1000, Work: 1e-6}, {Grain: 8000, Work: 8e-6}, {Grain: 64000, Work: 64e-6}}
	series := func(name string, x estimate.Crossing) SweepSeries {
		mine := slices.Clone(points)
		mine[0].Point = of(name)
		return SweepSeries{Pool: Pool{Executor: name}, Points: mine, Crossover: x}
	}
	d := Suppose(NewSet(&record.Record{}), []Sweep{{Workload: "w", Workers: 2, Series: []SweepSeries{
		series("narrow", at(2e-6, 1.9e-6, 2.1e-6)),
		series("wide", at(20e-6, 10e-6, 40e-6)),
		series("hidden", at(3e-6, 0.9e-6, 9e-6)),
		series("never", estimate.Crossing{Outcome: estimate.Never}),
		series("unknown", estimate.Crossing{}),
	}}})
	Suppose(d, []Duel{{Workload: "w", Crossover: at(20e-6, 18e-6, 22e-6), points: points, below: of("wide"), above: of("narrow")}})
	var got []string
	for _, r := range Refine(d) {
		got = append(got, r.Executor()+" "+r.Grain().String())
	}
	if want := "wide 22.627µs, narrow 22.627µs, narrow 2.828µs"; strings.Join(got, ", ") != want {
		t.Errorf("%s, want %s", strings.Join(got, ", "), want)
	}
	if Refine(NewSet(&record.Record{})) != nil {
		t.Error("nothing to refine in nothing")
	}
}
