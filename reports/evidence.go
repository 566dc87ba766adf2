package reports

import (
	"math"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// Names of the passes that evidence comes from.
const (
	stagesPass   = "stages"
	countersPass = "counters"
	mutexPass    = "mutex"
)

// evidence is what was measured of a pool with passes around it, and of its machine, all as
// shares of the workers' time P·T. What was not measured is 0.
type evidence struct {
	Useful float64 // as long as the plain loop takes for it, without a pass

	// Of the pass stages: the mean of the workers, and the busiest one.
	Busy, Busiest               float64 // within tasks
	Starved, Unserved, Starting float64 // without one, see the units

	// Of the pass mutex, which sees every wait, else of the counters, which are a sample of them.
	Mutex float64 // waiting for mutexes, and holding them meanwhile: while at most p-1 wait, another one holds it

	// Of the pass counters.
	GC        float64 // CPU time of the garbage collector
	Runnable  float64 // ready to run, and not running
	Throttled float64 // stopped by a CPU quota
	Stolen    float64 // CPU time that the host took

	Beyond float64 // of workers beyond the cores, for work that computes
	Absent float64 // that the probe of the capacity did not get from the CPUs either
	Memory float64 // what memory gave less than the CPUs, by their probes, for work that memory limits
}

// A trail is the evidence of a point, with its draws.
type trail struct {
	of       []estimate.Quantity                   // each on scale Difference
	into     []func(e *evidence, value, p float64) // parallel to of
	workers  float64
	counters bool           // there is the pass counters
	locks    bool           // something tells of waiting for mutexes
	from     []record.Point // that it was made from
}

// at is the evidence given values of the quantities.
func (t *trail) at(values []float64) evidence {
	var e evidence
	for i, v := range values {
		t.into[i](&e, v, t.workers)
	}
	return e
}

// Quantity is what f makes of the evidence.
func (t *trail) quantity(f func(evidence) float64) estimate.Quantity {
	return estimate.Combine(estimate.Difference, func(values []float64) float64 { return f(t.at(values)) }, t.of...)
}

func (t *trail) add(q estimate.Quantity, into func(e *evidence, value, p float64)) bool {
	if q.N == 0 {
		return false
	}
	t.of, t.into = append(t.of, q), append(t.into, into)
	return true
}

// share is a unit of a point of a pass over its own time, a slice each, as a quantity.
func (s *Set) share(p record.Point, unit string) estimate.Quantity {
	m, out := s.passes.at(p), estimate.Series{Scale: estimate.Difference}
	for i, r := range m.results {
		seconds, ok := timeOf(r)
		if v, has := r.Values[unit]; ok && has && v >= 0 && v <= maxValue {
			out.Add(m.blocks[i], v/seconds)
		}
	}
	return s.passes.Quantity(out)
}

// plainly is the quantity without logarithms.
func plainly(q estimate.Quantity) estimate.Quantity {
	return estimate.Combine(estimate.Difference, func(v []float64) float64 { return q.Scale.Value(v[0]) }, q)
}

// trailOf is the evidence on a point of the grid; ok is false without the pass stages, or
// without a plain loop to compare with.
func trailOf(s *Set, m, base *measurement) (t *trail, ok bool) {
	stages, counters := pass(m.point, stagesPass), pass(m.point, countersPass)
	t = &trail{workers: float64(m.pool.Workers), from: []record.Point{m.point, stages}}
	useful := s.Quantity(base.task.Over(m.task).Scaled(1 / t.workers))
	if useful.N == 0 || !t.add(plainly(useful), func(e *evidence, v, p float64) { e.Useful = v }) {
		return nil, false
	}
	if !t.add(s.share(stages, record.UnitBusy), func(e *evidence, v, p float64) { e.Busy = v }) ||
		!t.add(s.share(stages, record.UnitBusiest), func(e *evidence, v, p float64) { e.Busiest = v }) {
		return nil, false
	}
	t.add(s.share(stages, record.UnitUnserved), func(e *evidence, v, p float64) { e.Unserved = v })
	t.add(s.share(stages, record.UnitStarved), func(e *evidence, v, p float64) { e.Starved = v })
	t.add(s.share(stages, record.UnitStarting), func(e *evidence, v, p float64) { e.Starting = v })
	if s.passes.points[counters] != nil {
		t.counters, t.from = true, append(t.from, counters)
	}
	locks := pass(m.point, mutexPass)
	waits := s.share(locks, record.UnitMutexWait)
	if waits.N > 0 {
		t.from = append(t.from, locks)
	} else {
		waits = s.share(counters, record.UnitMutexWait)
	}
	t.locks = t.add(waits, func(e *evidence, v, p float64) { e.Mutex = v / max(1, p-1) })
	t.add(s.share(counters, record.UnitRunnable), func(e *evidence, v, p float64) { e.Runnable = v / p })
	t.add(s.share(counters, record.UnitThrottled), func(e *evidence, v, p float64) { e.Throttled = v / p })
	t.add(s.collecting(counters), func(e *evidence, v, p float64) { e.GC = v / p })
	t.add(s.stolen(counters, m.pool.Workers), func(e *evidence, v, p float64) { e.Stolen = v / p })
	t.machine(s, m)
	return t, true
}

// machine adds what cores and memory could not give.
func (t *trail) machine(s *Set, m *measurement) {
	cores := s.Record.Facts.Cores
	if s.Resource(m.workload) != "cpu" || cores == 0 { // of work that waits no worker is one too many
		return
	}
	p := min(m.pool.Workers, cores)
	t.add(estimate.Quantity{Scale: estimate.Difference, N: math.MaxInt, Point: 1 - float64(p)/t.workers},
		func(e *evidence, v, _ float64) { e.Beyond = v })
	gave, measured := CapacityOf(s)[p]
	if measured {
		t.add(plainly(gave), func(e *evidence, v, workers float64) { e.Absent = max(0, float64(p)-v) / workers })
	}
	curve, declared := s.Record.Facts.Curve(m.point)
	if memory, probed := probes(s)[record.BandwidthBenchmark][p]; probed && declared && curve.Of == record.LimitBandwidth {
		t.add(plainly(s.Quantity(memory)), func(e *evidence, v, workers float64) {
			e.Memory = max(0, float64(p)-v)/workers - e.Absent
		})
	}
}

// collecting is CPU time of the garbage collector over the time of a slice.
func (s *Set) collecting(p record.Point) estimate.Quantity {
	return s.cpuShare(p, record.UnitGCShare, func(r *record.Result, seconds float64) float64 {
		return (r.Values[record.UnitUser] + r.Values[record.UnitSystem]) / seconds
	})
}

// stolen is the same of what the host took of the CPUs that workers could use.
func (s *Set) stolen(p record.Point, workers int) estimate.Quantity {
	cores := s.Record.Facts.Cores
	return s.cpuShare(p, record.UnitSteal, func(*record.Result, float64) float64 { return float64(min(workers, max(cores, 1))) })
}

// cpuShare is a share of CPU time, of as many CPUs as of says, in the slices of a pass.
func (s *Set) cpuShare(p record.Point, unit string, of func(r *record.Result, seconds float64) float64) estimate.Quantity {
	m, out := s.passes.at(p), estimate.Series{Scale: estimate.Difference}
	for i, r := range m.results {
		seconds, ok := timeOf(r)
		if v, has := r.Values[unit]; ok && has && v >= 0 && v <= 1 {
			out.Add(m.blocks[i], v*of(r, seconds))
		}
	}
	return s.passes.Quantity(out)
}
