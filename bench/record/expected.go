package record

import (
	"fmt"
	"math"
)

// A Curve is the speedup over the plain loop that work would have on an executor without
// any cost. Where it has a serial share, Amdahl's law holds for what the workers deliver
// together ("Validity of the single processor approach", AFIPS 1967):
//
//	min(n/⌈n/P⌉, Slots, 1/(Serial + (1-Serial)/W))
//
// n tasks on P workers take ⌈n/P⌉ rounds of one task each, in place of n. W is what P
// workers together deliver of what limits the work, in units of what one alone does.
type Curve struct {
	Of     string  `json:"of"`               // what W is: a Limit
	Tasks  int     `json:"tasks,omitempty"`  // n, tasks of equal length; 0 where rounds do not matter
	Serial float64 `json:"serial,omitempty"` // share of the work that one worker at a time can do, from 0 to 1
	Slots  float64 `json:"slots,omitempty"`  // tasks' worth of work that can be under way at once, whatever the workers; 0 for any number
}

// What limits work, hence what workers deliver together.
const (
	LimitCapacity  = "capacity"  // of the CPUs: what the points of CapacityBenchmark measure
	LimitBandwidth = "bandwidth" // of memory: what those of BandwidthBenchmark measure
	LimitWorkers   = "workers"   // nothing: W is P, as for work that waits
)

// Speedup is that with workers, at least 1, that together deliver as much of what limits
// the work as delivered says, above 0; for LimitWorkers that is not looked at.
func (c Curve) Speedup(workers int, delivered float64) float64 {
	p := float64(workers)
	if c.Of == LimitWorkers {
		delivered = p
	}
	most := delivered / (c.Serial*delivered + 1 - c.Serial)
	if n := float64(c.Tasks); n > 0 {
		most = min(most, n/math.Ceil(n/p))
	}
	if c.Slots > 0 {
		most = min(most, c.Slots)
	}
	return most
}

// Check tells what is wrong with the curve.
func (c Curve) Check() error {
	switch {
	case c.Of != LimitCapacity && c.Of != LimitBandwidth && c.Of != LimitWorkers:
		return fmt.Errorf("a curve of %q: there are %s, %s and %s", c.Of, LimitCapacity, LimitBandwidth, LimitWorkers)
	case c.Tasks < 0 || !(c.Slots >= 0 && c.Slots <= math.MaxFloat64):
		return fmt.Errorf("a curve with %d tasks and %v slots: neither is below 0 or infinite", c.Tasks, c.Slots)
	case !(c.Serial >= 0 && c.Serial <= 1):
		return fmt.Errorf("a curve with a serial share of %v: it is from 0 to 1", c.Serial)
	}
	return nil
}

// An Expected is the curve that is declared for all points of one work.
type Expected struct {
	What string `json:"what"` // name of Facts.What of these points
	Curve
}

// ExpectedOf is the Expected of the points that run the same as p.
func (f *Facts) ExpectedOf(p Point, c Curve) Expected { return Expected{f.What(p).name, c} }

// Curve is the one that is declared for what p runs; ok is false when there is none.
func (f *Facts) Curve(p Point) (c Curve, ok bool) {
	what := f.What(p).name
	for _, e := range f.Expected {
		if e.What == what {
			c, ok = e.Curve, true // the last one counts
		}
	}
	return c, ok
}
