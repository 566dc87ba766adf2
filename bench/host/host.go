// Package host is what this machine is and does: its description, what limits a run,
// what the system counts, what clock and sleeps can resolve, and other programs that
// are started. No other package of bench reads /proc or /sys or starts a process.
package host

import (
	"context"
	"fmt"
	"math"
	"runtime"

	"poolbench/bench/record"
)

// A Machine is what can be found out about the host without measuring. What cannot
// be found out is empty or absent.
type Machine struct {
	Keys  []record.Field // what defines comparability
	Cores int            // CPUs that a run in this process can use
	Findings
}

// Describe asks the system. What it does not tell is left out.
func Describe(ctx context.Context) Machine {
	cores, procs := runtime.NumCPU(), runtime.GOMAXPROCS(0)
	m := Machine{Keys: Keys(ctx), Cores: CPUs()}
	m.read("gomaxprocs", float64(procs), "")
	describeSystem(ctx, &m.Findings)
	if load := loadAverage(ctx); load >= 0 {
		m.read("load", load, "")
		if load > 0.5*float64(cores) {
			m.warn("load", fmt.Sprintf("The machine was busy when the run began: a load of %.1f on %d CPUs.", load, cores),
				"Stop other programs, or give the run a larger budget: ratios within blocks stand, intervals get wider.")
		}
	}
	if quota, ok := cpuQuota(); ok {
		m.read("quota", quota, "CPUs")
		if quota < float64(min(cores, procs)) {
			m.warn("quota", fmt.Sprintf("A quota of %.2f CPUs throttles the run, which sees %d.", quota, min(cores, procs)),
				"Raise the quota of the container, or set GOMAXPROCS to no more than it.")
		}
	}
	if procs < cores {
		m.warn("gomaxprocs", fmt.Sprintf("GOMAXPROCS is %d on %d CPUs: executors inside this process cannot use the rest, worker processes can.", procs, cores),
			"Unset GOMAXPROCS, or bind the whole run to as many CPUs (taskset).")
	}
	describeTopology(&m.Findings)
	return m
}

// CPUs are how many CPUs a run in this process can use: those that its affinity, its
// quota, rounded up, and GOMAXPROCS leave; at least 1.
func CPUs() int {
	quota, ok := cpuQuota()
	if !ok {
		quota = math.Inf(1)
	}
	return cpus(min(runtime.NumCPU(), runtime.GOMAXPROCS(0)), quota)
}

// cpus is how many of some CPUs a quota, in CPUs, leaves.
func cpus(n int, quota float64) int { return max(1, int(min(float64(n), math.Ceil(quota)))) }

// Keys are the file keys of a record: equal on all runs that may be compared.
func Keys(ctx context.Context) []record.Field {
	keys := []record.Field{{Key: "goos", Value: runtime.GOOS}, {Key: "goarch", Value: runtime.GOARCH}}
	if model := cpuModel(ctx); model != "" {
		keys = append(keys, record.Field{Key: "cpu", Value: model})
	}
	return append(keys, record.Field{Key: "go", Value: runtime.Version()})
}
