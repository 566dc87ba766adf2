package bench

import (
	"fmt"
	"slices"
	"time"

	"poolbench/bench/record"
)

const (
	clockBatches = 21
	clockReads   = 200                   // in a batch
	slowClock    = 500 * time.Nanosecond // a read that costs more is warned of
	coarseClock  = 10 * time.Microsecond // a step that is larger is warned of
)

// probeClock measures what one read of the clock costs, as the median of batches,
// and the smallest step it makes. It takes about a millisecond.
func probeClock(now func() time.Time) (notes []record.Field, warnings []Warning) {
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
	cost := time.Duration(quantile(costs, 0.5) * float64(time.Second))
	notes = []record.Field{{Key: "clock.read", Value: cost.String()}, {Key: "clock.step", Value: step.String()}}
	if cost > slowClock || step > coarseClock {
		warnings = []Warning{{"clock",
			fmt.Sprintf("Reading the clock takes %v, and its smallest step is %v.", cost, step),
			"On Linux see /sys/devices/system/clocksource/clocksource0/current_clocksource: tsc is quick; elsewhere leave out grains below a hundred times the read."}}
	}
	return notes, warnings
}
