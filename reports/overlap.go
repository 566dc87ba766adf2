package reports

import (
	"math"

	"poolbench/bench/record"
)

// halves are the parts of jobs that compute and wait, each measured alone.
type halves struct {
	cpu, wait map[record.Cell]series
}

func (a *analysis) halves() halves {
	return halves{a.extra(record.UnitCPUPart), a.extra(record.UnitWaitPart)}
}

// leastPart is how long the shorter part of a job must be, as a fraction of the longer
// one, to be worth an overlap score: that is in units of the shorter part, so what the
// whole job takes longer for other reasons is as many times as much.
const leastPart = 0.2

// overlap is the overlap score of an arm,
// ω = (T_wait + T_cpu - T_both) / min(T_wait, T_cpu): 1 when the shorter part is
// hidden behind the longer one, 0 when they go one after the other, below 0 when
// they hurt each other. N is 0 when the parts were not measured, or one of them is
// too short to tell.
func (a *analysis) overlap(h halves, m *arm) Estimate {
	cpu, wait := h.cpu[m.cell].over(m.makespan), h.wait[m.cell].over(m.makespan)
	x, y := a.rs.quantity(cpu.within(wait)), a.rs.quantity(wait.within(cpu))
	if x.n == 0 || math.Abs(x.point-y.point) > -math.Log(leastPart) {
		return Estimate{}
	}
	score := func(x, y float64) float64 {
		x, y = math.Exp(x), math.Exp(y) // as multiples of both together
		return (x + y - 1) / min(x, y)
	}
	e := Estimate{Value: score(x.point, y.point), N: x.n}
	if x.draws != nil {
		draws := make([]float64, len(x.draws))
		for r := range draws {
			draws[r] = score(x.draw(r), y.draw(r))
		}
		low, high := percentiles(draws, 1-Confidence)
		e.Low, e.High = min(low, e.Value), max(high, e.Value)
	}
	return e
}
