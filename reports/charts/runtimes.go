package charts

import (
	"slices"

	"poolbench/bench/record"
	"poolbench/reports"
)

// byWork puts together what is about the same work in several runtimes, in the order in
// which the works come first.
func byWork[Part any](parts []Part, family func(Part) reports.Family) (out [][]Part) {
	at := map[reports.Family]int{}
	for _, part := range parts {
		work := family(part)
		if work.What.Get(record.AxisRuntime) != "" {
			work = reports.Family{What: work.What.With(record.AxisRuntime, ""), Baseline: record.Serial}
		}
		i, ok := at[work]
		if !ok {
			i = len(out)
			at[work], out = i, append(out, nil)
		}
		out[i] = append(out[i], part)
	}
	return out
}

// workTitle names the work of some runtimes: with its runtime where there is one.
func workTitle(f reports.Family, runtimes int) string {
	if runtimes > 1 && f.What.Get(record.AxisRuntime) != "" {
		f.What, f.Baseline = f.What.With(record.AxisRuntime, ""), record.Serial
	}
	return f.Title()
}

// sameX gives all panels one range of x, so that places can be compared.
func sameX(panels []Panel) {
	var xs []float64
	for _, n := range panels {
		xs = append(xs, n.xs()...)
	}
	for i := range panels {
		panels[i].X.Holds = slices.Clone(xs)
	}
}
