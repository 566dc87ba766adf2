package workloads

import "math"

// EqualWaits is Workload.Expected of tasks that wait equally long and compute
// nothing. n tasks on P workers take ⌈n/P⌉ rounds of one task each, in place of n:
// a speedup of n/⌈n/P⌉, which is P when P divides n.
func EqualWaits(p Params, workers int, _ float64) float64 {
	n := float64(p.Tasks)
	return n / math.Ceil(n/float64(workers))
}

// EqualWork is Workload.Expected of tasks that compute equally long: that of
// EqualWaits, but no more than the workers together deliver.
func EqualWork(p Params, workers int, capacity float64) float64 {
	return min(EqualWaits(p, workers, capacity), capacity)
}
