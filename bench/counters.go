package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/shirou/gopsutil/v3/cpu"
	"github.com/shirou/gopsutil/v3/load"

	"poolbench/bench/record"
)

// counters are what the system counts up: read before and after a run, they tell
// what was taken from it. What the system does not tell is absent.
type counters struct {
	at       time.Time
	cpu      *cpu.TimesStat // of all CPUs, in seconds
	throttle *throttling
	waiting  map[string]time.Duration // by resource ("cpu", "io", "memory"): time in which some task had to wait for it
}

// throttling is what a CPU quota did to the control group of this process.
type throttling struct {
	periods, throttled int64
	stopped            time.Duration // summed over CPUs
}

func readCounters(ctx context.Context) counters {
	c := counters{at: time.Now(), waiting: pressure()}
	if times, err := cpu.TimesWithContext(ctx, false); err == nil && len(times) == 1 {
		c.cpu = &times[0]
	}
	if t, ok := cpuThrottling(); ok {
		c.throttle = &t
	}
	return c
}

const (
	stealLimit    = 0.02 // of all CPU time
	throttleLimit = 0.01 // of all scheduling periods
)

// compareCounters tells what the system took from the run.
func (r *run) compareCounters() {
	if r.began.at.IsZero() || r.out == nil {
		return
	}
	// The run may have been interrupted; this is worth its millisecond.
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	after := readCounters(ctx)
	r.tell(after.since(r.began))
	if average, err := load.AvgWithContext(ctx); err == nil {
		r.note("load.after", fmt.Sprintf("%.2f %.2f %.2f", average.Load1, average.Load5, average.Load15))
	}
}

// since is what changed from before to c.
func (c counters) since(before counters) (notes []record.Field, warnings []Warning) {
	note := func(key, format string, args ...any) {
		notes = append(notes, record.Field{Key: key, Value: fmt.Sprintf(format, args...)})
	}
	if c.cpu != nil && before.cpu != nil {
		all := c.cpu.Total() - before.cpu.Total()
		if steal := c.cpu.Steal - before.cpu.Steal; all > 0 && steal >= 0 {
			note("steal", "%.2f%% of CPU time", 100*steal/all)
			if steal > stealLimit*all {
				warnings = append(warnings, Warning{"steal",
					fmt.Sprintf("The host took away %.0f %% of the CPU time of this virtual machine.", 100*steal/all),
					"Use a machine whose CPUs are not shared, or a larger budget: ratios within blocks stand, intervals get wider."})
			}
		}
	}
	if c.throttle != nil && before.throttle != nil {
		periods, throttled := c.throttle.periods-before.throttle.periods, c.throttle.throttled-before.throttle.throttled
		note("throttled", "%d of %d periods, %v", throttled, periods, (c.throttle.stopped - before.throttle.stopped).Round(time.Millisecond))
		if throttled > 0 && float64(throttled) > throttleLimit*float64(periods) {
			warnings = append(warnings, Warning{"throttled",
				fmt.Sprintf("The CPU quota stopped the run in %d of %d scheduling periods.", throttled, periods),
				"Raise the quota of the container, or measure with fewer workers and worker processes than it allows."})
		}
	}
	elapsed := c.at.Sub(before.at)
	for _, resource := range pressureResources {
		if now, ok := c.waiting[resource]; ok && elapsed > 0 {
			// The run's own tasks wait too, when there are more workers than CPUs.
			note("pressure."+resource, "%.0f%% of the time", 100*(now-before.waiting[resource]).Seconds()/elapsed.Seconds())
		}
	}
	return notes, warnings
}

// pressureResources are what the kernel tells the pressure of.
var pressureResources = []string{"cpu", "io", "memory"}
