package selftest

import (
	"fmt"
	"math"
	"time"

	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// slowness is what work took the base in the run, as a multiple of what it was
// calibrated to, by the median of the tasks nearest to d.
func slowness(d *reports.Data, work time.Duration) float64 {
	best, distance := math.NaN(), math.Inf(1)
	for _, s := range d.Scalings {
		if s.Tasks == 0 || s.Grain <= 0 {
			continue
		}
		if far := math.Abs(math.Log(work.Seconds() / s.Grain.Seconds())); far < distance {
			best, distance = s.Serial.Value/float64(s.Tasks)/s.Grain.Seconds(), far
		}
	}
	return best
}

// inlineRows: where the planted cost halves the efficiency, tasks are as long as it
// (the least useful work at 50 % is h), and METG(50 %) is twice that.
func inlineRows(d *reports.Data) []Row {
	cost := inlineCost.Seconds() * slowness(d, 4*inlineCost) // by the longest tasks, whose own overhead is least
	rows := []Row{
		{Name: "inline cost of a task on goroutines", Unit: "sec", Planted: cost, Verdict: Open, Note: "no least useful work was found"},
		{Name: "METG(50 %) with it", Unit: "sec", Planted: 2 * cost, Verdict: Open, Note: "none was found"},
	}
	for _, sweep := range d.Sweeps {
		for _, s := range sweep.Series {
			half := s.Half()
			if s.Executor != "inline" || half.Work.Outcome != estimate.Crosses {
				continue
			}
			rows[0].Verdict, rows[0].Note, rows[0].Estimate = Covered, "least useful work at 50 %", half.Work.At
			rows[1].Verdict, rows[1].Note, rows[1].Estimate = Covered, "", half.METG.At
		}
	}
	return rows
}

// twinRows are one executor under two names, which must not cross.
func twinRows(d *reports.Data) []Row {
	row := Row{Name: "the same executor twice: no crossover", Unit: "ratio", Planted: 1, Verdict: Open, Note: "the twins were not compared"}
	for _, duel := range d.Duels {
		a, b := duel.Below.Executor, duel.Above.Executor
		if (a == "twin") == (b == "twin") {
			continue
		}
		row.Verdict, row.Note = Covered, "none"
		row.Estimate = estimate.Exactly(1, max(estimate.MinBlocks, duel.Crossover.At.N))
		if o := duel.Crossover.Outcome; o == estimate.Crosses || o == estimate.Several {
			row.Verdict, row.Note = Wrong, "one at "+words.Duration(duel.Crossover.At.Value)
		}
	}
	return []Row{row}
}

// speedup is that of the only arm of a workload.
func speedup(d *reports.Data, workload string) estimate.Estimate {
	for _, s := range d.Scalings {
		if s.Workload == workload && len(s.Series) == 1 {
			points := s.Series[0].Points
			return points[len(points)-1].Speedup
		}
	}
	return estimate.Estimate{}
}

// mapped is e with a function applied that never rises.
func mapped(e estimate.Estimate, falling func(float64) float64) estimate.Estimate {
	if e.N == 0 {
		return e
	}
	return e.Map(falling)
}

func pretenderRows(d *reports.Data) []Row {
	return []Row{{Name: "plain loop that pretends to have workers: speedup", Unit: "ratio", Planted: 1, Estimate: speedup(d, "spin")}}
}

// imbalanceRows: when one worker gets a share of the tasks the others wait for it,
// and the speedup is 1/share.
func imbalanceRows(d *reports.Data) []Row {
	return []Row{{Name: fmt.Sprintf("one worker gets %.0f %% of the tasks: speedup", share*100), Unit: "ratio", Planted: 1 / share, Estimate: speedup(d, "sleep")}}
}

// jobRows: beside W of work a fixed cost F makes jobs (W+F)/W times as long, and work
// inflated by φ makes them φ times as long.
func jobRows(d *reports.Data) []Row {
	work := math.NaN()
	for _, s := range d.Scalings {
		if s.Workload == plantedWork[0] {
			work = s.Serial.Value
		}
	}
	return []Row{
		{Name: "fixed cost of a job", Unit: "sec", Planted: fixedCost.Seconds() * slowness(d, longTask),
			Estimate: mapped(speedup(d, plantedWork[0]), func(s float64) float64 { return work * (1/s - 1) })},
		{Name: "work that is dearer", Unit: "ratio", Planted: inflation,
			Estimate: mapped(speedup(d, plantedWork[1]), func(s float64) float64 { return 1 / s })},
	}
}
