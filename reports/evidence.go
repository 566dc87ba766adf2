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
// shares of the workers' time P·T. What was not measured is 0. But for the first three it is
// as if the machine had given all CPUs that were wanted: see supply.
type evidence struct {
	Useful float64 // as long as the plain loop takes for it, without a pass
	Given  float64 // the same with all CPUs, at least Useful
	Told   bool    // threads tell which CPUs were missing

	// Together is the most of the time in which all the CPUs computed for the pool, or were
	// wanted; 1 where threads do not tell.
	Together float64

	Done left    // of the pass stages: what workers did else
	At   float64 // the value of Given that Done is of

	// Of the pass mutex, which sees every wait, else of the counters, which are a sample of them.
	Mutex float64 // waiting for mutexes, and holding them meanwhile: while at most p-1 wait, another one holds it

	// Of the pass counters.
	GC        float64 // CPU time of the garbage collector
	Runnable  float64 // ready to run, and not running
	Else      float64 // CPU time of the process that the plain loop does not take, the collector's, too; 1 where it is not known
	Throttled float64 // stopped by a CPU quota

	Beyond float64 // of workers beyond the cores, for work that computes
	Absent float64 // that the probe of the capacity did not get from the CPUs when all compute together,
	Memory float64 // what memory gave less than the CPUs, by their probes, for work that memory limits
}

// missing is the share of the workers' time for which slices without a pass were longer since
// CPUs were missing.
func (e evidence) missing() float64 { return 1 - min(1, ratioOf(e.Useful, e.Given)) }

// A trail is the evidence of a point, with its draws.
type trail struct {
	of       []estimate.Quantity                   // each on scale Difference
	into     []func(e *evidence, value, p float64) // parallel to of
	workers  float64
	use      float64 // of CPUs, see supply
	plainUse float64 // by the plain loop
	counters bool    // there is the pass counters
	lacked   estimate.Quantity
	locks    bool           // something tells of waiting for mutexes
	from     []record.Point // that it was made from
}

// at is the evidence given values of the quantities.
func (t *trail) at(values []float64) evidence {
	e := evidence{Together: 1, Else: 1}
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
	return s.passes.quantity(s.passes.at(p), unit, func(_ int, share float64) float64 { return share })
}

// plainly is the quantity without logarithms.
func plainly(q estimate.Quantity) estimate.Quantity {
	return estimate.Combine(estimate.Difference, func(v []float64) float64 { return q.Scale.Value(v[0]) }, q)
}

// trailOf is the evidence on a point of the grid; ok is false without the pass stages, or
// without a plain loop to compare with.
func trailOf(s *Set, m, base *measurement) (t *trail, ok bool) {
	stages, counters := pass(m.point, stagesPass), pass(m.point, countersPass)
	t = &trail{workers: float64(m.pool.Workers), use: s.useOf(m.point), plainUse: s.useOf(base.point), from: []record.Point{m.point, stages}}
	useful := s.Quantity(base.task.Over(m.task).Scaled(1 / t.workers))
	if useful.N == 0 || !t.add(plainly(useful), func(e *evidence, v, p float64) { e.Useful = v }) {
		return nil, false
	}
	pool, plain := s.supplyOf(m, t.workers, t.use), s.supplyOf(base, 1, t.plainUse)
	given := s.Quantity(plain.given(base, base.task).Over(pool.given(m, m.task)).Scaled(1 / t.workers))
	t.add(plainly(given), func(e *evidence, v, p float64) { e.Given = max(e.Useful, min(v, 1)) })
	if !t.workersDid(s, stages, max(math.Exp(useful.Point), min(math.Exp(given.Point), 1))) {
		return nil, false
	}
	if s.passes.points[counters] != nil {
		t.counters, t.from = true, append(t.from, counters)
	}
	t.waits(s, m.point, base)
	t.add(s.share(counters, record.UnitThrottled), func(e *evidence, v, p float64) { e.Throttled = v / p })
	t.add(s.collecting(counters), func(e *evidence, v, p float64) { e.GC = v / p })
	t.machine(s, m)
	return t, true
}

// mostLack is the most that a worker is taken to have lacked its CPU: of what it does else there
// is too little to tell from less.
const mostLack = 0.5

// waits adds what goroutines waited for mutexes and for the scheduler.
func (t *trail) waits(s *Set, p record.Point, base *measurement) {
	locks, counters := s.passes.at(pass(p, mutexPass)), s.passes.at(pass(p, countersPass))
	mutex := func(m *measurement) estimate.Quantity {
		of := s.supplyOf(m, t.workers, t.use)
		return s.passes.quantity(m, record.UnitMutexWait, func(i int, share float64) float64 {
			return share / (1 - min(ratioOf(of.lacked[i], t.workers-1+t.use), mostLack))
		})
	}
	waits := mutex(locks)
	if waits.N > 0 {
		t.from = append(t.from, locks.point)
	} else {
		waits = mutex(counters)
	}
	t.locks = t.add(waits, func(e *evidence, v, p float64) { e.Mutex = v / max(1, p-1) })
	of := s.supplyOf(counters, t.workers, t.use)
	t.add(s.passes.mean(counters, record.UnitRunnable, func(i int, share float64) float64 {
		return max(0, share-of.lacked[i]) / (1 - of.short[i])
	}), func(e *evidence, v, p float64) { e.Runnable = v / p })
	// Others wait, too: not for longer than there were CPUs that something else had.
	cpu := func(m *measurement, of supply) estimate.Quantity {
		return s.passes.quantity(m, record.UnitUser, func(i int, share float64) float64 {
			seconds, _ := timeOf(m.results[i])
			return (share + max(0, m.results[i].Values[record.UnitSystem])/seconds) / (1 - of.short[i])
		})
	}
	plain := s.passes.at(pass(base.point, countersPass))
	// What hardly computes has slices without any CPU time, which are not told.
	alone, all := cpu(plain, s.supplyOf(plain, 1, t.plainUse)), cpu(counters, of)
	if min(alone.N, all.N) >= estimate.MinBlocks {
		t.add(all, func(e *evidence, v, p float64) { e.Else = v / p })
		t.add(alone, func(e *evidence, v, _ float64) { e.Else = max(0, e.Else-v*e.Given) })
	}
}

// workersDid adds what workers did in slices of a point of the pass stages, of whose time with
// all CPUs a share is useful work. Each slice is corrected by itself: some have all CPUs.
func (t *trail) workersDid(s *Set, stages record.Point, useful float64) bool {
	m := s.passes.at(stages)
	of := s.supplyOf(m, t.workers, t.use)
	told := of.told
	if cores := s.Record.Facts.Cores; told && cores > 0 && t.workers > 1 {
		others := min(t.workers, float64(cores)) - 1
		t.add(s.passes.quantity(m, record.UnitRan, func(i int, ran float64) float64 {
			return min(max(0, ran+of.lacked[i]-1), others) / max(1, others)
		}), func(e *evidence, v, _ float64) { e.Together = v })
	}
	t.lacked = s.passes.quantity(m, record.UnitWaited, func(i int, _ float64) float64 { return of.lacked[i] / t.workers })
	done := make([]left, len(m.results))
	for i := range done {
		unit := func(name string) float64 {
			seconds, _ := timeOf(m.results[i])
			return max(0, m.results[i].Values[name]) / seconds
		}
		l := doneIn(useful*(1-of.short[i]), unit(record.UnitBusy), unit(record.UnitBusiest), left{
			starved: unit(record.UnitStarved), unserved: unit(record.UnitUnserved), starting: unit(record.UnitStarting)})
		l.takeMissing(of.short[i])
		done[i] = l
	}
	for k := range (&left{}).parts() {
		ok := t.add(s.passes.quantity(m, record.UnitBusiest, func(i int, _ float64) float64 {
			return *done[i].parts()[k]
		}), func(e *evidence, v, _ float64) { *e.Done.parts()[k], e.At, e.Told = v, useful, told })
		if !ok {
			return false
		}
	}
	return true
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

// cpuShare is a share of CPU time, of as many CPUs as of says, in the slices of a pass.
func (s *Set) cpuShare(p record.Point, unit string, of func(r *record.Result, seconds float64) float64) estimate.Quantity {
	m := s.passes.at(p)
	return s.passes.quantity(m, unit, func(i int, _ float64) float64 {
		seconds, _ := timeOf(m.results[i])
		return min(1, m.results[i].Values[unit]) * of(m.results[i], seconds)
	})
}
