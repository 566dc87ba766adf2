package reports

import (
	"math"
	"slices"

	"poolbench/reports/estimate"
)

// describe puts the costs into the model: unit is that of the times of the cells, in
// seconds.
func (m *Master) describe(f masterFit, unit estimate.Quantity) {
	for i, cost := range f.seen {
		e, seconds := f.Estimate(i, estimate.Quantity{}), f.Estimate(i, unit)
		switch cost {
		case inlineCost:
			m.Inline = seconds
		case inflationCost:
			m.Inflation = e
		case fixedCost:
			m.Fixed = seconds
		case periodCost:
			m.Period = seconds
		case tailCost:
			m.Tail = e
		}
	}
}

// jobs say how many tasks a job of some work per task has: between the grains of a
// sweep as a straight line between logarithms, beyond them as at the ends.
type jobs []struct{ work, tasks float64 } // logarithms, ascending in work

func (j jobs) tasks(work float64) float64 {
	for i := range j {
		switch {
		case work > j[i].work:
		case i == 0:
			return math.Exp(j[0].tasks)
		default:
			t := (work - j[i-1].work) / (j[i].work - j[i-1].work)
			return math.Exp(j[i-1].tasks + t*(j[i].tasks-j[i-1].tasks))
		}
	}
	return math.Exp(j[len(j)-1].tasks)
}

// predict finds the crossover that the model has, between a hundredth of the smallest
// and a hundred times the largest work of the sweep that measured it.
func (a *analysis) predict(m *Master, f masterFit, unit estimate.Quantity) {
	sweep := a.sweepJobs(m, unit)
	if len(sweep) < 2 {
		return
	}
	workers := float64(m.Workers)
	ideals := a.deliverable(Scaling{Workload: m.Workload, Resource: a.resource[m.Workload]}, m.Workers)
	gain := func(costs [costs]float64, ideal, work float64) float64 { // ln speedup
		n := sweep.tasks(work)
		return math.Log(n) + work - math.Log(makespan(costs, math.Exp(work), n, workers, ideal))
	}
	lowest, highest := sweep[0].work-math.Log(100), sweep[len(sweep)-1].work+math.Log(100)
	find := func(costs [costs]float64, ideal float64) float64 {
		low, high := lowest, highest
		switch {
		case gain(costs, ideal, high) < 0:
			return math.Inf(1)
		case gain(costs, ideal, low) > 0:
			return math.Inf(-1)
		}
		for range 60 {
			if middle := (low + high) / 2; gain(costs, ideal, middle) < 0 {
				low = middle
			} else {
				high = middle
			}
		}
		return high
	}
	c := estimate.Crossing{From: math.Exp(unit.Point + lowest), To: math.Exp(unit.Point + highest)}
	ideal := ideals[f.ideal]
	switch at := find(f.all(f.P, -1), math.Exp(ideal.Point)); {
	case math.IsInf(at, 1):
		c.Outcome = estimate.Never
	case math.IsInf(at, -1):
		c.Outcome = estimate.Always
	default:
		c.Outcome = estimate.Crosses
		draws := make([]float64, len(f.Draws[0]))
		p := make([]float64, len(f.seen))
		for r := range draws {
			for i := range p {
				p[i] = max(0, f.Draws[i][r])
			}
			x := find(f.all(p, r), math.Exp(ideal.Draw(r)))
			draws[r] = unit.Draw(r) + min(max(x, lowest), highest)
		}
		c.At = estimate.FromDraws(at+unit.Point, draws, m.Inline.N).Map(math.Exp)
	}
	m.Predicted = c
}

// sweepJobs are the jobs of the sweep whose crossover is predicted; work is in the
// unit of the cells.
func (a *analysis) sweepJobs(m *Master, unit estimate.Quantity) (out jobs) {
	for _, c := range a.pairs.sortedCells() {
		arm, base := a.pairs.arms[c], a.pairs.arms[c.Baseline()]
		if c.Workload != m.Workload || c.Executor != m.Executor || c.Payload != 0 || c.Grain == 0 ||
			base == nil || base.task.Len() == 0 || arm.tasks == 0 || c.Workers != m.Workers {
			continue
		}
		if work := base.task.Point() - unit.Point; len(out) == 0 || work > out[len(out)-1].work {
			out = append(out, struct{ work, tasks float64 }{work, math.Log(float64(arm.tasks))})
		}
	}
	return out
}

// predictPool compares the pool sizes of the largest tasks, as the model has them and
// as they were measured.
func (a *analysis) predictPool(m *Master, f masterFit) {
	var measured, predicted []float64
	var sizes []int
	for _, s := range Headline(a.data) {
		if s.Workload != m.Workload || s.Tasks == 0 || !(s.Serial.Value > 0) {
			continue
		}
		work := 1 / float64(s.Tasks) // of the reference, which is this plain loop
		for _, series := range s.Series {
			if series.Executor != m.Executor {
				continue
			}
			for _, p := range series.Points {
				ideal := a.deliverable(s, p.Workers)[f.ideal]
				t := makespan(f.all(f.P, -1), work, float64(s.Tasks), float64(p.Workers), math.Exp(ideal.Point))
				sizes, measured, predicted = append(sizes, p.Workers), append(measured, 1/p.Speedup.Value), append(predicted, t)
			}
		}
	}
	if len(sizes) < 2 {
		return
	}
	best := func(times []float64) int {
		least := slices.Min(times)
		return max(0, slices.IndexFunc(times, func(t float64) bool { return t <= least*(1+Practical) }))
	}
	i, j := best(predicted), best(measured)
	m.PredictedPool, m.MeasuredPool = sizes[i], sizes[j]
	m.Regret = measured[i]/slices.Min(measured) - 1
}
