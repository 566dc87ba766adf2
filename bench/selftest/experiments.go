package selftest

import (
	"runtime"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/arm/inproc"
	"poolbench/bench/arm/probe"
	"poolbench/bench/planted"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/executors/process"
	"poolbench/reports"
	"poolbench/workloads"
)

// What is planted.
const (
	// What pays the inline cost costs some 0.3 µs itself, which an interval of 1 % would
	// tell from a cost of 20 µs.
	inlineCost  = 100 * time.Microsecond
	fixedCost   = 8 * time.Millisecond
	inflation   = 1.5
	share       = 0.75
	longTask    = 2560 * time.Microsecond
	shortTask   = 250 * time.Microsecond  // in worker processes
	taskCost    = 50 * time.Microsecond   // of a task there
	byteCost    = 2 * time.Nanosecond     // of a byte of payload there
	payload     = "65536"                 // bytes
	gateShare   = 0.2                     // of the budget
	longestTask = 1280 * time.Microsecond // of the sweep: its own overhead is least
)

// experiments are the grids, with the planted work paid in units of the kernel of spin.
func experiments(spin record.Calibration) []experiment {
	spend := planted.Spin(workloads.Spin.Kernel, func(d time.Duration) int64 { return probe.Units(spin, d) })
	cores := max(2, runtime.GOMAXPROCS(0))
	us := func(n ...int) (grains []time.Duration) {
		for _, n := range n {
			grains = append(grains, time.Duration(n)*time.Microsecond)
		}
		return grains
	}
	spins := []workloads.Workload{workloads.Spin}
	fixed := planted.Work(workloads.Spin, "fixed", planted.Extra{Fixed: fixedCost}, spend)
	inflated := planted.Work(workloads.Spin, "inflated", planted.Extra{Inflation: inflation}, spend)
	tolled := planted.Work(planted.Laden, "tolled", planted.Extra{Task: taskCost, Byte: byteCost}, spend)
	return []experiment{
		{"an inline cost", 0.2, against(executors.Goroutines.Name, inproc.Grid{
			Workloads: spins, Grains: append(us(25, 50, 100, 200, 400), longestTask), Workers: []int{1},
			Executors: []executors.Kind{executors.Goroutines, planted.On(executors.Goroutines, "inline", inlineCost, spend)},
		}), inlineRows},
		{"twins", 0.1, against("", inproc.Grid{
			Workloads: spins, Grains: us(1, 4, 16, 64, 256), Workers: []int{cores},
			Executors: []executors.Kind{executors.Goroutines, planted.Twin(executors.Goroutines, "twin")},
		}), twinRows},
		{"a pretender", 0.05, against("", inproc.Grid{
			Workloads: spins, Grains: []time.Duration{longTask}, Workers: []int{cores},
			Executors: []executors.Kind{planted.Pretend("pretender")},
		}), pretenderRows},
		{"imbalance", 0.1, against("", inproc.Grid{
			Workloads: []workloads.Workload{workloads.Sleep}, Grains: []time.Duration{5 * time.Millisecond}, Workers: []int{4},
			Executors: []executors.Kind{planted.Pool("all", planted.Costs{Share: 1}, spend), planted.Pool("most", planted.Costs{Share: share}, spend)},
		}), imbalanceRows},
		{"a fixed cost and inflation", 0.15, against("", inproc.Grid{
			Workloads: append(spins, fixed, inflated), Grains: []time.Duration{longTask}, Workers: []int{1},
			Executors: []executors.Kind{executors.Goroutines},
		}), jobRows},
		{"worker processes", 0.1, against("", inproc.Grid{
			Workloads: []workloads.Workload{planted.Laden, tolled}, Grains: []time.Duration{shortTask}, Workers: []int{1},
			Executors: []executors.Kind{process.Kind},
		}), processRows},
		{"capacity", 0.05, append(against("", inproc.Grid{Workloads: spins, Grains: []time.Duration{longTask}}),
			probe.Machine{Workers: []int{1, cores}, Idle: 1}.Source()), func(s *reports.Set) []Row { return capacityRows(s, cores) }},
	}
}

// against is the source of a grid whose speedups are taken against an executor of its
// own, "" for the plain loop.
func against(baseline string, g inproc.Grid) []arm.Source {
	s := g.Source()
	if baseline != "" {
		s.Baseline = baseline
	}
	return []arm.Source{s}
}
