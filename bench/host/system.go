package host

import (
	"context"
	"fmt"

	"github.com/shirou/gopsutil/v3/cpu"
	"github.com/shirou/gopsutil/v3/host"
	"github.com/shirou/gopsutil/v3/load"
	"github.com/shirou/gopsutil/v3/mem"
)

// cpuModel is the name of the first CPU, "" where the system does not tell.
func cpuModel(ctx context.Context) string {
	if info, err := cpu.InfoWithContext(ctx); err == nil && len(info) > 0 {
		return info[0].ModelName
	}
	return ""
}

// describeSystem notes memory, operating system and hypervisor.
func describeSystem(ctx context.Context, f *Findings) {
	if memory, err := mem.VirtualMemoryWithContext(ctx); err == nil {
		f.read("memory", float64(memory.Total), "B")
	}
	if info, err := host.InfoWithContext(ctx); err == nil {
		f.text("system", fmt.Sprintf("%s %s, kernel %s", info.Platform, info.PlatformVersion, info.KernelVersion))
		if info.VirtualizationSystem != "" && info.VirtualizationRole == "guest" {
			f.text("virtualization", info.VirtualizationSystem)
		}
	}
}

// loadAverage is how many threads ran or wanted to, averaged over the last minute; -1
// where the system does not tell.
func loadAverage(ctx context.Context) float64 {
	average, err := load.AvgWithContext(ctx)
	if err != nil {
		return -1
	}
	return average.Load1
}

// cpuTimes are the seconds of all CPUs since some time.
type cpuTimes struct{ total, idle, steal float64 }

// readTimes returns nil where the system does not tell.
func readTimes(ctx context.Context) *cpuTimes {
	all, err := cpu.TimesWithContext(ctx, false)
	if err != nil || len(all) != 1 {
		return nil
	}
	t := all[0] // the time of guests is part of User and Nice
	return &cpuTimes{
		total: t.User + t.Nice + t.System + t.Idle + t.Iowait + t.Irq + t.Softirq + t.Steal,
		idle:  t.Idle + t.Iowait,
		steal: t.Steal,
	}
}
