package compare

import (
	"slices"

	"poolbench/executors/affinity"
)

// A pinner is an arm whose threads can be kept on one CPU.
//
// A benchmark that uses one thread is measured with both builds on one CPU, picked
// anew for each block. Left to itself, the system often keeps one build on each CPU
// for the whole block, and the CPUs of a shared machine are not equally busy. With
// other jobs at load 7 on 2 CPUs, the standard deviation of the block's log ratio
// (10th percentiles) of two short benchmarks and three controls, twice 15 s, was 2 to
// 24 % (median 18 %) with free choice of the CPU, and 0.8 to 5.4 % (median 3 %) with
// everything on one, as by
//
//	$ taskset -c 0 poolbench gate -base HEAD -cpu 1 -seeds 2 -budget 15s
type pinner interface {
	// pin keeps all threads, and those to come, on a CPU; -1 frees them.
	pin(cpu int)
	// ran is how long each thread ran so far, in ns, by thread id; nil when the system
	// does not tell.
	ran() map[int]float64
}

// pinBoth pins both sides of a target to the same CPU, or frees them.
func (m *Measurer) pinBoth(t *target, arms [2]arm) {
	cpu := -1
	if cpus, err := affinity.Allowed(); t.plan.single && err == nil {
		cpu = cpus[m.random.IntN(len(cpus))]
	}
	for _, a := range arms {
		if p, ok := a.(pinner); ok {
			p.pin(cpu)
		}
	}
}

// singleShare is how much of the work the busiest thread of a process must do to be
// the only one that counts; the rest is the runtime's.
const singleShare = 0.9

// usesOneThread runs n iterations on each side, tries times, to see whether one
// thread does all the work. CPU time tells it however busy the machine is; the median
// is asked, because now and then a goroutine moves to another thread.
func usesOneThread(arms [2]arm, n, tries int) (single bool, failures [2]error) {
	var shares []float64
	for range tries {
		for s, a := range arms {
			p, ok := a.(pinner)
			if !ok {
				return false, failures
			}
			before := p.ran()
			if before == nil {
				return false, failures
			}
			if _, err := a.run(n, 0); err != nil {
				failures[s] = err
				return false, failures
			}
			all, busiest := 0.0, 0.0
			for id, ns := range p.ran() {
				all += ns - before[id]
				busiest = max(busiest, ns-before[id])
			}
			shares = append(shares, busiest/max(all, 1))
		}
	}
	slices.Sort(shares)
	return shares[(len(shares)-1)/2] >= singleShare, failures
}
