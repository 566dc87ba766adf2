package reports

import (
	"cmp"
	"slices"

	"poolbench/bench/record"
)

// Headline is the Scaling of each workload, with what else says what is run, that stands
// for it: its largest grain and, there, its smallest payload, but no Partial one.
func Headline(s *Set) []Scaling {
	var out []Scaling
	for _, x := range Scalings(s) {
		n := len(out)
		switch {
		case x.Partial:
		case n == 0 || out[n-1].Workload != x.Workload || out[n-1].Family != x.Family:
			out = append(out, x)
		case x.Grain > out[n-1].Grain:
			out[n-1] = x
		}
	}
	return out
}

// HeadlineSweeps is the Sweep of each workload, with what else says what is run, that
// stands for it: with as many workers as cores, else the most that are not more than the
// cores, else the fewest.
func HeadlineSweeps(s *Set) []Sweep {
	var out []Sweep
	for _, x := range Sweeps(s) {
		n := len(out)
		switch {
		case n == 0 || out[n-1].Workload != x.Workload || out[n-1].Family != x.Family:
			out = append(out, x)
		case x.Workers <= s.Record.Facts.Cores:
			out[n-1] = x // they ascend in workers
		}
	}
	return out
}

// noisyLimit is the half width of a speedup's interval, relative to the speedup,
// above which an arm counts as noisy.
const noisyLimit = 0.10

// A noisyArm has a speedup whose interval is wider than ±10 %.
type noisyArm struct {
	point record.Point
	name  string
	width float64
}

// noisyArms are all of them, the widest first.
func noisyArms(s *Set) []noisyArm { return once(s, findNoisyArms) }

func findNoisyArms(s *Set) (found []noisyArm) {
	for _, x := range Scalings(s) {
		for _, pt := range x.Points() {
			width := (pt.Speedup.High - pt.Speedup.Low) / 2 / pt.Speedup.Value
			if pt.Speedup.Known() && width > noisyLimit {
				found = append(found, noisyArm{pt.Point, pt.String() + " on " + x.Title(), width})
			}
		}
	}
	slices.SortStableFunc(found, func(x, y noisyArm) int { return cmp.Compare(y.width, x.width) })
	return found
}
