//go:build unix

package process_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

// An arm is one side of a comparison. slice does a fixed amount of work; after, if
// not nil, cleans up and is not timed.
type arm struct {
	name         string
	slice, after func()

	// timed, in place of slice, does the work and says how long the part of it took
	// that counts.
	timed func() time.Duration
}

// run is the time of one slice, in ns.
func (a arm) run() float64 {
	begin := time.Now()
	var took time.Duration
	if a.timed != nil {
		took = a.timed()
	} else {
		a.slice()
		took = time.Since(begin)
	}
	if a.after != nil {
		a.after()
	}
	return float64(took.Nanoseconds())
}

// interleave runs a slice of every arm in each round, the first arm first or last in
// turn, and returns the times per unit of every arm, round by round, in ns: the machine
// may change its mood between rounds, hardly within one.
func interleave(b *testing.B, units int, arms ...arm) (times [][]float64) {
	times = make([][]float64, len(arms))
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
	return times
}

// compare reports for every arm the median time of its slice per unit and, for all but
// the first, the median of its ratio to the first arm of the same round.
func compare(b *testing.B, units int, arms ...arm) {
	times := interleave(b, units, arms...)
	for i, a := range arms {
		if i > 0 {
			b.ReportMetric(median(paired(times[i], times[0], ratio)), a.name+"/"+arms[0].name)
		}
	}
	for i, a := range arms {
		b.ReportMetric(median(times[i]), a.name+"-ns")
	}
}

func ratio(a, b float64) float64 { return a / b }
func minus(a, b float64) float64 { return a - b }

// paired combines two arms round by round.
func paired(a, b []float64, combine func(a, b float64) float64) []float64 {
	all := make([]float64, len(a))
	for i := range all {
		all[i] = combine(a[i], b[i])
	}
	return all
}

func median(v []float64) float64 {
	v = slices.Clone(v)
	slices.Sort(v)
	return v[len(v)/2]
}

// An estimate is a median and the interval between two order statistics that holds the
// median of what was sampled in at least 95 % of samples; without bounds, NaN, below 6
// values.
type estimate struct{ median, low, high float64 }

// estimated needs no assumption but that rounds are independent: the number of values
// below the true median is binomial.
func estimated(v []float64) estimate {
	e := estimate{median(v), math.NaN(), math.NaN()}
	v = slices.Clone(v)
	slices.Sort(v)
	n := len(v)
	below, term := 0.0, math.Pow(0.5, float64(n)) // P(at most k values are below)
	for k := range n / 2 {
		if below += term; below > 0.025 {
			break
		}
		e.low, e.high = v[k], v[n-1-k]
		term *= float64(n-k) / float64(k+1)
	}
	return e
}

// String is in µs, of ns.
func (e estimate) String() string {
	return fmt.Sprintf("%.1f (%.1f–%.1f)", e.median/1e3, e.low/1e3, e.high/1e3)
}
