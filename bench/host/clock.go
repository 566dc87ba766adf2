package host

import (
	"fmt"
	"slices"
	"time"
)

const (
	clockBatches = 21
	clockReads   = 200                   // in a batch
	slowClock    = 500 * time.Nanosecond // a read that costs more is warned of
	coarseClock  = 10 * time.Microsecond // a step that is larger is warned of
)

// ProbeClock measures what one read of the clock costs, as the median of batches,
// and the smallest step it makes. It takes about a millisecond.
func ProbeClock(now func() time.Time) (f Findings) {
	costs := make([]float64, clockBatches)
	var step time.Duration
	for i := range costs {
		begin := now()
		last := begin
		for range clockReads {
			t := now()
			if d := t.Sub(last); d > 0 && (step == 0 || d < step) {
				step = d
			}
			last = t
		}
		costs[i] = last.Sub(begin).Seconds() / clockReads
	}
	slices.Sort(costs)
	cost := time.Duration(costs[clockBatches/2] * float64(time.Second))
	f.read("clock.read", cost.Seconds(), "sec")
	f.read("clock.step", step.Seconds(), "sec")
	if cost > slowClock || step > coarseClock {
		f.warn("clock", fmt.Sprintf("Reading the clock takes %v, and its smallest step is %v.", cost, step),
			"On Linux see /sys/devices/system/clocksource/clocksource0/current_clocksource: tsc is quick; elsewhere leave out grains below a hundred times the read.")
	}
	return f
}
