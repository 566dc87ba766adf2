package charts

import (
	"math"
	"time"

	"poolbench/reports"
)

// The data of these tests are invented: shapes that have broken charts before.

func estimate(v, spread float64) reports.Estimate {
	return reports.Estimate{Value: v, Low: v / (1 + spread), High: v * (1 + spread), N: 12}
}

var machine2 = reports.Machine{CPU: "AMD EPYC 7B13", OS: "linux", Arch: "amd64", GoVersion: "go1.26", Cores: 2,
	Start: "2026-11-22T10:00:00Z", Seed: "1"}

func scaling(workload, resource string, sizes []int, speedups map[string][]float64, order ...string) reports.Scaling {
	s := reports.Scaling{Workload: workload, Resource: resource, Grain: time.Millisecond, Tasks: 256, Serial: estimate(0.256, 0.02)}
	for _, name := range order {
		series := reports.ScalingSeries{Executor: name}
		for i, n := range sizes {
			if i < len(speedups[name]) {
				v := speedups[name][i]
				series.Points = append(series.Points, reports.ScalingPoint{Workers: n, Time: estimate(0.256/v, 0.03),
					Speedup: estimate(v, 0.04), Efficiency: v / float64(n)})
				if v > s.Best.Speedup.Value {
					s.Best = reports.Choice{Executor: name, Workers: n, Speedup: estimate(v, 0.04), Decided: true,
						Sentence: workload + ": use " + pool(name, n) + "."}
				}
			}
		}
		s.Series = append(s.Series, series)
	}
	return s
}

// twoCores is the usual small machine: everything coincides.
func twoCores() *reports.Data {
	sizes := []int{1, 2, 4, 8}
	return &reports.Data{
		Machine: machine2, Blocks: 12,
		Capacity: map[int]reports.Estimate{1: estimate(1, 0.01), 2: estimate(1.87, 0.02), 4: estimate(1.86, 0.02), 8: estimate(1.85, 0.03)},
		Scalings: []reports.Scaling{
			scaling("sleep", "wait", sizes, map[string][]float64{
				"goroutines": {1.0, 2.0, 3.98, 7.9}, "processes": {0.97, 1.93, 3.8, 7.3}, "spawn": {1.0, 2.0, 3.99, 7.95}, "threads": {1, 1.99, 3.97, 7.85},
			}, "goroutines", "processes", "spawn", "threads"),
			scaling("spin", "cpu", sizes, map[string][]float64{
				"goroutines": {1.0, 1.86, 1.85, 1.84}, "processes": {0.93, 1.71, 1.66, 1.6}, "spawn": {0.99, 1.85, 1.86, 1.85}, "threads": {0.98, 1.84, 1.83, 1.8},
			}, "goroutines", "processes", "spawn", "threads"),
			scaling("tiny", "cpu", sizes, map[string][]float64{
				"goroutines": {0.12, 0.11, 0.09, 0.08}, "processes": {0.004, 0.006, 0.005, 0.005}, "spawn": {0.2, 0.22, 0.22, 0.22}, "threads": {0.02, 0.018, 0.02, 0.02},
			}, "goroutines", "processes", "spawn", "threads"),
		},
		Sweeps: []reports.Sweep{
			sweep("sleep", "wait", 2, 2, map[string]float64{"goroutines": 0.5e-6, "processes": 35e-6, "spawn": 0.6e-6, "threads": 4e-6}),
			sweep("spin", "cpu", 2, 1.87, map[string]float64{"goroutines": 0.45e-6, "processes": 35e-6, "spawn": 0.5e-6, "threads": 0.55e-6}),
		},
	}
}

// eightCores is the machine of the reference pictures.
func eightCores() *reports.Data {
	m := machine2
	m.Cores = 8
	sizes := []int{1, 2, 4, 8, 16}
	s := scaling("numeric", "cpu", sizes, map[string][]float64{
		"goroutines": {0.99, 1.95, 3.75, 6.6, 6.65}, "processes": {0.81, 1.52, 2.75, 4.3, 3.6}, "threads": {0.98, 1.9, 3.55, 6.0, 5.9},
	}, "goroutines", "processes", "threads")
	d := &reports.Data{Machine: m, Blocks: 30, Scalings: []reports.Scaling{s},
		Capacity: map[int]reports.Estimate{1: estimate(1, 0.01), 2: estimate(2, 0.01), 4: estimate(3.95, 0.01), 8: estimate(7.4, 0.02), 16: estimate(7.6, 0.02)},
		Sweeps:   []reports.Sweep{sweep("numeric", "cpu", 8, 7.4, map[string]float64{"goroutines": 0.4e-6, "processes": 31e-6})}}
	return d
}

var grains = []time.Duration{100, 316, 1000, 3160, 10000, 31600, 100000, 316000, 1e6, 3160000, 1e7}

// sweep is what a pool with a fixed overhead per task measures: time per task is
// work/ideal plus the overhead.
func sweep(workload, resource string, workers int, ideal float64, overhead map[string]float64) reports.Sweep {
	s := reports.Sweep{Workload: workload, Resource: resource, Workers: workers, Ideal: ideal, Measured: resource == "cpu"}
	for _, g := range grains {
		w := g.Seconds()
		s.Serial = append(s.Serial, reports.SweepPoint{Grain: g, Work: w, Time: estimate(w, 0.02), Speedup: estimate(1, 0.01), Efficiency: estimate(1/ideal, 0.01)})
	}
	for _, name := range []string{"alpha", "beta", "goroutines", "processes", "spawn", "threads"} {
		h, ok := overhead[name]
		if !ok {
			continue
		}
		series := reports.SweepSeries{Executor: name}
		for i, g := range grains {
			w := g.Seconds()
			wobble := 1 + 0.03*math.Sin(float64(3*i)+h*1e7)
			t := (w/ideal + h) * wobble
			series.Points = append(series.Points, reports.SweepPoint{Grain: g, Work: w, Time: estimate(t, 0.05), Speedup: estimate(w/t, 0.05), Efficiency: estimate(w/t/ideal, 0.05)})
		}
		cross := reports.Crossing{Outcome: reports.Crosses, At: estimate(h/(1-1/ideal), 0.1), From: 1e-7, To: 1e-2}
		half := reports.Crossing{Outcome: reports.Crosses, At: estimate(h*ideal, 0.08), From: 1e-7, To: 1e-2}
		metg := half
		metg.At = estimate(2*h*ideal, 0.08)
		series.Crossover, series.LeastUsefulWork, series.METG = cross, half, metg
		s.Series = append(s.Series, series)
	}
	return s
}

func shapes() map[string]*reports.Data {
	return map[string]*reports.Data{"two": twoCores(), "eight": eightCores()}
}
