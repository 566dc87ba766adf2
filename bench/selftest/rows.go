package selftest

import (
	"fmt"
	"math"

	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/executors/process"
	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
	"poolbench/workloads"
)

// A Row is one planted value.
type Row struct {
	Name     string
	Unit     string  // "sec" or "ratio"
	Planted  float64 // in Unit
	Estimate estimate.Estimate
	Verdict  Verdict
	Note     string // why nothing could be told, or what else there is to know
}

// A Verdict is what came of a row.
type Verdict int

const (
	Covered Verdict = iota // the interval holds the planted value
	Missed                 // it does not, but one twice as wide would: happens by chance
	Wrong                  // not even that
	Open                   // nothing could be told, as with too few blocks
)

// String is the verdict in a word or two.
func (v Verdict) String() string {
	return [...]string{"covered", "missed", "WRONG", "open"}[v]
}

// judge compares the interval, as it is printed, with the planted value.
func (r *Row) judge() {
	e := r.Estimate
	switch {
	case r.Verdict != Covered: // decided by who made the row
	case !e.Known() || math.IsNaN(r.Planted) || math.IsNaN(e.Value):
		r.Verdict = Open
	case e.Low <= r.Planted && r.Planted <= e.High:
	case r.Planted >= e.Low-(e.Value-e.Low) && r.Planted <= e.High+(e.High-e.Value):
		r.Verdict = Missed
	default:
		r.Verdict = Wrong
	}
}

// longest is the point of an executor that has the longest tasks.
func longest(s *reports.Set, executor string) (longest record.Point) {
	for _, p := range s.Points() {
		if p.Executor() == executor && p.Grain() > longest.Grain() {
			longest = p
		}
	}
	return longest
}

// ratio is how many times as long a takes as b, by block.
func ratio(s *reports.Set, a, b record.Point) estimate.Series {
	return s.Series(a, record.UnitTime).Over(s.Series(b, record.UnitTime))
}

// inlineRows: where the planted cost halves the efficiency, tasks are as long as it
// (the least useful work at 50 % is h), and METG(50 %) is twice that. What the cost is
// worth in seconds is told by the longest tasks of the base.
func inlineRows(s *reports.Set) []Row {
	base := record.GridPoint(executors.Goroutines.Name, workloads.Spin.Name, 1, longestTask)
	slowness := s.Estimate(s.Series(base, record.UnitTime)).Value / float64(s.Tasks(base)) / longestTask.Seconds()
	cost := inlineCost.Seconds() * slowness
	rows := []Row{
		{Name: "inline cost of a task on goroutines", Unit: "sec", Planted: cost, Verdict: Open, Note: "no least useful work was found"},
		{Name: "METG(50 %) with it", Unit: "sec", Planted: 2 * cost, Verdict: Open, Note: "none was found"},
	}
	for _, sweep := range reports.Sweeps(s) {
		for _, series := range sweep.Series {
			half := series.Half()
			if series.Executor != "inline" || half.Work.Outcome != estimate.Crosses {
				continue
			}
			rows[0].Verdict, rows[0].Note, rows[0].Estimate = Covered, "least useful work at 50 %", half.Work.At
			rows[1].Verdict, rows[1].Note, rows[1].Estimate = Covered, "", half.METG.At
		}
	}
	return rows
}

// twinRows are one executor under two names: as fast, and without a crossover.
func twinRows(s *reports.Set) []Row {
	row := Row{Name: "the same executor twice: time against its twin", Unit: "ratio", Planted: 1, Verdict: Open, Note: "the twins were not compared"}
	for _, duel := range reports.Duels(s) {
		a, b := duel.Below.Executor, duel.Above.Executor
		if (a == "twin") == (b == "twin") {
			continue
		}
		row.Verdict, row.Note = Covered, "no crossover was claimed"
		if o := duel.Crossover.Outcome; o == estimate.Crosses || o == estimate.Several {
			row.Verdict, row.Note = Wrong, "a crossover was claimed, at "+words.Duration(duel.Crossover.At.Value)
		}
	}
	twin := longest(s, "twin")
	row.Estimate = s.Estimate(ratio(s, twin, twin.With(record.AxisExecutor, executors.Goroutines.Name)))
	return []Row{row}
}

func pretenderRows(s *reports.Set) []Row {
	pretender := longest(s, "pretender")
	return []Row{{Name: "plain loop that pretends to have workers: speedup", Unit: "ratio", Planted: 1,
		Estimate: s.Estimate(ratio(s, s.Baseline(pretender), pretender))}}
}

// imbalanceRows: when one worker gets a share of the tasks the others wait for it, and
// the job takes that share of the time that one takes for all.
func imbalanceRows(s *reports.Set) []Row {
	most := longest(s, "most")
	return []Row{{Name: fmt.Sprintf("one worker gets %.0f %% of the tasks: time against all of them", share*100), Unit: "ratio", Planted: share,
		Estimate: s.Estimate(ratio(s, most, most.With(record.AxisExecutor, "all")))}}
}

// jobRows: beside W of work a fixed cost F makes jobs (W+F)/W times as long, and work
// inflated by φ makes them φ times as long.
func jobRows(s *reports.Set) []Row {
	pool := func(workload string) record.Point {
		return record.GridPoint(executors.Goroutines.Name, workload, 1, longTask)
	}
	base := pool(workloads.Spin.Name)
	work := float64(s.Tasks(base)) * longTask.Seconds()
	return []Row{
		{Name: "fixed cost of a job: time against a job without", Unit: "ratio", Planted: 1 + fixedCost.Seconds()/work,
			Estimate: s.Estimate(ratio(s, pool("fixed"), base))},
		{Name: "work that is dearer: time against the work", Unit: "ratio", Planted: inflation,
			Estimate: s.Estimate(ratio(s, pool("inflated"), base))},
	}
}

// processRows: what tasks cost more in worker processes, for each task and for each byte
// of its payload, as a share of the work that the plain loop has.
func processRows(s *reports.Set) []Row {
	more := func(change func(record.Point) record.Point) estimate.Estimate {
		at := func(executor, workload string) record.Point {
			return change(record.GridPoint(executor, workload, 1, shortTask))
		}
		loop := at(record.Serial, "laden")
		with, without := ratio(s, at(process.Kind.Name, "tolled"), loop), ratio(s, at(process.Kind.Name, "laden"), loop)
		return s.Estimate(difference(with, without))
	}
	return []Row{
		{Name: "cost of a task in worker processes, as a share of its work", Unit: "ratio", Planted: taskCost.Seconds() / shortTask.Seconds(),
			Estimate: more(func(p record.Point) record.Point { return p })},
		{Name: "the same with a cost of each of 64 KiB of payload", Unit: "ratio", Planted: (taskCost + 65536*byteCost).Seconds() / shortTask.Seconds(),
			Estimate: more(func(p record.Point) record.Point { return p.With("payload", payload) })},
	}
}

// difference is a less b in the blocks that both have, which are ratios.
func difference(a, b estimate.Series) estimate.Series {
	out := estimate.Series{Scale: estimate.Difference}
	a, b = a.Within(b), b.Within(a)
	for i, block := range a.Blocks() {
		out.Add(block, math.Exp(a.Places()[i])-math.Exp(b.Places()[i]))
	}
	return out
}

// capacityRows: one of the workers of the probe does nothing.
func capacityRows(s *reports.Set, workers int) []Row {
	return []Row{{Name: fmt.Sprintf("capacity of %d workers, one of them idle", workers), Unit: "ratio", Planted: float64(workers - 1), Estimate: reports.CapacityOf(s)[workers].Estimate()}}
}
