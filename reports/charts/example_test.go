package charts_test

import (
	"fmt"
	"time"

	"poolbench/reports"
	"poolbench/reports/charts"
	"poolbench/reports/estimate"
)

func Example() {
	d := &reports.Data{
		Machine: reports.Machine{Cores: 2},
		Scalings: []reports.Scaling{{
			Workload: "spin", Resource: "cpu", Grain: time.Millisecond,
			Series: []reports.ScalingSeries{{Executor: "goroutines", Points: []reports.ScalingPoint{
				{Workers: 1, Speedup: estimate.Estimate{Value: 0.99, Low: 0.98, High: 1, N: 10}},
				{Workers: 2, Speedup: estimate.Estimate{Value: 1.9, Low: 1.8, High: 2, N: 10}},
			}}},
			Best: reports.Choice{Executor: "goroutines", Workers: 2, Decided: true, Speedup: estimate.Estimate{Value: 1.9, N: 10}},
		}},
	}
	drawings, problems := charts.Draw(d)
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
	// Spin: 2 goroutines run it 1.9× faster than serial
	// charts: crossover: nothing to draw: no workload was measured at several grains
}
