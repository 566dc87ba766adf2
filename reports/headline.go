package reports

import "slices"

// Headline is the Scaling of each workload that stands for it: its largest grain
// and, there, its smallest payload, but no Partial one. Sorted by workload.
func Headline(set *Set) []Scaling {
	var out []Scaling
	for _, s := range Scalings(set) {
		n := len(out)
		switch {
		case s.Partial:
		case n == 0 || out[n-1].Workload != s.Workload:
			out = append(out, s)
		case s.Grain > out[n-1].Grain:
			out[n-1] = s
		}
	}
	return out
}

// HeadlineSweeps is the Sweep of each workload that stands for it: with as many
// workers as cores, else the most that are not more than the cores, else the
// fewest. Sorted by workload.
func HeadlineSweeps(set *Set) []Sweep {
	var out []Sweep
	for _, s := range Sweeps(set) {
		n := len(out)
		switch {
		case n == 0 || out[n-1].Workload != s.Workload:
			out = append(out, s)
		case s.Workers <= Cores(set):
			out[n-1] = s // they ascend in workers
		}
	}
	return out
}

// isSwept reports whether a workload has a Sweep.
func isSwept(set *Set, workload string) bool {
	return slices.ContainsFunc(Sweeps(set), func(s Sweep) bool { return s.Workload == workload })
}
