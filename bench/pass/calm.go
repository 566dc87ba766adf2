package pass

import (
	"cmp"
	"slices"

	"poolbench/bench/arm"
)

// calmEnough is the share of the time in which threads wanted a CPU up to which a slice is
// undisturbed, however many there are: to be woken takes that much.
const calmEnough = 0.02

// calm are the slices, by index in their order, that tell of the pool rather than of the
// machine: the half of them, rounded up, whose threads waited for a CPU for the smallest
// share of the time in which they wanted one, and all others that waited for less than 2 %
// of it. Where the system tells nothing of that they are all calm.
//
// What is seen in the others is not wrong but of something else: a worker without its CPU
// is within its task, holds its lock, or lets tasks wait, and no pool can help that.
func calm(all []arm.Slice) (kept []int) {
	waited := func(i int) float64 {
		if s := all[i]; s.Waited > 0 {
			return s.Waited / (s.Ran + s.Waited)
		}
		return 0
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(waited(i), waited(j)) })
	n := (len(all) + 1) / 2
	for n < len(all) && waited(order[n]) < calmEnough {
		n++
	}
	kept = order[:n]
	slices.Sort(kept)
	return kept
}

// picked are those of an index.
func picked[T any](all []T, of []int) []T {
	out := make([]T, len(of))
	for i, j := range of {
		out[i] = all[j]
	}
	return out
}

// mean is the mean of slices; of none it has no time.
func mean(all []arm.Slice) (m arm.Slice) {
	m.Values = map[string]float64{}
	of := map[string]int{}
	for _, s := range all {
		m.Time += s.Time
		m.Ran, m.Waited = m.Ran+s.Ran, m.Waited+s.Waited
		for unit, v := range s.Values {
			m.Values[unit] += v
			of[unit]++
		}
	}
	if n := float64(len(all)); n > 0 {
		m.Time, m.Ran, m.Waited = m.Time/n, m.Ran/n, m.Waited/n
	}
	m.Iterations, m.Untimed = len(all), m.Time == 0
	for unit, n := range of {
		m.Values[unit] /= float64(n)
	}
	return m
}
