package reports

import (
	"fmt"
	"math"
	"slices"

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
	Workload, Executor string
	Workers            int    // of the sweep whose crossover it predicts
	Why                string // why there is no model, for people; "" when there is

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

// A masterCell is one arm as the model sees it. Times are in units of the reference,
// the plain loop with the largest tasks of the workload in the same block.
type masterCell struct {
	workers float64
	tasks   float64
	ideals  []estimate.Quantity // what C may be
	work    estimate.Quantity   // useful work per task
	time    estimate.Quantity   // makespan
}

// The parameters of the model in the order in which it takes them.
const (
	inlineCost = iota
	inflationCost
	fixedCost
	periodCost
	tailCost
	costs
)

// masters fits the master model to every executor of the sweeps that stand for their
// workloads.
func (a *analysis) masters() {
	inside := a.sampled()
	for _, s := range HeadlineSweeps(a.data) {
		for _, series := range s.Series {
			m := Master{Workload: s.Workload, Executor: series.Executor, Workers: s.Workers, Measured: series.Crossover}
			a.master(&m, inside)
			a.data.Masters = append(a.data.Masters, m)
		}
	}
}

func (a *analysis) master(m *Master, inside ledgers) {
	arms := a.masterArms(m.Workload, m.Executor)
	largest := arms[len(arms)-1].cell // they ascend in grain
	reference := a.pairs.arms[largest.Baseline()]
	var cells []masterCell
	for _, arm := range arms {
		base := a.pairs.arms[arm.cell.Baseline()]
		c := masterCell{workers: float64(arm.cell.Workers), tasks: float64(arm.tasks),
			ideals: a.deliverable(Scaling{Workload: m.Workload, Resource: a.resource[m.Workload]}, arm.cell.Workers),
			work:   a.rs.Quantity(base.task.Over(reference.makespan)),
			time:   a.rs.Quantity(arm.makespan.Over(reference.makespan))}
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
	phi := a.inflation(m, inside)
	best, ok := fitMaster(cells, phi)
	if !ok {
		m.Why = "the cells do not tell its costs apart"
		return
	}
	m.Misfit = math.Expm1(best.Misfit)
	unit := a.rs.Quantity(reference.makespan)
	m.describe(best, unit)
	if phi.N > 0 {
		m.Inside, m.Inflation = true, phi.Estimate()
	}
	if m.Misfit > 1 {
		m.Why = fmt.Sprintf("it is off by %s at the worst of %s", words.Percent(m.Misfit), words.Count(len(cells), "cell"))
		return
	}
	a.predict(m, best, unit)
	a.predictPool(m, best)
}

// masterArms are the arms that the model is fitted to, ascending in grain and then
// in workers. There is at least one when there is a sweep.
func (a *analysis) masterArms(workload, executor string) []*arm {
	grains := map[int][]record.Cell{} // by workers, ascending in grain
	var empty, ends []record.Cell
	for _, c := range a.pairs.sortedCells() {
		base := a.pairs.arms[c.Baseline()]
		if c.Executor != executor || c.Payload != 0 || base == nil || a.pairs.arms[c].task.Over(base.task).Len() == 0 {
			continue
		}
		switch {
		case c.Workload == workload && c.Grain > 0:
			grains[c.Workers] = append(grains[c.Workers], c)
		case c.Grain == 0 && (c.Workload == workload || a.resource[c.Workload] == "cpu"):
			empty = append(empty, c)
		}
	}
	if own := slices.ContainsFunc(empty, func(c record.Cell) bool { return c.Workload == workload }); own {
		empty = slices.DeleteFunc(empty, func(c record.Cell) bool { return c.Workload != workload })
	}
	for _, cells := range grains {
		if len(cells) > 4 {
			cells = append(slices.Clone(cells[:2]), cells[len(cells)-2:]...)
		}
		ends = append(ends, cells...)
	}
	slices.SortFunc(ends, func(x, y record.Cell) int {
		if x.Grain != y.Grain {
			return int(x.Grain - y.Grain)
		}
		return x.Workers - y.Workers
	})
	var out []*arm
	for _, c := range append(empty, ends...) {
		out = append(out, a.pairs.arms[c])
	}
	return out
}

// inflation is φ as measured within the largest tasks, on the most workers that have
// a core each; n is 0 when tasks were not timed. What the capacity explains is not
// inflation.
func (a *analysis) inflation(m *Master, inside ledgers) estimate.Quantity {
	var out estimate.Quantity
	for _, arm := range a.masterArms(m.Workload, m.Executor) {
		p := arm.cell.Workers
		base := a.pairs.arms[arm.cell.Baseline()]
		times := inside.times[arm.cell].Over(base.task)
		if cores := a.data.Machine.Cores; times.Len() < estimate.MinBlocks || arm.cell.Grain == 0 || cores > 0 && p > cores && a.resource[m.Workload] == "cpu" {
			continue
		}
		ideal, _ := a.ideal(m.Workload, p)
		out = a.rs.Quantity(times).Per(estimate.Constant(float64(p))).Times(ideal)
	}
	return out
}

// A masterFit is the model with some of its costs.
type masterFit struct {
	seen  []int // costs that are fitted, ascending
	ideal int   // which of the ideals of the cells C is
	phi   estimate.Quantity
	estimate.Fit
}

// fitMaster chooses the costs that the cells show. Where φ was measured (its n is
// above 0) it is taken as it is.
func fitMaster(cells []masterCell, phi estimate.Quantity) (best masterFit, ok bool) {
	times := make([]estimate.Quantity, len(cells))
	for i, c := range cells {
		times[i] = c.time
	}
	o, ok := estimate.Observe(times)
	if !ok {
		return best, false
	}
	var fits []masterFit
	for ideal := range cells[0].ideals {
		for mask := range 1 << 3 {
			seen := []int{inlineCost}
			if phi.N == 0 {
				seen = append(seen, inflationCost)
			}
			for i, cost := range []int{fixedCost, periodCost, tailCost} {
				if mask&(1<<i) != 0 {
					seen = append(seen, cost)
				}
			}
			f := masterFit{seen: seen, ideal: ideal, phi: phi}
			if len(cells) >= len(seen)+2 && f.fit(cells, o) {
				fits = append(fits, f)
			}
		}
	}
	all := make([]estimate.Fit, len(fits))
	for i, f := range fits {
		all[i] = f.Fit
	}
	least := math.Inf(1)
	for i, score := range estimate.Scores(all) {
		if score < least {
			best, least = fits[i], score
		}
	}
	if math.IsInf(least, 1) {
		return best, false
	}
	best.Resample()
	return best, true
}

// fit finds the costs in f.seen from the times of the cells; false when they do not
// tell them.
func (f *masterFit) fit(cells []masterCell, times estimate.Observations) (ok bool) {
	smallest := math.Inf(1) // time per task
	for _, c := range cells {
		smallest = min(smallest, math.Exp(c.time.Point)/c.tasks)
	}
	most := smallest // that one worker may need beside the work
	for _, c := range cells {
		if c.workers == 1 {
			most = max(most, math.Exp(c.time.Point)/c.tasks-math.Exp(c.work.Point))
		}
	}
	scales := [costs]float64{inlineCost: most, inflationCost: 1, fixedCost: smallest * cells[0].tasks, periodCost: smallest, tailCost: 1}
	scale, bounded := make([]float64, len(f.seen)), make([]bool, len(f.seen))
	for i, cost := range f.seen {
		scale[i], bounded[i] = scales[cost], true
	}
	model := estimate.Model{Scale: scale, Bounded: bounded, Predict: func(out, p []float64) {
		f.times(out, cells, f.all(p, -1), -1)
	}}
	var starts [][]float64
	for _, h := range []float64{smallest, most} {
		for _, d := range []float64{0.9, 1.1} {
			full := [costs]float64{inlineCost: h, inflationCost: 1, fixedCost: 0.1 * smallest * cells[0].tasks, periodCost: d * smallest, tailCost: 0.3}
			start := make([]float64, len(f.seen))
			for i, cost := range f.seen {
				start[i] = full[cost]
			}
			starts = append(starts, start)
		}
	}
	times.Replay = func(out, p []float64, r int) { f.times(out, cells, f.all(p, r), r) }
	f.Fit, ok = model.Fit(times, starts...)
	return ok
}

// all are the costs of the parameters p of the fit; those it has not are 0. In
// replicate r φ is that of the replicate where it was measured.
func (f *masterFit) all(p []float64, r int) (all [costs]float64) {
	if f.phi.N > 0 {
		all[inflationCost] = math.Exp(f.phi.Point)
		if r >= 0 {
			all[inflationCost] = math.Exp(f.phi.Draw(r))
		}
	}
	for i, cost := range f.seen {
		all[cost] = p[i]
	}
	return all
}

// times are the logarithms of the makespans of the cells, with the work and the
// ideal of replicate r, or as estimated when r is -1.
func (f *masterFit) times(out []float64, cells []masterCell, costs [costs]float64, r int) {
	for i, c := range cells {
		work, ideal := c.work.Point, c.ideals[f.ideal].Point
		if r >= 0 {
			work, ideal = c.work.Draw(r), c.ideals[f.ideal].Draw(r)
		}
		out[i] = math.Log(makespan(costs, math.Exp(work), c.tasks, c.workers, math.Exp(ideal)))
	}
}

// makespan is the master model.
func makespan(c [costs]float64, work, tasks, workers, ideal float64) float64 {
	inside := work * c[inflationCost]
	t := c[fixedCost] + tasks*max((inside+c[inlineCost])/ideal, c[periodCost])
	if workers > 1 {
		t += c[tailCost] * inside
	}
	return max(t, math.SmallestNonzeroFloat64)
}
