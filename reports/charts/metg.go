package charts

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// METG draws METG(50 %) of every executor of every runtime on one axis, each with its
// interval, one drawing per workload.
var METG = register(Chart{
	Name:    "metg",
	Doc:     "METG(50 %) of every executor of every runtime, on one axis with intervals",
	Section: "runtimes",
	Draw: func(set *reports.Set) ([]reports.Drawing, error) {
		looks := Looks(set)
		var works [][]reports.Reach
		for _, r := range reports.Reaches(set) {
			if n := len(works); n > 0 && works[n-1][0].Workload == r.Workload && works[n-1][0].Workers == r.Workers {
				works[n-1] = append(works[n-1], r)
			} else {
				works = append(works, []reports.Reach{r})
			}
		}
		return each(works, "no workload was measured at three grains or more in several runtimes",
			func(of []reports.Reach) (Picture, string) { return metg(set, of, looks) })
	},
})

// rowHeight is the room of an executor, in points.
const rowHeight = 26

func metg(set *reports.Set, of []reports.Reach, looks map[string]Look) (Picture, string) {
	panel := Panel{X: Axis{Title: "METG(50 %): worker time per task, overhead included", Base: 10, Label: TickDuration}, Small: true}
	var alt, without []string
	var drawn []reports.Reach
	row := 0.0 // from the top down, below 0
	runtimeOf := map[float64]string{}
	for _, r := range of {
		name, runtime := words.OneLine(r.Label()), words.OneLine(r.Runtime)
		at := r.Half.METG
		if !placed(at) || at.Outcome != estimate.Crosses {
			said := map[estimate.Outcome]string{estimate.Always: "above half at every size tried", estimate.Never: "below half at every size tried"}[at.Outcome]
			without = append(without, fmt.Sprintf("%s: %s, in %s", name, cmp.Or(said, "cannot tell"), runtime))
			continue
		}
		row--
		if len(drawn) == 0 || drawn[len(drawn)-1].Runtime != r.Runtime {
			runtimeOf[row] = runtime
		}
		series := Series{Name: name, Look: cmp.Or(looks[r.Label()], shared), Points: []Point{At(at.At.Value, row)},
			Details: []string{words.Duration(at.At.Value)}}
		if at.At.Known() {
			series.Along = []Point{At(at.At.Low, row), At(at.At.High, row)}
			series.Details[0] += " " + words.IntervalOf(at.At, words.Seconds)
		}
		if panel.Add(series) {
			drawn = append(drawn, r)
			alt = append(alt, fmt.Sprintf("%s: %s in %s", name, words.Estimate(at.At, words.Seconds), runtime))
		}
	}
	title := words.OneLine(of[0].Workload)
	if len(drawn) == 0 {
		return Picture{}, title + " has no METG that can be drawn"
	}
	for y := row; y < 0; y++ {
		panel.Y.Ticks = append(panel.Y.Ticks, y)
	}
	panel.Y.Holds, panel.Y.Label = []float64{row - 0.5, -0.5}, func(y float64) string { return runtimeOf[y] }
	panel.Height = rowHeight*-row + 30
	out := Picture{Name: "metg", Subject: of[0].Workload, Title: words.Capital(title) + ": " + metgFinding(drawn),
		Subtitle: fmt.Sprintf("How short a task may be for half of what %s can give, by runtime; the bars are 95 %% intervals.", words.Count(of[0].Workers, "worker")),
		Alt:      "Dot chart of METG(50 %) by executor and runtime. " + strings.Join(alt, ". ") + ".",
		Notes:    []string{MachineLine(set)}, Panels: []Panel{panel}}
	if len(without) > 0 {
		out.Alt += " Without a place: " + strings.Join(without, "; ") + "."
		out.Notes = slices.Insert(out.Notes, 0, "Without a place: "+strings.Join(without, "; ")+".")
	}
	return out, ""
}

// metgFinding names the executors with the least and the largest METG.
func metgFinding(all []reports.Reach) string {
	less := func(a, b reports.Reach) int { return cmp.Compare(a.Half.METG.At.Value, b.Half.METG.At.Value) }
	first, last := slices.MinFunc(all, less), slices.MaxFunc(all, less)
	at := func(r reports.Reach) string { return words.Duration(r.Half.METG.At.Value) }
	if len(all) == 1 {
		return fmt.Sprintf("half of the ideal takes tasks of %s (%s)", at(first), words.OneLine(first.Label()))
	}
	return fmt.Sprintf("half of the ideal takes tasks of %s (%s) to %s (%s)", at(first), words.OneLine(first.Label()), at(last), words.OneLine(last.Label()))
}
