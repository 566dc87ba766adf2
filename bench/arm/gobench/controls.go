package compare

import (
	"math"
	"strings"

	"poolbench/bench/record"
)

const (
	// slowdown is what canaries are slowed down by.
	slowdown = 0.05
	// leastForCanary is how many iterations a chunk needs for 5 % more of them to be
	// within 0.1 of 5 %.
	leastForCanary = 20
	// leastKept is how many chunks of a block a benchmark should have as a control, if
	// one has: a long one would take much of the time. One that takes over 200 ms is no
	// canary at all: that needs more blocks to be seen than a pass does.
	leastKept = 4
)

// slowed is how a canary runs n iterations: a few more of them, or, where they are too
// few for that, all of them and then some time spun away.
func slowed(n int) (iterations int, flags uint64) {
	if n < leastForCanary {
		return n, takeLonger
	}
	return int(math.Ceil((1 + slowdown) * float64(n))), 0
}

// addControls declares some benchmarks once more as controls, spread over the list. In
// a process that is not stepped, canaries need short iterations; where there are none,
// there is no canary, and a note says so.
func (m *Measurer) addControls() {
	var fit, medium, quick, short []*target
	for _, t := range m.order {
		if t.InBase && t.InHead && t.failure == [2]string{} {
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
	same, canaries := m.config.Same, m.config.Canaries
	if same == 0 {
		same = min(3, 1+len(fit)/10)
	}
	if canaries == 0 {
		canaries = 3
	}
	if len(quick) == 0 {
		quick = medium
	}
	if m.builds.Stepped {
		short = quick
	}
	if len(quick) == 0 {
		quick = fit
	}
	m.addSpread(quick, 0, same, record.Same, "same")
	m.addSpread(short, 1, canaries, record.Canary, "slower")
	if len(fit) > 0 && len(short) == 0 && canaries > 0 {
		m.notes = append(m.notes, "No benchmark is short enough to plant a slowdown in it: nothing shows that this run could have seen a change.")
	}
}

func (m *Measurer) addSpread(from []*target, first, n int, role record.Role, word string) {
	n = min(n, len(from))
	for i := range n {
		t := *from[((2*i+1)*len(from)/(2*n)+first)%len(from)]
		t.Role = role
		name := strings.TrimPrefix(t.function, "Benchmark") + "/control=" + word
		t.Subject.Name = withProcs(name, t.procs)
		if m.targets[t.Subject] == nil {
			m.targets[t.Subject] = &t
			m.order = append(m.order, &t)
		}
	}
}

// printed is the name that package testing prints for the target.
func (t *target) printed() string {
	return withProcs(strings.TrimPrefix(t.function, "Benchmark"), t.procs)
}
