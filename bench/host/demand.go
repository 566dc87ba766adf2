package host

import (
	"context"
	"maps"
	"os"
	"time"

	"poolbench/executors/affinity"
)

// A Demand is what a process and its worker processes wanted of the CPUs, in seconds summed
// over threads, and what others had.
type Demand struct {
	Ran float64 // on a CPU

	// Waited is what they were ready to run and did not: behind other threads, also behind
	// each other, and while the host of a virtual machine had the CPU that they were on. What
	// a CPU quota stopped them is no part of it.
	Waited float64

	// Others is CPU time of all other processes, and what the host took. It is counted in
	// ticks of the system, mostly of 10 ms: in a short time it is 0 or too much, and right
	// only on average.
	Others float64
}

// A DemandReading is what has been counted so far.
type DemandReading struct {
	at      time.Time
	own     float64 // CPU seconds of this process
	worker  map[int]affinity.Stint
	ours    map[int]affinity.Stint
	cpu     *cpuTimes
	stopped time.Duration // by a quota
}

// ReadDemand reads it, given the ids of the worker processes. It takes some 20 µs for each
// thread.
func ReadDemand(workers []int) (r DemandReading) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	r.worker = map[int]affinity.Stint{}
	for _, pid := range workers {
		maps.Copy(r.worker, affinity.Stints(pid))
	}
	r.ours, r.own, r.cpu = affinity.Stints(os.Getpid()), ownSeconds(), readTimes(ctx)
	if t := cpuThrottling(); t != nil {
		r.stopped = t.stopped
	}
	return r
}

// Since is what was wanted between before and r; false where the system does not tell. A
// thread that ended meanwhile is missing in Waited, and one of a worker process in Ran, too.
func (r DemandReading) Since(before DemandReading) (d Demand, ok bool) {
	if r.ours == nil || before.ours == nil || r.cpu == nil || before.cpu == nil {
		return d, false
	}
	ran, waited := grown(r.worker, before.worker)
	_, own := grown(r.ours, before.ours)
	d.Ran = ran + max(0, r.own-before.own)
	d.Waited = max(0, waited+own-(r.stopped-before.stopped).Seconds())
	stolen := max(0, r.cpu.steal-before.cpu.steal)
	busy := r.cpu.total - before.cpu.total - (r.cpu.idle - before.cpu.idle) - stolen
	d.Others = max(0, busy-d.Ran)
	if d.Ran > 0 { // the host takes a CPU from whoever is on it
		d.Waited += stolen * d.Ran / (d.Ran + d.Others)
	}
	d.Others += stolen
	return d, true
}

// grown is how much more threads have, in seconds.
func grown(after, before map[int]affinity.Stint) (ran, waited float64) {
	for id, s := range after {
		ran += max(0, s.Ran-before[id].Ran) / 1e9
		waited += max(0, s.Waited-before[id].Waited) / 1e9
	}
	return ran, waited
}
