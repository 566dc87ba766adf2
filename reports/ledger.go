package reports

import (
	"math"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// A Ledger says where the time of the workers went: P·T worker-seconds, split into
// four shares that add up to 1.
//
//	ideal       n·w           useful work, as long as the plain loop takes for it
//	inflation   n·(w' - w)    how much longer tasks take in the pool, w' being the mean time within a task
//	scheduling  n·h           what the executor costs a task: all of one worker that is not in tasks
//	idle        the rest      workers without a task, or waiting for one
//
// Time within tasks is wall time. Workers beyond the cores wait for a CPU: what they
// wait within a task is inflation, before one it is idle. Inflation is below 0 when
// tasks are faster in the pool than in the plain loop.
type Ledger struct {
	Seconds                            float64 // P·T
	Ideal, Inflation, Scheduling, Idle float64 // shares of it
	Split                              bool    // scheduling is told from idle; else Idle holds both: no arm with one worker was timed from inside
	Sampled                            float64 // fraction of the tasks that were timed from inside
	N                                  int     // blocks it was made from; 0 when tasks were not timed
}

// busy is the share of the time of its workers that m spends within tasks; NaN when
// unknown.
func busy(m *measurement) (share float64, blocks int) {
	inside := m.series(record.UnitTaskTime, estimate.Ratio).Over(m.task)
	return math.Exp(inside.Point()) / float64(m.pool.Workers), inside.Len()
}

// ledgerOf is the ledger of m, whose base is the plain loop. One is the same executor
// with one worker, nil when there is none.
func ledgerOf(m, base, one *measurement) Ledger {
	within, blocks := busy(m)
	if blocks == 0 || m.tasks == 0 {
		return Ledger{}
	}
	workers := float64(m.pool.Workers)
	out := Ledger{
		Seconds: workers * math.Exp(m.makespan.Point()),
		Ideal:   math.Exp(base.task.Over(m.task).Point()) / workers,
		Sampled: math.Exp(m.series(record.UnitTaskShare, estimate.Ratio).Point()),
		N:       blocks,
	}
	if math.IsNaN(out.Ideal) {
		return Ledger{}
	}
	if math.IsNaN(out.Sampled) {
		out.Sampled = 0 // not recorded
	}
	within = min(within, 1) // sampled tasks may be the longer ones
	out.Inflation = within - out.Ideal
	if one != nil {
		alone, n := busy(one)
		relative := math.Exp(one.task.Over(m.task).Point())
		if out.Split = n > 0 && !math.IsNaN(relative); out.Split {
			out.Scheduling = min(max(0, 1-alone)*relative/workers, 1-within)
		}
	}
	out.Idle = 1 - out.Ideal - out.Inflation - out.Scheduling
	return out
}

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
	cpu, wait := m.series(record.UnitCPUPart, estimate.Ratio).Over(m.makespan), m.series(record.UnitWaitPart, estimate.Ratio).Over(m.makespan)
	x, y := s.Quantity(cpu.Within(wait)), s.Quantity(wait.Within(cpu))
	if x.N == 0 || math.Abs(x.Point-y.Point) > -math.Log(leastPart) {
		return estimate.Estimate{}
	}
	return estimate.Combine(estimate.Difference, func(logs []float64) float64 {
		x, y := math.Exp(logs[0]), math.Exp(logs[1]) // as multiples of both together
		return (x + y - 1) / min(x, y)
	}, x, y).Estimate()
}
