package host

import (
	"context"
	"fmt"
	"time"

	"poolbench/bench/record"
)

// Counters are what the system counts up: read before and after, they tell what it
// did in between. What it does not tell is absent.
type Counters struct {
	at       time.Time
	cpu      *cpuTimes
	ours     float64 // CPU seconds of this process and the processes it has waited for; negative if not told
	load     float64 // negative if not told
	throttle *throttling
	waiting  map[string]time.Duration // by resource ("cpu", "io", "memory"): time in which some task had to wait for it
}

// throttling is what a CPU quota did to the control group of this process.
type throttling struct {
	periods, throttled int64
	stopped            time.Duration // summed over CPUs
}

// ReadCounters reads a handful of small files of the system, on Linux.
func ReadCounters() Counters {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return Counters{at: time.Now(), cpu: readTimes(ctx), ours: ourSeconds(), load: loadAverage(ctx), throttle: cpuThrottling(), waiting: pressure()}
}

const (
	stealLimit    = 0.02 // of all CPU time
	throttleLimit = 0.01 // of all scheduling periods
)

// Since is what the system took from a run between before and c.
func (c Counters) Since(before Counters) (f Findings) {
	if c.cpu != nil && before.cpu != nil && tellsSteal {
		all := c.cpu.total - before.cpu.total
		if steal := c.cpu.steal - before.cpu.steal; all > 0 && steal >= 0 {
			f.read("steal", steal/all, "of CPU time")
			if steal > stealLimit*all {
				f.warn("steal", fmt.Sprintf("The host took away %.0f %% of the CPU time of this virtual machine.", 100*steal/all),
					"Use a machine whose CPUs are not shared, or a larger budget: ratios within blocks stand, intervals get wider.")
			}
		}
	}
	if c.throttle != nil && before.throttle != nil {
		periods, throttled := c.throttle.periods-before.throttle.periods, c.throttle.throttled-before.throttle.throttled
		f.read("throttled", (c.throttle.stopped - before.throttle.stopped).Seconds(), "sec")
		if throttled > 0 && float64(throttled) > throttleLimit*float64(periods) {
			f.warn("throttled", fmt.Sprintf("The CPU quota stopped the run in %d of %d scheduling periods.", throttled, periods),
				"Raise the quota of the container, or measure with fewer workers and worker processes than it allows.")
		}
	}
	elapsed := c.at.Sub(before.at)
	for _, resource := range pressureResources {
		if now, ok := c.waiting[resource]; ok && elapsed > 0 {
			// The run's own tasks wait too, when there are more workers than CPUs.
			f.read("pressure."+resource, (now-before.waiting[resource]).Seconds()/elapsed.Seconds(), "of the time")
		}
	}
	if c.load >= 0 {
		f.read("load.after", c.load, "")
	}
	return f
}

// Block is what the machine did between before and c. ran and waited are how long
// our threads ran and waited for a CPU, in any unit, as they tell themselves.
func (c Counters) Block(before Counters, ran, waited float64) record.Host {
	h := record.Host{Steal: -1, Others: -1, Waited: -1, Load: c.load}
	if c.cpu != nil && before.cpu != nil && c.cpu.total > before.cpu.total {
		total, steal := c.cpu.total-before.cpu.total, c.cpu.steal-before.cpu.steal
		share := func(v float64) float64 { return min(1, max(0, v/total)) }
		if tellsSteal {
			h.Steal = share(steal)
		}
		if c.ours >= 0 && before.ours >= 0 {
			h.Others = share(total - (c.cpu.idle - before.cpu.idle) - steal - (c.ours - before.ours))
		}
	}
	if all := ran + waited; all > 0 {
		h.Waited = waited / all
	}
	return h
}

// pressureResources are what the kernel tells the pressure of.
var pressureResources = []string{"cpu", "io", "memory"}
