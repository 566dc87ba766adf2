package pass

import (
	"slices"

	"poolbench/bench/arm"
	"poolbench/bench/record"
)

// calm are the slices, by index in their order, that tell of the pool rather than of the
// machine: the calmest half of them, rounded up, and all others that were hardly disturbed, see
// record.Calmest.
func calm(all []arm.Slice) (kept []int) {
	kept = record.Calmest(len(all), (len(all)+1)/2, func(i int) (ran, waited float64) { return all[i].Ran, all[i].Waited })
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
