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
// wait within a task is inflation, before one it is idle. Each share is at least 0: where
// noise alone makes the time within tasks shorter than the useful work, inflation is 0.
type Ledger struct {
	Seconds float64 // P·T
	// Shares of it. With intervals, where there are enough blocks.
	Ideal, Inflation, Scheduling, Idle estimate.Estimate

	// Faster is how many times as fast tasks are in the pool as in the plain loop, where they
	// surely are: then the split does not fit, and there are no shares. Else its N is 0.
	Faster  estimate.Estimate
	Split   bool    // scheduling is told from idle; else Idle holds both: no arm with one worker was timed from inside
	Sampled float64 // fraction of the tasks that were timed from inside
	N       int     // blocks it was made from; 0 when tasks were not timed
}

// busy is the share of the time of its workers that m spends within tasks, as a series.
func busy(m *measurement) estimate.Series {
	return m.series(record.UnitTaskTime, estimate.Ratio).Over(m.task).Scaled(1 / float64(m.pool.Workers))
}

// ledgerOf is the ledger of m, whose base is the plain loop. One is the same executor
// with one worker, nil when there is none.
func ledgerOf(s *Set, m, base, one *measurement) Ledger {
	within, ideal := busy(m), base.task.Over(m.task).Scaled(1/float64(m.pool.Workers))
	if within.Len() == 0 || ideal.Len() == 0 || m.tasks == 0 {
		return Ledger{}
	}
	out := Ledger{
		Seconds: float64(m.pool.Workers) * math.Exp(m.makespan.Point()),
		Sampled: math.Exp(m.series(record.UnitTaskShare, estimate.Ratio).Point()),
		N:       within.Len(),
	}
	if math.IsNaN(out.Sampled) {
		out.Sampled = 0 // not recorded
	}
	if faster := s.Estimate(ideal.Over(within)); faster.Known() && faster.Low > 1 && faster.Value > 1+Practical {
		out.Faster = faster
		return out
	}
	of := []estimate.Quantity{s.Quantity(within), s.Quantity(ideal)}
	if one != nil {
		alone, relative := busy(one), one.task.Over(m.task).Scaled(1/float64(m.pool.Workers))
		if out.Split = alone.Len() > 0 && relative.Len() > 0; out.Split {
			of = append(of, s.Quantity(alone), s.Quantity(relative))
		}
	}
	for i, share := range []*estimate.Estimate{&out.Ideal, &out.Inflation, &out.Scheduling, &out.Idle} {
		*share = estimate.Combine(estimate.Difference, func(logs []float64) float64 { return split(logs)[i] }, of...).Estimate()
	}
	return out
}

// split is the four shares, which add up to 1, given the logarithms of the shares of the
// workers' time within tasks and of useful work and, where they are known, of that within
// tasks with one worker alone and of what its time is of the workers'.
func split(logs []float64) (shares [4]float64) {
	within := min(math.Exp(logs[0]), 1) // sampled tasks may be the longer ones
	shares[0] = min(math.Exp(logs[1]), within)
	shares[1] = within - shares[0]
	if len(logs) > 2 {
		shares[2] = min(max(0, 1-math.Exp(logs[2]))*math.Exp(logs[3]), 1-within)
	}
	shares[3] = max(0, 1-shares[0]-shares[1]-shares[2]) // rounding may be below 0
	return shares
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
