package reports

import (
	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// An Efficiency is that of a pool in the factors of the POP project, from what its workers
// did in the pass stages. Each is a share of 1; Computation may be above it, where tasks take
// less time than in the plain loop.
//
//	load balance × scheduling           = parallel efficiency
//	parallel efficiency × computation   = global efficiency
type Efficiency struct {
	Point    record.Point // of the grid
	Pool     Pool
	Family   Family
	Title    string       // of the work
	Baseline record.Point // whose time within tasks Computation is of: of the pass stages, else of the plain loop as it was timed

	Balance     estimate.Estimate // mean time within tasks over that of the busiest worker
	Scheduling  estimate.Estimate // time of the busiest worker within tasks over the makespan; POP calls it communication efficiency
	Parallel    estimate.Estimate
	Computation estimate.Estimate // time within tasks of the plain loop over that of all workers, 1/φ; N is 0 without
	Global      estimate.Estimate // N is 0 without Computation
	Measured    estimate.Estimate // speedup over workers, of slices without a pass: what Global should be
}

// Efficiencies are those of all pools that have the pass stages, by Set.Points.
func Efficiencies(s *Set) []Efficiency { return once(s, findEfficiencies) }

func findEfficiencies(s *Set) (out []Efficiency) {
	for _, x := range Scalings(s) {
		for _, p := range x.Points() {
			at := pass(p.Point, stagesPass)
			busy, busiest := s.share(at, record.UnitBusy), s.share(at, record.UnitBusiest)
			if busy.N == 0 || busiest.N == 0 {
				continue
			}
			e := Efficiency{Point: p.Point, Pool: p.Pool, Family: x.Family, Title: x.Title()}
			of := func(f func(v []float64) float64, q ...estimate.Quantity) estimate.Estimate {
				return estimate.Combine(estimate.Difference, f, q...).Estimate()
			}
			e.Balance = of(func(v []float64) float64 { return ratioOf(v[0], v[1]) }, busy, busiest)
			e.Scheduling, e.Parallel = busiest.Estimate(), busy.Estimate()
			workers := float64(p.Workers)
			e.Measured = s.Quantity(s.at(x.Baseline).task.Over(s.at(p.Point).task).Scaled(1 / workers)).Estimate()
			if alone, from := s.aloneOver(x.Baseline, at); alone.N > 0 {
				e.Baseline = from
				e.Computation = of(func(v []float64) float64 { return ratioOf(v[0], v[1]*workers) }, alone, busy)
				e.Global = of(func(v []float64) float64 { return v[0] / workers }, alone)
			}
			out = append(out, e)
		}
	}
	return out
}

// ratioOf is a / b, and 0 where nothing was done.
func ratioOf(a, b float64) float64 {
	if b <= 0 {
		return 0
	}
	return a / b
}

// aloneOver is the time within tasks of a baseline over the makespan of a point of the pass
// stages, and the point it is of: that of the pass, in the blocks that have both, else the
// baseline as it was timed.
func (s *Set) aloneOver(baseline, at record.Point) (estimate.Quantity, record.Point) {
	timed := s.passes.at(at).makespan
	watched := pass(baseline, stagesPass)
	inside := s.passes.at(watched).series(record.UnitBusy, estimate.Ratio)
	if q := s.passes.Quantity(inside.Over(timed)); q.N > 0 {
		return plainly(q), watched
	}
	x, y := s.Quantity(s.at(baseline).makespan), s.passes.Quantity(timed)
	if x.N == 0 || y.N == 0 {
		return estimate.Quantity{}, baseline
	}
	return plainly(x.Per(y)), baseline
}

// factors are the efficiencies in their order, with their names.
func (e Efficiency) factors() []WorkShare {
	all := []WorkShare{{"load balance", e.Balance}, {"scheduling", e.Scheduling}, {"parallel efficiency", e.Parallel}}
	if e.Global.N > 0 {
		all = append(all, WorkShare{"computation", e.Computation}, WorkShare{"global efficiency", e.Global})
	}
	return all
}

// efficiencyTable has a row for each pool with the pass stages.
func efficiencyTable(s *Set) words.Table {
	t := words.Table{Folded: true, Title: "Efficiencies", Left: 2, Header: []string{"workload", "executor", "workers",
		"load balance", "scheduling", "parallel", "computation", "global", "without a pass"},
		Caption: "As the POP project has them: load balance × scheduling is the parallel efficiency, and that × computation the global one. Load balance is what workers are within tasks over what the busiest one is; scheduling what the busiest one is within tasks over the makespan; computation the time within tasks of the plain loop over that of all workers. The last column is speedup over workers of the slices that had no pass around them, which global should be: what differs is the cost of looking."}
	for _, e := range Efficiencies(s) {
		t.Add(e.Title, e.Pool.Label(), e.Pool.Workers, words.Number(e.Balance, words.Fraction), words.Number(e.Scheduling, words.Fraction),
			words.Number(e.Parallel, words.Fraction), words.Number(e.Computation, words.Fraction), words.Number(e.Global, words.Fraction), words.Number(e.Measured, words.Fraction))
	}
	return t
}
