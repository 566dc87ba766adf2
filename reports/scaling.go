package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"

	"poolbench/bench/record"
)

// The executor kinds whose cost this package knows; in records there may be any.
const (
	goroutines = "goroutines"
	spawn      = "spawn"
	threads    = "threads"
	processes  = "processes"
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
		if base == nil || base.makespan.len() == 0 {
			without = append(without, taskName(Scaling{Workload: g.workload, Grain: g.grain, Payload: g.payload}))
			continue
		}
		s := Scaling{Workload: g.workload, Resource: a.resource[g.workload], Grain: g.grain,
			Payload: g.payload, Tasks: base.tasks, Serial: a.rs.estimate(base.makespan)}
		var candidates []candidate
		for _, m := range members[g] {
			speedups := a.rs.quantity(base.task.over(m.task))
			if speedups.n == 0 {
				continue
			}
			pt := a.point(s, m, speedups)
			one := alone(members[g], m.cell.Executor)
			if one != nil {
				pt.Relative = a.rs.estimate(one.task.over(m.task))
			}
			pt.Ledger = inside.of(m, base, one)
			pt.Overlap = a.overlap(halves, m)
			s.add(m.cell.Executor, pt)
			candidates = append(candidates, candidate{Tie{m.cell.Executor, m.cell.Workers, pt.Speedup}, speedups, m.task})
		}
		a.laws(&s, candidates, a.rs.quantity(base.task))
		if s.Partial = executorsOf(members[g]) < most[g.workload] && allRefined(members[g], refined); s.Partial {
			s.Best.Sentence = "nothing is chosen: this grain was measured with some of the executors only"
		} else {
			s.Best = a.choose(candidates)
		}
		a.data.Scalings = append(a.data.Scalings, s)
	}
	if len(without) > 0 {
		a.data.warn(fmt.Sprintf("No serial arm, hence no speedup, for %s.", shortList(without)),
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

func (a *analysis) point(s Scaling, m *arm, speedup quantity) ScalingPoint {
	pt := ScalingPoint{
		Workers: m.cell.Workers,
		Time:    a.rs.estimate(m.makespan),
		Speedup: speedup.estimate(),
	}
	pt.Efficiency = pt.Speedup.Value / float64(pt.Workers)
	if q, measured := a.ideal(s.Workload, pt.Workers); measured {
		pt.CapacityEfficiency = pt.Speedup.Value / q.estimate().Value
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

// constant is a quantity known without measuring, its value given as it is.
func constant(value float64) quantity { return quantity{n: 1, point: math.Log(value)} }

// armName is "goroutines with 2 workers".
func armName(executor string, workers int) string {
	if executor == record.Serial {
		return executor
	}
	return fmt.Sprintf("%s with %s", executor, Count(workers, "worker"))
}

// taskName is "spin at 10 µs and 64 B".
func taskName(s Scaling) string {
	var parts []string
	if s.Grain != 0 {
		parts = append(parts, Grain(s.Grain))
	}
	if s.Payload != 0 {
		parts = append(parts, fmt.Sprintf("%d B", s.Payload))
	}
	if len(parts) == 0 {
		return s.Workload
	}
	return s.Workload + " at " + strings.Join(parts, " and ")
}

// shortList joins at most three names and counts the rest.
func shortList(names []string) string {
	if len(names) > 3 {
		return fmt.Sprintf("%s, %s and %d more", names[0], names[1], len(names)-2)
	}
	return JoinAnd(names)
}

// JoinAnd is "a, b and c".
func JoinAnd(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
