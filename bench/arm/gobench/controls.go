package gobench

import (
	"poolbench/bench/record"
)

// leastKept is how many slices of a block a benchmark should have as a control, if
// one has: a long one would take much of the time. One that takes over 200 ms is no
// canary at all: that needs more blocks to be seen than a pass does.
const leastKept = 4

// addControls declares some benchmarks once more as controls, spread over the list. In
// a process that is not stepped, canaries need short iterations; where there are none,
// there is no canary, and a warning says so.
func (c *Comparison) addControls() {
	var fit, medium, quick, short []*target
	untimed := 0
	for _, t := range c.order {
		switch {
		case t.fits() && t.plan.untimed:
			untimed++
		case t.fits():
			fit = append(fit, t)
			if t.plan.kept >= leastKept {
				quick = append(quick, t)
			}
			if t.plan.dropped > 0 {
				medium = append(medium, t)
			}
			if t.plan.iterations >= leastForCanary {
				short = append(short, t)
			}
		}
	}
	same, canaries := c.config.Same, c.config.Canaries
	if same == 0 {
		same = min(3, 1+len(fit)/10)
	}
	if canaries == 0 {
		canaries = 3
	}
	if len(quick) == 0 {
		quick = medium
	}
	if c.builds.Stepped {
		short = quick
	}
	if len(quick) == 0 {
		quick = fit
	}
	c.addSpread(quick, 0, same, record.Same, "same")
	c.addSpread(short, 1, canaries, record.Canary, "slower")
	if len(fit)+untimed > 0 && len(short) == 0 && canaries > 0 {
		why := "is short enough"
		if len(fit) == 0 {
			why = "has a time"
		}
		c.lacks = append(c.lacks, record.Warning{What: "No benchmark " + why + " to plant a slowdown in it: nothing shows that this run could have seen a change."})
	}
}

func (c *Comparison) addSpread(from []*target, first, n int, role record.Role, word string) {
	n = min(n, len(from))
	for i := range n {
		t := *from[((2*i+1)*len(from)/(2*n)+first)%len(from)]
		t.Role, t.Was, t.Proposed = role, "", false
		t.plan.repeats = !c.builds.Stepped
		name := record.ShortName(t.function) + "/control=" + word
		t.Name = withProcs(name, t.procs)
		if c.targets[t.Point()] == nil {
			c.targets[t.Point()] = &t
			c.order = append(c.order, &t)
		}
	}
}
