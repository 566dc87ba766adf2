package charts

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// Knees draws how late tasks are against the load under which they arrive, one drawing per
// workload, with a panel for each executor and a line for each size of its pool.
var Knees = register(Chart{
	Name:    "knee",
	Doc:     "how late tasks are by the load under which they arrive, and up to which load each pool keeps up",
	Section: "latency",
	Draw: func(set *reports.Set) ([]reports.Drawing, error) {
		var works [][]reports.Knee
		for _, k := range reports.Knees(set) {
			if n := len(works); n > 0 && works[n-1][0].Workload == k.Workload {
				works[n-1] = append(works[n-1], k)
			} else {
				works = append(works, []reports.Knee{k})
			}
		}
		return each(works, "no workload was measured under several loads",
			func(of []reports.Knee) (Picture, string) { return knees(set, of) })
	},
})

func knees(set *reports.Set, of []reports.Knee) (Picture, string) {
	title := words.OneLine(of[0].Workload)
	out := Picture{Name: "knee", Subject: of[0].Workload, Notes: []string{MachineLine(set)}, Alt: "Line chart of the median latency, in times of a task, against the load, in workers that the arrivals keep busy. ",
		Subtitle: "Median latency from the planned arrival, by load. A pool keeps up while it is at most twice what a task takes."}
	var drawn []reports.Knee
	var labels []string // of the panels
	sizes := map[int]bool{}
	for _, k := range of {
		if !k.Baseline {
			sizes[k.Workers] = true
		}
	}
	ordered := slices.Sorted(maps.Keys(sizes)) // a size looks the same in all panels
	var plain []Guide
	for _, k := range of {
		if k.Baseline {
			line := lateness(k)
			plain = append(plain, Guide{Name: words.OneLine(k.Executor) + ": no pool", Line: line, Width: 1.25})
			continue
		}
		at := slices.Index(labels, k.Label())
		if at < 0 {
			at = len(labels)
			labels = append(labels, k.Label())
			out.Panels = append(out.Panels, Panel{X: Axis{Title: "Load: workers that the arrivals keep busy", Base: 10},
				Y: Axis{Title: words.OneLine(k.Label()) + ": latency / time of a task", Base: 10, Holds: []float64{1, 2 * reports.KneeLate}, Label: TickRatio}, Height: 200, Small: true})
		}
		panel := &out.Panels[at]
		series := Series{Name: words.Count(k.Workers, "worker"), Points: lateness(k)}
		if n := slices.Index(ordered, k.Workers); n < len(slots) {
			series.Look = slots[n]
		}
		keeps(k, &series)
		if panel.Add(series) {
			drawn = append(drawn, k)
			out.Alt += fmt.Sprintf("%s: the knee with %s is %s. ", words.OneLine(k.Label()), words.Count(k.Workers, "worker"), k.Place())
		}
	}
	out.Panels = slices.DeleteFunc(out.Panels, func(n Panel) bool { return len(n.Series) == 0 })
	if len(drawn) == 0 {
		return Picture{}, title + " has no latency of a pool that can be drawn"
	}
	sameAxes(pointers(out.Panels, 0, 1)...)
	for i := range out.Panels {
		n := &out.Panels[i]
		xs := n.xs()
		limit := Guide{Name: words.Ratio(reports.KneeLate) + " a task", Width: 1, Dashes: []float64{1.2, 2.5},
			Line: []Point{At(slices.Min(xs)/1e3, reports.KneeLate), At(slices.Max(xs)*1e3, reports.KneeLate)}}
		n.Guides = append([]Guide{limit}, plain...)
	}
	out.Alt = strings.TrimSpace(out.Alt)
	out.Title = words.Capital(title) + ": " + kneeFinding(drawn)
	return out, ""
}

// lateness has a point for each load.
func lateness(k reports.Knee) (out []Point) {
	for _, a := range k.Loads {
		out = append(out, Point{a.Load, a.Late})
	}
	return out
}

// keeps marks the knee of a series: at the last load with which the pool keeps up, with a
// band to the first with which it does not.
func keeps(k reports.Knee, s *Series) {
	switch {
	case k.Up == 0:
		s.Remark = "does not keep up with the least load, " + words.Significant(k.Loads[0].Load)
	case k.Up == len(k.Loads):
		s.Remark = "keeps up with every load tried, up to " + words.Significant(k.At())
	default:
		last, next := k.Loads[k.Up-1], k.Loads[k.Up]
		s.Call = &Call{At: estimate.Estimate{Value: last.Load, Low: last.Load, High: next.Load, N: last.Late.N}, Meets: last.Late.Value,
			Title: "keeps up to " + words.Significant(last.Load), Head: "keep up to", Value: words.Significant(last.Load), Detail: "not at " + words.Significant(next.Load)}
	}
}

// kneeFinding names the pools that keep up with the most and with the least.
func kneeFinding(all []reports.Knee) string {
	by := func(a, b reports.Knee) int { return cmp.Or(cmp.Compare(a.At(), b.At()), cmp.Compare(b.Up, a.Up)) }
	least, most := slices.MinFunc(all, by), slices.MaxFunc(all, by)
	if least.Place() == most.Place() {
		return "load at the knee " + most.Place()
	}
	return fmt.Sprintf("load at the knee %s (%s), %s (%s)", least.Place(), words.OneLine(least.Short()), most.Place(), words.OneLine(most.Short()))
}
