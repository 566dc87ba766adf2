package pass

import (
	"context"
	"fmt"

	"poolbench/bench/arm"
	"poolbench/bench/host"
	"poolbench/bench/record"
	"poolbench/executors/process"
)

// Counters is what the process and its worker processes used and the garbage collector did in
// the calmest slices, and what the system took meanwhile.
var Counters = Pass{Name: "counters", Doc: "CPU time, memory, context switches, faults, collections, waits, throttling, steal; hardware events where the kernel lets them be counted",
	Around: counted}

func counted(ctx context.Context, a arm.Arm) (arm.Slice, []Artefact, error) {
	about := aboutOf(ctx)
	var uses []usage // of each slice
	var before host.Counters
	var after host.Findings
	var events perf
	w := watched{
		begin: func(pool *process.Pool) error {
			var pids []int
			if pool != nil {
				pids = pool.Pids()
			}
			if err := events.open(pids); err != nil {
				about.Tell(record.Warning{Topic: "perf", What: fmt.Sprintf("Hardware events are not counted: %v.", err)})
			}
			before = host.ReadCounters()
			return nil
		},
		end: func() error {
			after = host.ReadCounters().Since(before)
			return nil
		},
		// Garbage is collected between slices, which is no part of them.
		each: func(pool *process.Pool) (done func()) {
			within, cancel := context.WithTimeout(context.WithoutCancel(ctx), askLimit)
			var use usage
			use.begin(within, pool)
			return func() {
				defer cancel()
				use.end(within, about.Tell)
				uses = append(uses, use)
			}
		},
	}
	defer events.close()
	all, err := w.run(ctx, a)
	if err != nil {
		return mean(all), nil, err
	}
	kept := calm(all)
	s, n := mean(picked(all, kept)), len(kept)
	var use usage
	for _, of := range picked(uses, kept) {
		use.add(of.used)
	}
	use.basics(s.Values, n)
	use.allocs(s.Values, n)
	use.rest(s.Values, n)
	found := map[string]bool{}
	for _, r := range after.Readings {
		switch r.Name {
		case "steal":
			s.Values[record.UnitSteal] = min(1, max(0, r.Value))
		case "throttled":
			s.Values[record.UnitThrottled] = max(0, r.Value) / float64(len(all))
		case "pressure.cpu":
			s.Values[record.UnitPressure] = min(1, max(0, r.Value))
		}
		found[r.Name] = true
	}
	for name, what := range map[string]string{"steal": "The time that the host took is not told here.",
		"throttled":    "No control group with a CPU quota is seen here, so nothing tells of throttling.",
		"pressure.cpu": "The kernel tells nothing of CPU pressure (PSI) here."} {
		if !found[name] {
			about.Tell(record.Warning{Topic: "counters", What: what})
		}
	}
	events.read(s.Values, len(all))
	return s, nil, nil
}

// A usage is what a process and the workers of a pool used between begin and end, each time.
type usage struct {
	pool    *process.Pool // may be nil
	own     process.Usage
	workers map[int]process.Usage // before
	used    process.Usage
}

func (u *usage) begin(ctx context.Context, pool *process.Pool) {
	u.pool, u.workers = pool, map[int]process.Usage{}
	if pool != nil {
		for _, a := range pool.Usage(ctx) {
			if a.Err == nil {
				u.workers[a.Pid] = a.Usage
			}
		}
	}
	u.own = process.ReadUsage()
}

// end tells of workers that ended meanwhile. Of one that was started meanwhile all counts.
func (u *usage) end(ctx context.Context, tell func(record.Warning)) {
	used := process.ReadUsage().Since(u.own)
	defer func() { u.add(used) }()
	if u.pool == nil {
		return
	}
	for _, a := range lost(tell, "usage", u.pool.Usage(ctx)) {
		used = used.Plus(a.Usage.Since(u.workers[a.Pid]))
		delete(u.workers, a.Pid)
	}
	for pid := range u.workers {
		tell(record.Warning{Topic: "pass", What: fmt.Sprintf("Worker process %d ended during the slice, and what it used is missing.", pid),
			Cure: "Look for tasks that end their process."})
	}
}

// add adds what one slice used: times add up, and what is a state does not.
func (u *usage) add(used process.Usage) {
	if u.used != (process.Usage{}) {
		before := u.used
		used = before.Plus(used)
		used.PeakRSS, used.Threads = max(before.PeakRSS, used.PeakRSS-before.PeakRSS), max(before.Threads, used.Threads-before.Threads)
	}
	u.used = used
}

// basics are the units that every pass has: CPU time.
func (u *usage) basics(values map[string]float64, n int) {
	u.put(values, n, map[string]float64{record.UnitUser: u.used.User, record.UnitSystem: u.used.System}, true)
}

func (u *usage) allocs(values map[string]float64, n int) {
	u.put(values, n, map[string]float64{record.UnitBytes: u.used.AllocBytes, record.UnitAllocs: u.used.Allocs}, false)
}

func (u *usage) rest(values map[string]float64, n int) {
	x := u.used
	u.put(values, 1, map[string]float64{record.UnitPeakRSS: x.PeakRSS, record.UnitThreads: x.Threads}, true)
	u.put(values, n, map[string]float64{record.UnitGCCycles: x.GCCycles, record.UnitGCPause: x.GCPause, record.UnitMutexWait: x.MutexWait, record.UnitRunnable: x.Runnable}, false)
	if x.Told {
		u.put(values, n, map[string]float64{record.UnitVoluntary: x.Voluntary, record.UnitInvoluntary: x.Involuntary,
			record.UnitMinorFaults: x.MinorFaults, record.UnitMajorFaults: x.MajorFaults}, false)
		if cpu := x.User + x.System; cpu > 0 {
			values[record.UnitGCShare] = min(1, x.GCCPU/cpu)
		}
	}
}

// put adds values for each of n slices. Of units that are compared by ratios 0 means that
// the system does not tell, and is left out.
func (u *usage) put(values map[string]float64, n int, of map[string]float64, ratio bool) {
	for unit, v := range of {
		if v > 0 || !ratio {
			values[unit] = v / float64(n)
		}
	}
}
