package checker

import (
	"fmt"
	"math"

	"poolbench/bench/record"
	"poolbench/reports"
)

// latencyIs: it is the median of the blocks.
func latencyIs(d *data, _ reports.Section, c reports.Claim) error {
	return is(c, d.values(c.Of[0], record.UnitP50))
}

// latencies is the check of a claim on how many times as long a median latency is as another,
// which holds for a value with an interval that is surely within the one of 95 %, and one
// around it.
func latencies(holds func(value float64, in, out interval) bool) func(*data, reports.Section, reports.Claim) error {
	return func(d *data, _ reports.Section, c reports.Claim) error {
		if len(c.Of) != 1 || len(c.Against) != 1 {
			return fmt.Errorf("%d points against %d", len(c.Of), len(c.Against))
		}
		by := over(d.values(c.Of[0], record.UnitP50), d.values(c.Against[0], record.UnitP50))
		if err := is(c, by); err != nil {
			return err
		}
		if in, out := of95(by, inner), of95(by, outer); !holds(c.Value.Value, in, out) {
			return fmt.Errorf("it is %v, and 95 %% intervals are at least %v and at most %v", c.Value.Value, in, out)
		}
		return nil
	}
}

// kneeAt: tasks are done in twice their time at every load up to it, and not at the next.
func kneeAt(d *data, _ reports.Section, c reports.Claim) error {
	late := func(p record.Point) float64 {
		return median(over(d.values(p, record.UnitP50), d.values(p, record.UnitTaskTime)))
	}
	for _, p := range c.Of {
		if !(late(p) <= 2) {
			return fmt.Errorf("%s: half of the tasks take %v times as long as they should", p, late(p))
		}
	}
	for _, p := range c.Against {
		if !(late(p) > 2) {
			return fmt.Errorf("%s: it keeps up with that too, %v", p, late(p))
		}
	}
	if n := len(c.Of); n > 0 {
		if load := median(d.values(c.Of[n-1], record.UnitLoad)); math.Abs(load/c.Value.Value-1) > 1e-9 {
			return fmt.Errorf("the load is %v", load)
		}
	} else if c.Value.Value != 0 {
		return fmt.Errorf("%v of no point", c.Value.Value)
	}
	return nil
}
