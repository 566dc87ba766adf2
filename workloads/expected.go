package workloads

import "math"

// A Curve is the speedup over the plain loop that a job would have on an executor
// without any cost. Where it has a serial share, Amdahl's law holds for what the workers
// deliver together ("Validity of the single processor approach", AFIPS 1967):
//
//	min(n/⌈n/P⌉, Slots, 1/(Serial + (1-Serial)/W))
//
// n tasks on P workers take ⌈n/P⌉ rounds of one task each, in place of n. W is what P
// workers together deliver of what limits the work, in units of what one alone does.
type Curve struct {
	Tasks  int     // n, tasks of equal length; 0 when they are so many, or so short, that rounds do not matter
	Of     Limit   // what W is; "" is Capacity
	Serial float64 // share of the work that one worker at a time can do, from 0 to 1
	Slots  float64 // tasks' worth of work that can be under way at once, whatever the workers; 0 for any number. K slots, 1/c where a share c of each task is under one lock, Σ/longest of unequal tasks
}

// A Limit is what workers share, hence what they deliver together.
type Limit string

const (
	Capacity  Limit = "capacity"  // CPUs, as measured by pinned workers that share nothing else
	Bandwidth Limit = "bandwidth" // of memory, as measured by workers that stream
	Workers   Limit = "workers"   // nothing: W is P, as for work that waits
)

// Speedup is that with workers, at least 1, that together deliver as much of what limits
// the work as delivered says, above 0; for Workers that is not looked at.
func (c Curve) Speedup(workers int, delivered float64) float64 {
	p := float64(workers)
	if c.Of == Workers {
		delivered = p
	}
	most := delivered / (c.Serial*delivered + 1 - c.Serial)
	if n := float64(c.Tasks); n > 0 {
		most = min(most, n/math.Ceil(n/p))
	}
	if c.Slots > 0 {
		most = min(most, c.Slots)
	}
	return most
}

// EqualWaits is Workload.Expected of tasks that wait equally long and compute nothing: a
// speedup of P when P divides the number of tasks.
func EqualWaits(p Params) Curve { return Curve{Tasks: p.Tasks, Of: Workers} }

// EqualWork is Workload.Expected of tasks that compute equally long.
func EqualWork(p Params) Curve { return Curve{Tasks: p.Tasks} }
