package reports

import (
	"math"
	"sort"

	"poolbench/bench/record"
)

// minGrains is how many grains a curve needs to be looked at for a crossing.
const minGrains = 3

// HalfEfficiency is the efficiency that METG and the least useful work are given
// at where one must do.
const HalfEfficiency = 0.5

// efficiencies are those of the Levels.
var efficiencies = []float64{HalfEfficiency, 0.7, 0.8, 0.9, 0.95}

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
	var curve curve
	for _, m := range arms {
		base := a.pairs.arms[m.cell.Baseline()]
		p := curvePoint{
			work:    a.rs.quantity(base.task.within(m.task)),
			speedup: a.rs.quantity(base.task.over(m.task)),
		}
		curve = append(curve, p)
		out.Points = append(out.Points, SweepPoint{
			Grain:      m.cell.Grain,
			Work:       p.work.estimate().Value,
			Time:       a.rs.estimate(m.task.within(base.task)),
			Speedup:    p.speedup.estimate(),
			Efficiency: p.speedup.per(ideal).estimate(),
		})
	}
	out.Crossover = curve.crossing(constant(1))
	for _, e := range efficiencies {
		work := curve.crossing(ideal.times(e))
		out.Levels = append(out.Levels, Level{e, work, metg(e, work, out.Points)})
	}
	return out
}

// metg is the granularity where the useful work is least: work / efficiency, hence
// twice the work at 50 %. It includes overhead, as in Task Bench (Slaughter et al.,
// SC20).
func metg(efficiency float64, work Crossing, points []SweepPoint) Crossing {
	c := work
	c.At.Value /= efficiency
	c.At.Low /= efficiency
	c.At.High /= efficiency
	c.From, c.To = math.Inf(1), math.Inf(-1)
	for _, p := range points {
		granularity := p.Work / p.Efficiency.Value
		c.From, c.To = min(c.From, granularity), max(c.To, granularity)
	}
	return c
}

// times is q multiplied by a constant above 0.
func (q quantity) times(factor float64) quantity {
	return q.per(constant(1 / factor))
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
