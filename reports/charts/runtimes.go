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

// sameAxes has panels hold what each of them has, on x and on y, so that places can be
// compared.
func sameAxes(panels ...*Panel) {
	var xs, ys []float64
	for _, n := range panels {
		xs, ys = append(xs, n.xs()...), append(ys, n.Y.Holds...)
		for _, s := range n.Series {
			for _, p := range s.Points {
				if ys = append(ys, p.Value); p.banded() {
					ys = append(ys, max(p.Low, p.Value/3), min(p.High, 3*p.Value))
				}
			}
		}
	}
	for _, n := range panels {
		n.X.Holds, n.Y.Holds = slices.Clone(xs), slices.Clone(ys)
	}
}

// pointers are those to panels from the first on, every step-th.
func pointers(panels []Panel, first, step int) (out []*Panel) {
	for i := first; i < len(panels); i += step {
		out = append(out, &panels[i])
	}
	return out
}
