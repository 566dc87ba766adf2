package reports

import (
	"fmt"
	"slices"
	"time"

	"golang.org/x/perf/benchfmt"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// scalings makes a Scaling of every workload, grain and payload that has a serial
// arm.
func (a *analysis) scalings() {
	type group struct {
		workload string
		grain    time.Duration
		payload  int
	}
	var order []group
	members := map[group][]*arm{}
	serial := map[group]*arm{}
	for _, c := range a.pairs.sortedCells() {
		g := group{c.Workload, c.Grain, c.Payload}
		if _, ok := members[g]; !ok {
			order = append(order, g)
			members[g] = nil
		}
		if c.Executor == record.Serial {
			serial[g] = a.pairs.arms[c]
		} else {
			members[g] = append(members[g], a.pairs.arms[c])
		}
	}
	var without []string
	inside, halves := a.sampled(), a.halves()
	refined, most := a.refinedCells(), map[string]int{} // executors, by workload
	for _, g := range order {
		most[g.workload] = max(most[g.workload], executorsOf(members[g]))
	}
	for _, g := range order {
		base := serial[g]
		if base == nil || base.makespan.Len() == 0 {
			without = append(without, words.Task(g.workload, g.grain, g.payload))
			continue
		}
		s := Scaling{Workload: g.workload, Resource: a.resource[g.workload], Grain: g.grain,
			Payload: g.payload, Tasks: base.tasks, Serial: a.rs.Estimate(base.makespan)}
		var candidates []candidate
		for _, m := range members[g] {
			speedups := a.rs.Quantity(base.task.Over(m.task))
			if speedups.N == 0 {
				continue
			}
			pt := a.point(s, m, speedups)
			one := alone(members[g], m.cell.Executor)
			if one != nil {
				pt.Relative = a.rs.Estimate(one.task.Over(m.task))
			}
			pt.Ledger = inside.of(m, base, one)
			pt.Overlap = a.overlap(halves, m)
			s.add(m.cell.Executor, pt)
			candidates = append(candidates, candidate{Tie{m.cell.Executor, m.cell.Workers, pt.Speedup}, speedups, m.task})
		}
		a.laws(&s, candidates, a.rs.Quantity(base.task))
		if s.Partial = executorsOf(members[g]) < most[g.workload] && allRefined(members[g], refined); s.Partial {
			s.Best.Sentence = "nothing is chosen: this grain was measured with some of the executors only"
		} else {
			s.Best = a.choose(candidates)
			a.lead(&s)
		}
		a.data.Scalings = append(a.data.Scalings, s)
	}
	if len(without) > 0 {
		a.data.warn(fmt.Sprintf("No serial arm, hence no speedup, for %s.", words.ShortList(without, 3)),
			"Measure executor=serial in the same run.")
	}
	switch {
	case len(a.pairs.arms) > 0:
	case slices.ContainsFunc(a.rec.Failures, isCell):
		a.data.warn("Every cell failed, so there is nothing to analyse.",
			"The failures say why.")
	default:
		a.data.warn("No result is named after our keys, so there is nothing to analyse.",
			"Name benchmarks …/executor=…/workload=…/workers=…/grain=…; the gate works with any names.")
	}
}

// refinedCells are the cells that the runner added to the grid, by its notes.
func (a *analysis) refinedCells() map[record.Cell]bool {
	out := map[record.Cell]bool{}
	for _, n := range a.rec.Notes {
		if n.Key != "refined" {
			continue
		}
		if c, err := record.ParseCell(benchfmt.Name(n.Value)); err == nil {
			out[c] = true
		}
	}
	return out
}

func allRefined(arms []*arm, refined map[record.Cell]bool) bool {
	return len(arms) > 0 && !slices.ContainsFunc(arms, func(m *arm) bool { return !refined[m.cell] })
}

// executorsOf counts the executors of arms.
func executorsOf(arms []*arm) int {
	seen := map[string]bool{}
	for _, m := range arms {
		seen[m.cell.Executor] = true
	}
	return len(seen)
}

// alone is the arm of an executor with one worker, nil when there is none.
func alone(arms []*arm, executor string) *arm {
	for _, m := range arms {
		if m.cell.Executor == executor && m.cell.Workers == 1 {
			return m
		}
	}
	return nil
}

func isCell(f record.Failure) bool {
	_, err := record.ParseCell(benchfmt.Name(f.Name))
	return err == nil
}

func (a *analysis) point(s Scaling, m *arm, speedup estimate.Quantity) ScalingPoint {
	pt := ScalingPoint{
		Workers: m.cell.Workers,
		Time:    a.rs.Estimate(m.makespan),
		Speedup: speedup.Estimate(),
	}
	pt.Efficiency = pt.Speedup.Value / float64(pt.Workers)
	if q, measured := a.ideal(s.Workload, pt.Workers); measured {
		pt.CapacityEfficiency = pt.Speedup.Value / q.Estimate().Value
	}
	if cores := a.data.Machine.Cores; s.Resource != "cpu" || cores == 0 || pt.Workers <= cores {
		pt.SerialFraction = SerialFraction(pt.Speedup, pt.Workers)
	}
	return pt
}

// add appends a point; they come sorted by executor and workers.
func (s *Scaling) add(executor string, pt ScalingPoint) {
	if n := len(s.Series); n == 0 || s.Series[n-1].Executor != executor {
		s.Series = append(s.Series, ScalingSeries{Executor: executor})
	}
	last := &s.Series[len(s.Series)-1]
	last.Points = append(last.Points, pt)
}
