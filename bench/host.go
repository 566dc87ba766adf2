package bench

import (
	"context"
	"fmt"
	"runtime"
	"strconv"

	"github.com/shirou/gopsutil/v3/cpu"
	"github.com/shirou/gopsutil/v3/host"
	"github.com/shirou/gopsutil/v3/load"
	"github.com/shirou/gopsutil/v3/mem"

	"poolbench/bench/record"
)

// A machine is what can be found out about the host without measuring. What
// cannot be found out is empty or absent.
type machine struct {
	keys     []record.Field // what defines comparability
	notes    []record.Field
	warnings []Warning
}

// describeMachine asks the system. What it does not tell is left out.
func describeMachine(ctx context.Context) machine {
	m := machine{keys: MachineKeys(ctx)}
	cores, procs := runtime.NumCPU(), runtime.GOMAXPROCS(0)
	m.note("cores", strconv.Itoa(min(cores, procs)))
	m.note("gomaxprocs", strconv.Itoa(procs))
	if memory, err := mem.VirtualMemoryWithContext(ctx); err == nil {
		m.note("memory", fmt.Sprintf("%.1f GiB", float64(memory.Total)/(1<<30)))
	}
	if info, err := host.InfoWithContext(ctx); err == nil {
		m.note("system", fmt.Sprintf("%s %s, kernel %s", info.Platform, info.PlatformVersion, info.KernelVersion))
		if info.VirtualizationSystem != "" && info.VirtualizationRole == "guest" {
			m.note("virtualization", info.VirtualizationSystem)
		}
	}
	if average, err := load.AvgWithContext(ctx); err == nil {
		m.note("load", fmt.Sprintf("%.2f %.2f %.2f", average.Load1, average.Load5, average.Load15))
		if average.Load1 > 0.5*float64(cores) {
			m.warn("load", fmt.Sprintf("The machine was busy when the run began: a load of %.1f on %d CPUs.", average.Load1, cores),
				"Stop other programs, or give the run a larger budget: ratios within blocks stand, intervals get wider.")
		}
	}
	if quota, ok := cpuQuota(); ok {
		m.note("quota", fmt.Sprintf("%.2f CPUs", quota))
		if quota < float64(min(cores, procs)) {
			m.warn("quota", fmt.Sprintf("A quota of %.2f CPUs throttles the run, which sees %d.", quota, min(cores, procs)),
				"Raise the quota of the container, or set GOMAXPROCS to no more than it.")
		}
	}
	if procs < cores {
		m.warn("gomaxprocs", fmt.Sprintf("GOMAXPROCS is %d on %d CPUs: executors inside this process cannot use the rest, worker processes can.", procs, cores),
			"Unset GOMAXPROCS, or bind the whole run to as many CPUs (taskset).")
	}
	m.describeTopology()
	return m
}

// MachineKeys are the file keys of a record: equal on all runs that may be
// compared.
func MachineKeys(ctx context.Context) []record.Field {
	keys := []record.Field{{Key: "goos", Value: runtime.GOOS}, {Key: "goarch", Value: runtime.GOARCH}}
	if info, err := cpu.InfoWithContext(ctx); err == nil && len(info) > 0 && info[0].ModelName != "" {
		keys = append(keys, record.Field{Key: "cpu", Value: info[0].ModelName})
	}
	return append(keys, record.Field{Key: "go", Value: runtime.Version()})
}

func (m *machine) note(key, value string) {
	m.notes = append(m.notes, record.Field{Key: key, Value: value})
}

func (m *machine) warn(topic, what, cure string) {
	m.warnings = append(m.warnings, Warning{topic, what, cure})
}
