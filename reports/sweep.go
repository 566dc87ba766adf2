package reports

import (
	"math"
	"sort"

	"poolbench/bench/record"
)

// minGrains is how many grains a curve needs to be looked at for a crossing.
const minGrains = 3

// matters is the practical limit in logarithms: arms that are nearer to each other
// are equally good.
var matters = math.Log(1 + Practical)

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
		if base == nil || a.pairs.arms[c].task.over(base.task).len() == 0 {
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
		s.Ideal, s.Measured = ideal.estimate().Value, measured
		executors := byExecutor[k]
		sort.Strings(executors)
		for _, ex := range executors {
			if len(arms[k][ex]) >= minGrains {
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
		e := a.rs.estimate(a.pairs.arms[c].task)
		one := Estimate{Value: 1, Low: 1, High: 1, N: e.N}
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

func (a *analysis) sweepSeries(executor string, arms []*arm, ideal quantity) SweepSeries {
	out := SweepSeries{Executor: executor}
	var speedups, efficiencies []curvePoint
	var granularities []quantity
	if m := a.pairs.arms[emptyTask(arms[0].cell)]; m != nil && m.task.len() > 0 {
		granularities = append(granularities, a.rs.quantity(m.task).times(ideal))
	}
	for _, m := range arms {
		base := a.pairs.arms[m.cell.Baseline()]
		work, time := a.rs.quantity(base.task.within(m.task)), a.rs.quantity(m.task.within(base.task))
		a.works[m] = work
		speedup := a.rs.quantity(base.task.over(m.task))
		efficiency := speedup.per(ideal)
		speedups = append(speedups, curvePoint{work: work, ratio: speedup})
		efficiencies = append(efficiencies, curvePoint{work: work, ratio: efficiency})
		granularities = append(granularities, time.times(ideal))
		out.Points = append(out.Points, SweepPoint{
			Grain:      m.cell.Grain,
			Work:       work.estimate().Value,
			Time:       time.estimate(),
			Speedup:    speedup.estimate(),
			Efficiency: efficiency.estimate(),
		})
	}
	c := newCurve(speedups)
	out.Crossover = c.crossing(0, matters).Crossing
	out.Threshold = c.threshold()
	out.levels(newCurve(efficiencies), granularities)
	return out
}

// times is q multiplied by o.
func (q quantity) times(o quantity) quantity {
	inverse := quantity{n: o.n, point: -o.point}
	for _, d := range o.draws {
		inverse.draws = append(inverse.draws, -d)
	}
	return q.per(inverse)
}

// per is q divided by o. A constant o, or one with too few blocks, adds no
// uncertainty. The logs are those of q over the point of o.
func (q quantity) per(o quantity) quantity {
	out := quantity{n: q.n, point: q.point - o.point, logs: make([]float64, len(q.logs))}
	for i, l := range q.logs {
		out.logs[i] = l - o.point
	}
	if q.draws == nil {
		return out
	}
	out.draws = make([]float64, len(q.draws))
	for i, d := range q.draws {
		out.draws[i] = d - o.draw(i)
	}
	return out
}

// draw is the value in replicate r; the point where there is none.
func (q quantity) draw(r int) float64 {
	if q.draws == nil || math.IsNaN(q.draws[r]) {
		return q.point
	}
	return q.draws[r]
}

// emptyTask is the cell of a task without work on the same workers.
func emptyTask(c record.Cell) record.Cell {
	c.Grain = 0
	return c
}
