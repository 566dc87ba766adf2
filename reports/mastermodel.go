package reports

import (
	"math"
	"slices"

	"poolbench/reports/estimate"
)

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

// A masterFit is the model with some of its costs; the others are 0.
type masterFit struct {
	ideal int               // which of the ideals of the cells C is
	phi   estimate.Quantity // N is above 0 where it was measured
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
			free := []int{inlineCost}
			if phi.N == 0 {
				free = append(free, inflationCost)
			}
			for i, cost := range []int{fixedCost, periodCost, tailCost} {
				if mask&(1<<i) != 0 {
					free = append(free, cost)
				}
			}
			f := masterFit{ideal: ideal, phi: phi}
			if len(cells) >= len(free)+2 && f.fit(cells, o, free) {
				fits = append(fits, f)
			}
		}
	}
	chosen, _ := estimate.Best(fits, func(f masterFit) estimate.Fit { return f.Fit })
	if chosen < 0 {
		return best, false
	}
	best = fits[chosen]
	best.Resample()
	return best, true
}

// fit finds the free costs from the times of the cells; false when they do not tell them.
func (f *masterFit) fit(cells []masterCell, times estimate.Observations, free []int) (ok bool) {
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
	model := estimate.Model{Free: free, Bounded: slices.Repeat([]bool{true}, costs), Predict: func(out, p []float64) { f.times(out, cells, p, -1) },
		Scale: []float64{inlineCost: most, inflationCost: 1, fixedCost: smallest * cells[0].tasks, periodCost: smallest, tailCost: 1}}
	var starts [][]float64
	for _, h := range []float64{smallest, most} {
		for _, d := range []float64{0.9, 1.1} {
			guess := []float64{inlineCost: h, inflationCost: 1, fixedCost: 0.1 * smallest * cells[0].tasks, periodCost: d * smallest, tailCost: 0.3}
			start := []float64{inflationCost: math.Exp(f.phi.Point), tailCost: 0}
			for _, cost := range free {
				start[cost] = guess[cost]
			}
			starts = append(starts, start)
		}
	}
	times.Replay = func(out, p []float64, r int) { f.times(out, cells, f.in(p, r), r) }
	f.Fit, ok = model.Fit(times, starts...)
	return ok
}

// in are the costs p with the φ of replicate r, where it was measured.
func (f *masterFit) in(p []float64, r int) []float64 {
	if f.phi.N > 0 {
		p = slices.Clone(p)
		p[inflationCost] = math.Exp(f.phi.Draw(r))
	}
	return p
}

// times are the logarithms of the makespans of the cells, with the work and the
// ideal of replicate r, or as estimated when r is -1.
func (f *masterFit) times(out []float64, cells []masterCell, costs []float64, r int) {
	for i, c := range cells {
		work, ideal := c.work.Point, c.ideals[f.ideal].Point
		if r >= 0 {
			work, ideal = c.work.Draw(r), c.ideals[f.ideal].Draw(r)
		}
		out[i] = math.Log(jobTime(costs, math.Exp(work), c.tasks, c.workers, math.Exp(ideal)))
	}
}

// jobTime is the makespan by the master model.
func jobTime(c []float64, work, tasks, workers, ideal float64) float64 {
	inside := work * c[inflationCost]
	t := c[fixedCost] + tasks*max((inside+c[inlineCost])/ideal, c[periodCost])
	if workers > 1 {
		t += c[tailCost] * inside
	}
	return max(t, math.SmallestNonzeroFloat64)
}
