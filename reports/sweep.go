package reports

import (
	"sort"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// sweeps makes a Sweep of every workload and worker count in which some executor
// has at least minGrains grains with a serial arm. Cells with a payload are left
// out: their serial arm sends nothing.
func (a *analysis) sweeps() {
	type key struct {
		workload string
		workers  int
	}
	var order []key
	byExecutor := map[key][]string{}
	arms := map[key]map[string][]*arm{}
	for _, c := range a.pairs.sortedCells() { // ascending in grain within a workload
		if c.Executor == record.Serial || c.Payload != 0 || c.Grain <= 0 {
			continue
		}
		base := a.pairs.arms[c.Baseline()]
		if base == nil || a.pairs.arms[c].task.Over(base.task).Len() == 0 {
			continue
		}
		k := key{c.Workload, c.Workers}
		if arms[k] == nil {
			arms[k] = map[string][]*arm{}
			order = append(order, k)
		}
		if arms[k][c.Executor] == nil {
			byExecutor[k] = append(byExecutor[k], c.Executor)
		}
		arms[k][c.Executor] = append(arms[k][c.Executor], a.pairs.arms[c])
	}
	sort.Slice(order, func(i, j int) bool {
		if x, y := order[i], order[j]; x.workload != y.workload {
			return x.workload < y.workload
		}
		return order[i].workers < order[j].workers
	})
	for _, k := range order {
		s := Sweep{Workload: k.workload, Resource: a.resource[k.workload], Workers: k.workers}
		ideal, measured := a.ideal(k.workload, k.workers)
		s.Ideal, s.Measured = ideal.Estimate().Value, measured
		executors := byExecutor[k]
		sort.Strings(executors)
		for _, ex := range executors {
			if len(arms[k][ex]) >= estimate.MinPoints {
				s.Series = append(s.Series, a.sweepSeries(ex, arms[k][ex], ideal))
			}
		}
		if len(s.Series) > 0 {
			s.Serial = a.serialPoints(s)
			a.data.Sweeps = append(a.data.Sweeps, s)
		}
	}
}

// serialPoints is the plain loop at every grain that a series of s has.
func (a *analysis) serialPoints(s Sweep) []SweepPoint {
	var out []SweepPoint
	for _, c := range a.pairs.sortedCells() {
		if c.Workload != s.Workload || c.Executor != record.Serial || c.Payload != 0 || !s.hasGrain(c) {
			continue
		}
		e := a.rs.Estimate(a.pairs.arms[c].task)
		one := estimate.Exactly(1, e.N)
		out = append(out, SweepPoint{Grain: c.Grain, Work: e.Value, Time: e, Speedup: one, Efficiency: one})
	}
	return out
}

func (s Sweep) hasGrain(c record.Cell) bool {
	for _, series := range s.Series {
		for _, pt := range series.Points {
			if pt.Grain == c.Grain {
				return true
			}
		}
	}
	return false
}

func (a *analysis) sweepSeries(executor string, arms []*arm, ideal estimate.Quantity) SweepSeries {
	out := SweepSeries{Executor: executor}
	var speedups, efficiencies []estimate.CurvePoint
	var granularities []estimate.Quantity
	if m := a.pairs.arms[emptyTask(arms[0].cell)]; m != nil && m.task.Len() > 0 {
		granularities = append(granularities, a.rs.Quantity(m.task).Times(ideal))
	}
	for _, m := range arms {
		base := a.pairs.arms[m.cell.Baseline()]
		work, time := a.rs.Quantity(base.task.Within(m.task)), a.rs.Quantity(m.task.Within(base.task))
		a.works[m] = work
		speedup := a.rs.Quantity(base.task.Over(m.task))
		efficiency := speedup.Per(ideal)
		speedups = append(speedups, estimate.CurvePoint{Work: work, Ratio: speedup})
		efficiencies = append(efficiencies, estimate.CurvePoint{Work: work, Ratio: efficiency})
		granularities = append(granularities, time.Times(ideal))
		out.Points = append(out.Points, SweepPoint{
			Grain:      m.cell.Grain,
			Work:       work.Estimate().Value,
			Time:       time.Estimate(),
			Speedup:    speedup.Estimate(),
			Efficiency: efficiency.Estimate(),
		})
	}
	c := estimate.NewCurve(speedups)
	out.Crossover, _ = c.Crossing(1, Practical)
	out.Threshold = c.Threshold(Practical)
	out.levels(estimate.NewCurve(efficiencies), granularities)
	return out
}

// emptyTask is the cell of a task without work on the same workers.
func emptyTask(c record.Cell) record.Cell {
	c.Grain = 0
	return c
}
