package gobench

import (
	"context"
	"slices"

	"poolbench/executors/affinity"
)

// pinBoth pins both sides of a target that uses one thread to the same CPU, picked anew
// for each block, or frees them. Left to itself, the system often keeps one build on each
// CPU for the whole block, and the CPUs of a shared machine are not equally busy. With
// other jobs at load 7 on 2 CPUs, the standard deviation of the block's log ratio
// (10th percentiles) of two short benchmarks and three controls, twice 15 s, was 2 to
// 24 % (median 18 %) with free choice of the CPU, and 0.8 to 5.4 % (median 3 %) with
// everything on one, as by
//
//	$ taskset -c 0 poolbench gate -base HEAD -cpu 1 -seeds 2 -budget 15s
func (c *Comparison) pinBoth(t *target, sides [2]*side) {
	cpu := -1
	if cpus, err := affinity.Allowed(); t.plan.single && err == nil {
		cpu = cpus[c.random.IntN(len(cpus))]
	}
	for _, s := range sides {
		s.pin(cpu)
	}
}

// singleShare is how much of the work the busiest thread of a process must do to be
// the only one that counts; the rest is the runtime's.
const singleShare = 0.9

// usesOneThread runs n iterations on each side, tries times, to see whether one
// thread does all the work. CPU time tells it however busy the machine is; the median
// is asked, because now and then a goroutine moves to another thread.
func usesOneThread(ctx context.Context, sides [2]*side, n, tries int) (single bool, failures [2]error) {
	var shares []float64
	for range tries {
		for i, s := range sides {
			before := s.ran()
			if before == nil {
				return false, failures
			}
			if _, failures[i] = s.run(ctx, n, 0); failures[i] != nil {
				return false, failures
			}
			all, busiest := 0.0, 0.0
			for id, ns := range s.ran() {
				all += ns - before[id]
				busiest = max(busiest, ns-before[id])
			}
			shares = append(shares, busiest/max(all, 1))
		}
	}
	slices.Sort(shares)
	return shares[(len(shares)-1)/2] >= singleShare, failures
}
