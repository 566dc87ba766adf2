package charts_test

import (
	"fmt"
	"strings"
	"time"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/charts"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// measured is a set with one workload on two pool sizes.
func measured() *reports.Set {
	about := func(v float64) estimate.Estimate {
		return estimate.Estimate{Value: v, Low: v * 0.95, High: v * 1.05, N: 10}
	}
	rec := &record.Record{}
	rec.Facts.Cores = 2
	return reports.Suppose(reports.NewSet(rec), []reports.Scaling{{
		Family:   reports.Family{What: record.NewPoint("", record.AxisWorkload, "spin"), Baseline: record.Serial},
		Workload: "spin", Resource: "cpu", Grain: time.Millisecond,
		Series: []reports.ScalingSeries{{Pool: reports.Pool{Executor: "goroutines"}, Points: []reports.ScalingPoint{
			{Pool: reports.Pool{Executor: "goroutines", Workers: 1}, Time: about(0.1), Speedup: about(0.99)},
			{Pool: reports.Pool{Executor: "goroutines", Workers: 2}, Time: about(0.053), Speedup: about(1.9)},
		}}},
		Best: reports.Choice{Pool: reports.Pool{Executor: "goroutines", Workers: 2}, Decision: reports.ChosenPool, Speedup: about(1.9)},
	}})
}

func Example() {
	drawings, problems := charts.Draw(measured(), charts.All()...)
	for _, drawing := range drawings {
		svg, err := drawing.SVG()
		fmt.Println(drawing.Name, len(svg) > 0, err)
		fmt.Println(drawing.Title)
	}
	for _, p := range problems {
		fmt.Println(p)
	}
	// Output:
	// speedup-spin true <nil>
	// Spin: 2 goroutines run it 1.9× as fast as serial
	// charts: crossover: nothing to draw: no workload was measured at three grains or more
	// charts: knee: nothing to draw: no workload was measured under several loads
	// charts: ledger: nothing to draw: spin at 1 ms has no tasks that were timed from inside, and can be split
	// charts: metg: nothing to draw: no workload was measured at three grains or more in several runtimes
}

// A chart from outside: marks and a sentence, drawn like ours. This one shows the
// makespan; any unit against any axis goes the same way.
func ExampleChart() {
	makespan := charts.Chart{
		Name: "makespan", Doc: "time of the whole job by number of workers", Section: "which",
		Draw: func(set *reports.Set) ([]reports.Drawing, error) {
			looks := charts.Looks(set)
			var drawings []reports.Drawing
			for _, s := range reports.Headline(set) {
				panel := charts.Panel{
					X: charts.Axis{Title: "Workers", Base: 2},
					Y: charts.Axis{Title: "Time of the job", Base: 10, Label: charts.TickDuration},
				}
				var alt strings.Builder
				for _, series := range s.Series {
					line := charts.Series{Name: series.Label(), Look: looks[series.Label()]}
					for _, p := range series.Points {
						line.Points = append(line.Points, charts.Point{X: float64(p.Workers), Estimate: p.Time})
					}
					if panel.Add(line) {
						last := panel.Series[len(panel.Series)-1].Last()
						fmt.Fprintf(&alt, "%s: %s with %g workers. ", line.Name, words.Duration(last.Value), last.X)
					}
				}
				if len(panel.Series) == 0 {
					continue
				}
				drawings = append(drawings, charts.Picture{
					Name: "makespan", Subject: s.Family.Title(),
					Title:    words.Capital(words.OneLine(s.Title())) + " takes less time with more workers",
					Subtitle: "From the first submission to the last result. " + charts.Shaded(panel, ""),
					Alt:      "Line chart of the time of the whole job against the number of workers. " + alt.String(),
					Notes:    []string{charts.MachineLine(set)},
					Panels:   []charts.Panel{panel},
				}.Drawing())
			}
			return drawings, nil
		},
	}
	drawings, problems := charts.Draw(measured(), makespan)
	svg, err := drawings[0].SVG()
	fmt.Println(drawings[0].Name, drawings[0].Section, len(svg) > 0, err, problems)
	fmt.Println(drawings[0].Title)
	fmt.Println(drawings[0].Alt)
	// Output:
	// makespan-spin which true <nil> []
	// Spin at 1 ms takes less time with more workers
	// Line chart of the time of the whole job against the number of workers. goroutines: 53 ms with 2 workers.
}
