package reports_test

import (
	"strings"
	"testing"

	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/planted"
	"poolbench/reports/words"
)

func along(pools ...planted.Pool) planted.World {
	return planted.World{Seed: 3, Blocks: 20, Noise: 0.02, Resource: "cpu", Grains: planted.Grains, Pools: pools}
}

// Executors that are level from some size on draw level there, and one that is slower at
// every size stays behind by as much.
func TestLevelIsNotNever(t *testing.T) {
	times := func(by float64) func(work, gave float64) float64 {
		return func(work, gave float64) float64 { return by * planted.Overhead(2, 0.4e-6)(work, gave) }
	}
	s := world(t, along(planted.Pool{Executor: "goroutines", Workers: 2, Speedup: times(1)}, planted.Pool{Executor: "spawn", Workers: 2, Speedup: times(1.004)},
		planted.Pool{Executor: "threads", Workers: 2, Speedup: planted.Overhead(2, 0.8e-6)}, planted.Pool{Executor: "processes", Workers: 2, Speedup: times(0.8)}))
	text := said(s, reports.Short)
	has(t, text, "spawn draws level with goroutines at every size tried", "threads draw level with goroutines at", "processes stay 2", "behind goroutines up to 120 µs", "not: never overtake")
	for _, line := range strings.Split(text, "\n") {
		if strings.Contains(line, "never") && (strings.Contains(line, "spawn") || strings.Contains(line, "threads")) {
			t.Errorf("%q", line)
		}
	}
}

// Half of what two workers can give is the plain loop itself, which the crossover says.
func TestHalfOfTwoIsTheCrossover(t *testing.T) {
	two := planted.Pool{Executor: "goroutines", Workers: 2, Speedup: planted.Overhead(2, 1.5e-6)}
	w := along(two)
	for _, gave := range []float64{1.9, 2} {
		w.Gave = func(int) float64 { return gave }
		has(t, said(world(t, w), reports.Short), "pay off above", "not: half of")
	}
	// Half of eight is not, and the sentence says of what.
	w = along(planted.Pool{Executor: "goroutines", Workers: 8, Speedup: func(work, gave float64) float64 { return 8 * work / (work + 3e-6) }})
	w.Resource, w.Cores = "wait", 8
	has(t, said(world(t, w), reports.Short), "half of the 8.0× that 8 workers can give needs 3")
}

// Unknown is never told as no: a pool of two that gains in all of the few blocks that it has
// is not said to need four.
func TestUnknownIsNotNo(t *testing.T) {
	for _, blocks := range []int{5, 7} {
		few := around(1.9, 0.02, 20)
		for i := blocks; i < len(few); i++ {
			few[i] = 0
		}
		s := paired(t, waits, arm{"goroutines", 1, around(0.97, 0.02, 20)}, arm{"goroutines", 2, few}, arm{"goroutines", 4, around(3.5, 0.02, 20)})
		cost := reports.Costs(s)[0]
		if cost.Fewest > 2 && !cost.AtMost || cost.Never {
			t.Errorf("%d blocks: %+v", blocks, cost)
		}
		has(t, tables(s), "not: need 4", "not: needs 4")
	}
	// Noise as large as the gain of two leaves it open.
	s := paired(t, waits, arm{"goroutines", 1, around(0.97, 0.02, 12)}, arm{"goroutines", 2, around(1.3, 0.9, 12)}, arm{"goroutines", 4, around(3.5, 0.02, 12)})
	has(t, tables(s), "at most 4")
}

// tables are the captions and texts of the first question's.
func tables(s *reports.Set) string {
	var out strings.Builder
	for _, section := range reports.Answer(s, reports.Which) {
		for _, table := range section.Tables {
			out.WriteString(table.Caption + "\n")
		}
	}
	return out.String()
}

// What a row says of higher shares of the ideal agrees: where the smallest is unknown, it is
// not above what a larger one needs, and nothing is reached beyond a share that never is.
func TestSharesOfIdealAgree(t *testing.T) {
	for seed := range uint64(12) {
		w := along(planted.Pools([]int{2, 4}, map[string]float64{"goroutines": 0.4e-6, "processes": 20e-6})...)
		w.Seed, w.Noise, w.Tails, w.Blocks, w.Missing = seed, 0.15, 0.2, 9, 0.1
		w.Gave = func(int) float64 { return 1.8 }
		s := world(t, w)
		for _, sweep := range reports.Sweeps(s) {
			for _, series := range sweep.Series {
				never, last := false, 0.0
				for _, l := range series.Levels {
					switch text := words.OutcomeText(l.Work.Outcome); {
					case never && text != "never":
						t.Errorf("seed %d, %s: %v at %v, and never before", seed, series.Pool, text, l.Efficiency)
					case text == "never":
						never = true
					case text == "" && l.Work.At.Value < last*(1-1e-9):
						t.Errorf("seed %d, %s: %v at %v, and %v before", seed, series.Pool, l.Work.At.Value, l.Efficiency, last)
					case text == "":
						last = l.Work.At.Value
					case text == "cannot tell" && l.AtMost == 0 && crossesAbove(series.Levels, l.Efficiency):
						t.Errorf("seed %d, %s: nothing is said of %v, and more is known", seed, series.Pool, l.Efficiency)
					}
				}
			}
		}
	}
}

func crossesAbove(levels []reports.Level, efficiency float64) bool {
	for _, l := range levels {
		if l.Efficiency > efficiency && l.Work.Outcome == estimate.Crosses {
			return true
		}
	}
	return false
}
