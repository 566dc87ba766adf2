//go:build unix

package process_test

import (
	"slices"
	"testing"
	"time"
)

// An arm is one side of a comparison. slice does a fixed amount of work; after, if
// not nil, cleans up and is not timed.
type arm struct {
	name         string
	slice, after func()
}

// run is the time of one slice, in ns.
func (a arm) run() float64 {
	begin := time.Now()
	a.slice()
	took := time.Since(begin)
	if a.after != nil {
		a.after()
	}
	return float64(took.Nanoseconds())
}

// compare runs a slice of every arm in each round, the first arm first or last in
// turn, and reports for every arm the median time of its slice per unit and, for all
// but the first, the median of its ratio to the first arm of the same round: the
// machine may change its mood between rounds, hardly within one.
func compare(b *testing.B, units int, arms ...arm) {
	times := make([][]float64, len(arms))
	for _, a := range arms {
		a.run() // warm
	}
	round := 0
	for b.Loop() {
		order := make([]int, len(arms))
		for i := range order {
			order[i] = (i + round) % len(arms)
		}
		if round%2 == 1 {
			slices.Reverse(order)
		}
		round++
		for _, i := range order {
			times[i] = append(times[i], arms[i].run()/float64(units))
		}
	}
	for i, a := range arms {
		if i > 0 {
			ratios := make([]float64, len(times[i]))
			for r := range ratios {
				ratios[r] = times[i][r] / times[0][r]
			}
			b.ReportMetric(median(ratios), a.name+"/"+arms[0].name)
		}
	}
	for i, a := range arms {
		b.ReportMetric(median(times[i]), a.name+"-ns")
	}
}

func median(v []float64) float64 {
	v = slices.Clone(v)
	slices.Sort(v)
	return v[len(v)/2]
}
