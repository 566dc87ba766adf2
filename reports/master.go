package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/interp"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A Master is the master model of one executor on one workload,
//
//	T = F + n·max((w·φ + h)/C, d) + tail·w·φ
//
// for n tasks of w useful seconds on P workers that can deliver C, with what it
// predicts. It has no tail with one worker, which waits for nobody.
//
// It is fitted to the ends of the sweep: the two smallest and the two largest grains
// of every pool size, and tasks without work. There one cost after the other decides
// the time: F a few tasks, h one worker, d the smallest tasks on the largest pools,
// the tail the largest tasks. So what it says of the grains between is a prediction.
// Costs that the ends do not show, by AICc, are left out.
type Master struct {
	Family   Family
	Workload string
	Pool            // that of the sweep whose crossover it predicts
	Why      string // why there is no model, for people; "" when there is

	// The parameters at the median speed of the run. N is 0 when it is not seen.
	Fixed     estimate.Estimate // F, seconds per job
	Inline    estimate.Estimate // h, seconds of a worker per task
	Inflation estimate.Estimate // φ, how many times as long the work takes in the pool
	Period    estimate.Estimate // d, seconds per task of what only one at a time can do
	Tail      estimate.Estimate // tasks that the last worker has to itself
	Inside    bool              // φ was measured within tasks, else fitted with the others: then it cannot be told well from the tail
	Cells     int               // fitted to
	Misfit    float64           // largest distance between them and the model, as a fraction

	Predicted, Measured estimate.Crossing // the crossover against the plain loop, seconds of useful work per task; Predicted.Needs is 0
	// The smallest pool that is within 5 % of the fastest, on the largest tasks; 0
	// when only one size was measured.
	PredictedPool, MeasuredPool int
	Regret                      float64 // how much slower the predicted pool is than the fastest, as measured: a fraction
}

// CrossoverError is the relative error of the predicted crossover; ok is false when
// one of the two is not a point.
func (m Master) CrossoverError() (relative float64, ok bool) {
	if m.Predicted.Outcome != estimate.Crosses || m.Measured.Outcome != estimate.Crosses {
		return 0, false
	}
	return m.Predicted.At.Value/m.Measured.At.Value - 1, true
}

// Masters fits the master model to every executor of the sweeps that stand for their
// workloads.
func Masters(s *Set) []Master { return once(s, findMasters) }

func findMasters(s *Set) []Master {
	var out []Master
	for _, x := range HeadlineSweeps(s) {
		for _, series := range x.Series {
			m := Master{Family: x.Family, Workload: x.Workload, Pool: series.Pool, Measured: series.Crossover}
			m.model(s)
			out = append(out, m)
		}
	}
	return out
}

func (m *Master) model(s *Set) {
	arms := m.arms(s)
	reference := s.at(arms[len(arms)-1].baseline) // they ascend in grain
	var cells []masterCell
	for _, arm := range arms {
		c := masterCell{workers: float64(arm.pool.Workers), tasks: float64(arm.tasks),
			ideals: deliverable(s, m.Family, arm.pool.Workers),
			work:   s.Quantity(s.at(arm.baseline).task.Over(reference.makespan)),
			time:   s.Quantity(arm.makespan.Over(reference.makespan))}
		if arm.tasks == 0 || c.work.Draws == nil || c.time.Draws == nil {
			continue
		}
		cells = append(cells, c)
	}
	if len(cells) < costs+1 {
		m.Why = fmt.Sprintf("%s of the %d it needs, with at least %s each", words.Count(len(cells), "cell"), costs+1, words.Count(estimate.MinBlocks, "block"))
		return
	}
	m.Cells = len(cells)
	phi := m.inflation(s, arms)
	best, ok := fitMaster(cells, phi)
	if !ok {
		m.Why = "the cells do not tell its costs apart"
		return
	}
	m.Misfit = math.Expm1(best.Misfit)
	unit := s.Quantity(reference.makespan)
	m.Inline, m.Fixed, m.Period = best.Estimate(inlineCost, unit), best.Estimate(fixedCost, unit), best.Estimate(periodCost, unit)
	m.Inflation, m.Tail = best.Estimate(inflationCost, estimate.Quantity{}), best.Estimate(tailCost, estimate.Quantity{})
	if phi.N > 0 {
		m.Inside, m.Inflation = true, phi.Estimate()
	}
	if m.Misfit > 1 {
		m.Why = fmt.Sprintf("it is off by %s at the worst of %s", words.Percent(m.Misfit), words.Count(len(cells), "cell"))
		return
	}
	m.predict(s, best, unit)
	m.predictPool(s, best)
}

// arms are those that the model is fitted to, ascending in grain and then in workers.
// There is at least one when there is a sweep.
func (m *Master) arms(s *Set) []*measurement {
	grains := map[int][]*measurement{} // by workers, ascending in grain
	var empty, ends []*measurement
	for _, arm := range s.grid {
		if arm.pool.How != m.How || arm.payload != 0 || arm.units != 0 || arm.family.Baseline != m.Family.Baseline || arm.family.Runtime() != m.Family.Runtime() || s.at(arm.baseline).task.Over(arm.task).Len() == 0 {
			continue
		}
		switch {
		case arm.family == m.Family && arm.grain > 0:
			grains[arm.pool.Workers] = append(grains[arm.pool.Workers], arm)
		case arm.grain == 0 && (arm.family == m.Family || s.Resource(arm.workload) == "cpu"):
			empty = append(empty, arm)
		}
	}
	if slices.ContainsFunc(empty, func(arm *measurement) bool { return arm.family == m.Family }) {
		empty = slices.DeleteFunc(empty, func(arm *measurement) bool { return arm.family != m.Family })
	}
	for _, arms := range grains {
		if len(arms) > 4 {
			arms = append(slices.Clone(arms[:2]), arms[len(arms)-2:]...)
		}
		ends = append(ends, arms...)
	}
	slices.SortFunc(ends, func(x, y *measurement) int {
		return cmp.Or(cmp.Compare(x.grain, y.grain), cmp.Compare(x.pool.Workers, y.pool.Workers))
	})
	return append(empty, ends...)
}

// inflation is φ as measured within the largest tasks, on the most workers that have
// a core each; N is 0 when tasks were not timed. What the capacity explains is not
// inflation.
func (m *Master) inflation(s *Set, arms []*measurement) estimate.Quantity {
	var out estimate.Quantity
	for _, arm := range arms {
		p := arm.pool.Workers
		times := arm.series(record.UnitTaskTime, estimate.Ratio).Over(s.at(arm.baseline).task)
		if cores := s.Record.Facts.Cores; times.Len() < estimate.MinBlocks || arm.grain == 0 || cores > 0 && p > cores && s.Resource(m.Workload) == "cpu" {
			continue
		}
		best, _ := idealOf(s, m.Family, p)
		out = s.Quantity(times).Per(estimate.Constant(float64(p))).Times(best)
	}
	return out
}

// predict finds the crossover that the model has, between a hundredth of the smallest
// and a hundred times the largest work of the sweep that measured it.
func (m *Master) predict(s *Set, f masterFit, unit estimate.Quantity) {
	sweep, tasks := m.sweepJobs(s, unit)
	var sizes interp.PiecewiseLinear // between the grains of the sweep; beyond them as at the ends
	if len(sweep) < 2 || sizes.Fit(sweep, tasks) != nil {
		return
	}
	workers := float64(m.Workers)
	ideals := deliverable(s, m.Family, m.Workers)
	gain := func(costs []float64, ideal, work float64) float64 { // ln speedup
		n := math.Exp(sizes.Predict(work))
		return math.Log(n) + work - math.Log(jobTime(costs, math.Exp(work), n, workers, ideal))
	}
	lowest, highest := sweep[0]-math.Log(100), sweep[len(sweep)-1]+math.Log(100)
	find := func(costs []float64, ideal float64) float64 {
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
	switch at := find(f.P, math.Exp(ideal.Point)); {
	case math.IsInf(at, 1):
		c.Outcome = estimate.Never
	case math.IsInf(at, -1):
		c.Outcome = estimate.Always
	default:
		c.Outcome = estimate.Crosses
		draws := make([]float64, len(f.Draws[0]))
		p := make([]float64, costs)
		for r := range draws {
			for i := range p {
				p[i] = max(0, f.Draws[i][r])
			}
			x := find(f.in(p, r), math.Exp(ideal.Draw(r)))
			draws[r] = unit.Draw(r) + min(max(x, lowest), highest)
		}
		c.At = estimate.FromDraws(at+unit.Point, draws, m.Inline.N).Map(math.Exp)
	}
	m.Predicted = c
}

// sweepJobs are the jobs of the sweep whose crossover is predicted, as logarithms of work
// per task, in the unit of the cells, and of tasks; ascending in work.
func (m *Master) sweepJobs(s *Set, unit estimate.Quantity) (work, tasks []float64) {
	for _, arm := range s.grid {
		base := s.at(arm.baseline)
		if arm.family != m.Family || arm.pool != m.Pool || arm.payload != 0 || arm.grain == 0 || base.task.Len() == 0 || arm.tasks == 0 {
			continue
		}
		if w := base.task.Point() - unit.Point; len(work) == 0 || w > work[len(work)-1] {
			work, tasks = append(work, w), append(tasks, math.Log(float64(arm.tasks)))
		}
	}
	return work, tasks
}

// predictPool compares the pool sizes of the largest tasks, as the model has them and
// as they were measured.
func (m *Master) predictPool(s *Set, f masterFit) {
	var measured, predicted []float64
	var sizes []int
	for _, x := range Headline(s) {
		if x.Family != m.Family || x.Tasks == 0 || !(x.Serial.Value > 0) {
			continue
		}
		work := 1 / float64(x.Tasks) // of the reference, which is this plain loop
		for _, p := range x.Points() {
			if p.How == m.How {
				ideal := deliverable(s, x.Family, p.Workers)[f.ideal]
				t := jobTime(f.P, work, float64(x.Tasks), float64(p.Workers), math.Exp(ideal.Point))
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
