package workloads

// A Curve declares the speedup over the plain loop that a job would have on an executor
// without any cost:
//
//	min(n/⌈n/P⌉, Slots, 1/(Serial + (1-Serial)/W))
//
// n tasks on P workers take ⌈n/P⌉ rounds of one task each, in place of n. W is what P
// workers together deliver of what limits the work, in units of what one alone does.
// It goes into the record as it is; record.Curve computes it, from what was measured.
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

// What is said of curves that several workloads have, see Workload.Source.
const (
	shareCPUs    = "independent tasks that share nothing but CPUs: the capacity C(P), in rounds of one task a worker"
	shareNothing = "independent tasks that wait equally long: one more for each worker, in rounds of one task a worker"
)

// EqualWaits is Workload.Expected of tasks that wait equally long and compute nothing: a
// speedup of P when P divides the number of tasks.
func EqualWaits(p Params) Curve { return Curve{Tasks: p.Tasks, Of: Workers} }

// EqualWork is Workload.Expected of tasks that compute equally long.
func EqualWork(p Params) Curve { return Curve{Tasks: p.Tasks} }
