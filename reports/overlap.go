package reports

import (
	"math"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// leastPart is how long the shorter part of a job must be, as a fraction of the longer
// one, to be worth an overlap score: that is in units of the shorter part, so what the
// whole job takes longer for other reasons is as many times as much.
const leastPart = 0.2

// overlapOf is the overlap score of m,
// ω = (T_wait + T_cpu - T_both) / min(T_wait, T_cpu): 1 when the shorter part is
// hidden behind the longer one, 0 when they go one after the other, below 0 when
// they hurt each other. N is 0 when the parts were not measured, or one of them is
// too short to tell.
func overlapOf(s *Set, m *measurement) estimate.Estimate {
	cpu, wait := s.ratios(m, record.UnitCPUPart).Over(m.makespan), s.ratios(m, record.UnitWaitPart).Over(m.makespan)
	x, y := s.Quantity(cpu.Within(wait)), s.Quantity(wait.Within(cpu))
	if x.N == 0 || math.Abs(x.Point-y.Point) > -math.Log(leastPart) {
		return estimate.Estimate{}
	}
	return estimate.Combine(estimate.Difference, func(logs []float64) float64 {
		x, y := math.Exp(logs[0]), math.Exp(logs[1]) // as multiples of both together
		return (x + y - 1) / min(x, y)
	}, x, y).Estimate()
}
