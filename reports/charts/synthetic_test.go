package charts

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/planted"
)

// The data of these tests are invented: shapes that have broken charts before.

// A fixture is what a Set has that charts ask for.
type fixture struct {
	Machine  machine
	Capacity map[int]estimate.Estimate
	Scalings []reports.Scaling
	Sweeps   []reports.Sweep
	Reaches  []reports.Reach
	Knees    []reports.Knee
}

func (f *fixture) set() *reports.Set {
	rec := &record.Record{Config: f.Machine.keys}
	rec.Facts.Cores, rec.Facts.Start = f.Machine.cores, time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	set := reports.NewSet(rec)
	capacity := reports.Capacity{}
	for workers, e := range f.Capacity {
		capacity[workers] = estimate.Constant(e.Value)
	}
	reports.Suppose(set, capacity)
	reports.Suppose(set, f.Scalings)
	reports.Suppose(set, f.Reaches)
	reports.Suppose(set, f.Knees)
	return reports.Suppose(set, f.Sweeps)
}

// A machine is where a fixture was measured.
type machine struct {
	keys  []record.Field
	cores int
}

func (m machine) with(key, value string) machine {
	m.keys = append(slices.Clone(m.keys), record.Field{Key: key, Value: value}) // the last counts
	return m
}

func about(v, spread float64) estimate.Estimate {
	return estimate.Estimate{Value: v, Low: v / (1 + spread), High: v * (1 + spread), N: 12}
}

var machine2 = machine{[]record.Field{{Key: "goos", Value: "linux"}, {Key: "goarch", Value: "amd64"}, {Key: "go", Value: "go1.26"}, {Key: "cpu", Value: "AMD EPYC 7B13"}}, 2}

// family is work of one name against the plain loop.
func family(workload string) reports.Family {
	return reports.Family{What: record.NewPoint("", record.AxisWorkload, workload), Baseline: record.Serial}
}

func scaling(workload, resource string, sizes []int, speedups map[string][]float64, order ...string) reports.Scaling {
	s := reports.Scaling{Family: family(workload), Workload: workload, Resource: resource, Grain: time.Millisecond, Tasks: 256, Serial: about(0.256, 0.02)}
	for _, name := range order {
		series := reports.ScalingSeries{Pool: reports.Pool{Executor: name}}
		for i, n := range sizes {
			if i < len(speedups[name]) {
				v := speedups[name][i]
				series.Points = append(series.Points, reports.ScalingPoint{Pool: reports.Pool{Executor: name, Workers: n}, Time: about(0.256/v, 0.03),
					Speedup: about(v, 0.04), Efficiency: v / float64(n)})
				if v > s.Best.Speedup.Value {
					s.Best = reports.Choice{Pool: reports.Pool{Executor: name, Workers: n}, Speedup: about(v, 0.04), Decision: reports.ChosenPool}
					s.Best.Best = reports.Arm{Pool: s.Best.Pool, Speedup: s.Best.Speedup}
					s.Best.Surely, s.Best.Blocks = s.Best.Speedup, s.Best.Speedup.N
					if v <= 1 {
						s.Best.Decision = reports.NoPool
					}
				}
			}
		}
		s.Series = append(s.Series, series)
	}
	return s
}

// twoCores is the usual small machine: everything coincides.
func twoCores() *fixture {
	sizes := []int{1, 2, 4, 8}
	return &fixture{
		Machine:  machine2,
		Capacity: map[int]estimate.Estimate{1: about(1, 0.01), 2: about(1.87, 0.02), 4: about(1.86, 0.02), 8: about(1.85, 0.03)},
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

// expects is work of several kinds, each with its declared curve: of the CPUs, of workers in
// rounds of tasks, of one lock, of memory, of slots.
func expects() *fixture {
	sizes := []int{1, 2, 4, 8}
	of := func(limit string, curve []float64, s reports.Scaling) reports.Scaling {
		s.Curve = &record.Curve{Of: limit}
		for i := range s.Series {
			for j := range s.Series[i].Points {
				s.Series[i].Points[j].Expected = about(curve[j], 0.01)
			}
		}
		return s
	}
	one := func(name, resource string, goroutines ...float64) reports.Scaling {
		return scaling(name, resource, sizes, map[string][]float64{"goroutines": goroutines, "processes": {0.95 * goroutines[0], 0.93 * goroutines[1], 0.9 * goroutines[2], 0.85 * goroutines[3]}}, "goroutines", "processes")
	}
	return &fixture{Machine: machine2, Capacity: map[int]estimate.Estimate{1: about(1, 0.01), 2: about(1.87, 0.02)},
		Scalings: []reports.Scaling{
			of(record.LimitCapacity, []float64{1, 1.3, 1.3, 1.3}, one("critical", "cpu", 1, 1.28, 1.25, 1.2)),
			of(record.LimitWorkers, []float64{1, 2, 4, 4}, one("semaphore", "wait", 1, 1.98, 3.9, 3.9)),
			of(record.LimitWorkers, []float64{1, 2, 4, 8}, one("sleep", "wait", 1, 1.98, 3.9, 7.8)),
			of(record.LimitCapacity, []float64{1, 1.87, 1.87, 1.87}, one("spin", "cpu", 1, 1.5, 1.45, 1.4)),
			of(record.LimitBandwidth, []float64{1, 1.22, 1.22, 1.22}, one("triad", "cpu", 1, 1.2, 1.2, 1.2)),
			of(record.LimitBandwidth, []float64{1, 1.87, 1.87, 1.87}, one("wide", "cpu", 1, 1.8, 1.8, 1.8)), // which is not the capacity, however near it is
		}}
}

// eightCores is the machine of the reference pictures.
func eightCores() *fixture {
	m := machine2
	m.cores = 8
	sizes := []int{1, 2, 4, 8, 16}
	s := scaling("numeric", "cpu", sizes, map[string][]float64{
		"goroutines": {0.99, 1.95, 3.75, 6.6, 6.65}, "processes": {0.81, 1.52, 2.75, 4.3, 3.6}, "threads": {0.98, 1.9, 3.55, 6.0, 5.9},
	}, "goroutines", "processes", "threads")
	d := &fixture{Machine: m, Scalings: []reports.Scaling{s},
		Capacity: map[int]estimate.Estimate{1: about(1, 0.01), 2: about(2, 0.01), 4: about(3.95, 0.01), 8: about(7.4, 0.02), 16: about(7.6, 0.02)},
		Sweeps:   []reports.Sweep{sweep("numeric", "cpu", 8, 7.4, map[string]float64{"goroutines": 0.4e-6, "processes": 31e-6})}}
	d.Reaches = reaches(d.Sweeps...)
	withLedgers(&d.Scalings[0])
	d.Knees = append(knees8("serial", 1), append(knees8("goroutines", 1, 2, 4, 8), knees8("processes", 2, 8)...)...)
	return d
}

// withLedgers gives each pool a share of useful work that falls with its size.
func withLedgers(s *reports.Scaling) {
	for i := range s.Series {
		for j := range s.Series[i].Points {
			p := &s.Series[i].Points[j]
			useful := math.Min(0.98, p.Speedup.Value/float64(p.Workers))
			rest := 1 - useful
			p.Ledger = reports.Ledger{Seconds: 1, N: 12, Split: true, Sampled: 1, Ideal: about(useful, 0.02),
				Inflation: about(0.2*rest, 0.1), Scheduling: about(0.3*rest, 0.1), Idle: about(0.5*rest, 0.1)}
		}
	}
}

// knees8 are those of pools of the sizes whose tasks of 2 ms wait as in M/M/1 of their size.
func knees8(executor string, sizes ...int) (out []reports.Knee) {
	for _, workers := range sizes {
		k := reports.Knee{Pool: reports.Pool{Executor: executor, Workers: workers}, Workload: "arrivals of 2 ms", Baseline: executor == "serial"}
		for _, load := range []float64{0.25, 0.5, 1, 2, 4, 7} {
			late := 200.0
			if busy := load / float64(workers); busy < 1 {
				late = min(late, 1/(1-math.Pow(busy, float64(workers))))
			}
			if executor == "processes" {
				late *= 1.15
			}
			k.Loads = append(k.Loads, reports.LoadedArm{Load: load, Late: about(late, 0.08)})
		}
		for k.Up < len(k.Loads) && k.Loads[k.Up].Late.Value <= reports.KneeLate {
			k.Up++
		}
		out = append(out, k)
	}
	return out
}

var grains = []time.Duration{100, 316, 1000, 3160, 10000, 31600, 100000, 316000, 1e6, 3160000, 1e7}

// reaches has what sweeps say of METG, as if every second executor were of another runtime.
func reaches(sweeps ...reports.Sweep) (out []reports.Reach) {
	for i, runtime := range []string{"Go", "cpython-3.11.7"} {
		for _, s := range sweeps {
			for j, series := range s.Series {
				if j%2 == i {
					out = append(out, reports.Reach{Workload: s.Workload, Workers: s.Workers, Runtime: runtime, Kind: series.Executor, Pool: series.Pool, Ideal: s.Ideal, Half: series.Half(), Points: series.Points})
				}
			}
		}
	}
	return out
}

// sweep is what a pool with a fixed overhead per task measures: time per task is
// work/ideal plus the overhead.
func sweep(workload, resource string, workers int, ideal float64, overhead map[string]float64) reports.Sweep {
	s := reports.Sweep{Family: family(workload), Workload: workload, Resource: resource, Workers: workers, Ideal: ideal, Measured: resource == "cpu"}
	for _, g := range grains {
		w := g.Seconds()
		s.Serial = append(s.Serial, reports.SweepPoint{Grain: g, Work: w, Time: about(w, 0.02), Speedup: about(1, 0.01), Efficiency: about(1/ideal, 0.01)})
	}
	for _, name := range slices.Sorted(maps.Keys(overhead)) {
		h := overhead[name]
		series := reports.SweepSeries{Pool: reports.Pool{Executor: name, Workers: workers}}
		for i, g := range grains {
			w := g.Seconds()
			wobble := 1 + 0.03*math.Sin(float64(3*i)+h*1e7)
			t := (w/ideal + h) * wobble
			series.Points = append(series.Points, reports.SweepPoint{Grain: g, Work: w, Time: about(t, 0.05), Speedup: about(w/t, 0.05), Efficiency: about(w/t/ideal, 0.05), Least: w / t, Most: w / t})
		}
		cross := estimate.Crossing{Outcome: estimate.Crosses, At: about(h/(1-1/ideal), 0.1), From: 1e-7, To: 1e-2}
		half := estimate.Crossing{Outcome: estimate.Crosses, At: about(h*ideal, 0.08), From: 1e-7, To: 1e-2}
		metg := half
		metg.At = about(2*h*ideal, 0.08)
		series.Crossover, series.Levels = cross, []reports.Level{{Efficiency: reports.HalfEfficiency, Work: half, METG: metg}}
		s.Series = append(s.Series, series)
	}
	return s
}

// shapes are all data of the tests, by the name of their goldens.
func shapes() map[string]*fixture {
	return map[string]*fixture{
		"two": twoCores(), "eight": eightCores(), "outcomes": outcomes(), "few": fewBlocks(),
		"single": single(), "many": manyExecutors(), "hostile": hostile(), "broken": broken(), "same": sameCrossings(),
		"twelve": twelve(), "pair": pair(), "long": longName(), "expects": expects(),
	}
}

// several is a record of three runtimes.
func several() *reports.Set {
	rec, err := planted.Worlds(1, 20, 0.03)["runtimes"].Record()
	if err != nil {
		panic(err)
	}
	return reports.NewSet(rec)
}

// outcomes has every outcome of a crossing.
func outcomes() *fixture {
	s := sweep("spin", "cpu", 2, 1.87, map[string]float64{"goroutines": 0.01e-6, "processes": 0.1, "spawn": 3e-6, "threads": 4e-6})
	for i := range s.Series {
		c := &s.Series[i]
		o := []estimate.Outcome{estimate.Always, estimate.Never, estimate.Unknown, estimate.Several}[i]
		c.Crossover.Outcome, c.Levels[0].Work.Outcome, c.Levels[0].METG.Outcome = o, o, o
	}
	return &fixture{Machine: machine2, Sweeps: []reports.Sweep{s}, Reaches: reaches(s)}
}

// fewBlocks has no interval anywhere and nothing decided.
func fewBlocks() *fixture {
	d := twoCores()
	few := func(e *estimate.Estimate) { e.N, e.Low, e.High = 3, 0, 0 }
	for i := range d.Scalings {
		s := &d.Scalings[i]
		s.Best.Decision, s.Best.Blocks = reports.Undecided, 3
		few(&s.Best.Best.Speedup)
		few(&s.Best.Surely)
		for j := range s.Series {
			for k := range s.Series[j].Points {
				few(&s.Series[j].Points[k].Speedup)
			}
		}
	}
	for i := range d.Sweeps {
		for j := range d.Sweeps[i].Series {
			c := &d.Sweeps[i].Series[j]
			few(&c.Crossover.At)
			few(&c.Levels[0].Work.At)
			for k := range c.Points {
				few(&c.Points[k].Time)
				few(&c.Points[k].Efficiency)
			}
		}
	}
	return d
}

// single has one pool size and one grain.
func single() *fixture {
	s := scaling("spin", "cpu", []int{2}, map[string][]float64{"goroutines": {1.8}}, "goroutines")
	w := sweep("spin", "cpu", 2, 1.87, map[string]float64{"goroutines": 1e-6})
	w.Serial, w.Series[0].Points = w.Serial[:1], w.Series[0].Points[:1]
	w.Series[0].Crossover = estimate.Crossing{}
	w.Series[0].Levels[0].Work = estimate.Crossing{}
	return &fixture{Machine: machine2, Capacity: map[int]estimate.Estimate{2: about(1.87, 0.02)},
		Scalings: []reports.Scaling{s}, Sweeps: []reports.Sweep{w}}
}

// manyExecutors has more series than a picture holds, two of them foreign, and
// many pool sizes.
func manyExecutors() *fixture {
	sizes := []int{1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128}
	values := map[string][]float64{}
	names := []string{"alpha", "beta", "goroutines", "processes", "spawn", "threads"}
	for i, name := range names {
		for _, n := range sizes {
			values[name] = append(values[name], float64(n)/(1+float64(n)*0.02*float64(i+1)))
		}
	}
	m := machine2
	m.cores = 64
	m = m.with("cpu", "A processor with a name that is so long that it can never fit on one line of a footer, whatever the size of the type, and goes on and on, with a clock of 3.10 GHz and 256 MiB of cache")
	return &fixture{Machine: m, Scalings: []reports.Scaling{scaling("numeric", "cpu", sizes, values, names...)},
		Sweeps: []reports.Sweep{sweep("numeric", "cpu", 64, 60, map[string]float64{"alpha": 1e-6, "beta": 1e-5, "goroutines": 1e-6, "processes": 31e-6, "spawn": 2e-6, "threads": 3e-6})}}
}

// hostile has names that are markup, control characters and very long.
func hostile() *fixture {
	bad := "<script>alert('x')</script>&\"\x00\x1b[31m\u202egnp.exe\n]]>"
	d := twoCores()
	d.Machine = d.Machine.with("cpu", bad).with("go", bad)
	d.Scalings = d.Scalings[1:2]
	d.Scalings[0].Workload, d.Scalings[0].Best.Executor = bad, bad
	d.Scalings[0].Family = family(strings.ReplaceAll(bad, "/", "|")) // no point can hold one
	d.Scalings[0].Series[0].Executor = bad
	d.Scalings[0].Series[1].Executor = "a name that is much too long to stand beside anything in a picture of this size"
	d.Sweeps = d.Sweeps[1:]
	d.Sweeps[0].Workload, d.Sweeps[0].Family = bad, d.Scalings[0].Family
	d.Sweeps[0].Series[0].Executor = bad
	d.Sweeps[0].Series[2].Executor = "a name that is much too long to stand beside anything in a picture of this size, and is said to pay off nowhere"
	d.Sweeps[0].Series[2].Crossover = estimate.Crossing{Outcome: estimate.Never, To: 1e-2}
	return d
}

// broken has values that are no numbers, zero, negative, infinite and enormous.
func broken() *fixture {
	d := twoCores()
	bad := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, -1, 1e300, 1e-300, math.MaxFloat64}
	n := 0
	next := func(e *estimate.Estimate) {
		n++
		switch n % 5 {
		case 0:
			e.Value = bad[n/5%len(bad)]
		case 1:
			e.Low = bad[n/5%len(bad)]
		case 2:
			e.High = bad[n/5%len(bad)]
		}
	}
	for i := range d.Scalings {
		for j := range d.Scalings[i].Series {
			for k := range d.Scalings[i].Series[j].Points {
				next(&d.Scalings[i].Series[j].Points[k].Speedup)
			}
		}
	}
	for i := range d.Sweeps {
		s := &d.Sweeps[i]
		s.Ideal = bad[i]
		for j := range s.Serial {
			next(&s.Serial[j].Time)
		}
		for j := range s.Series {
			c := &s.Series[j]
			next(&c.Crossover.At)
			next(&c.Levels[0].Work.At)
			next(&c.Levels[0].METG.At)
			for k := range c.Points {
				next(&c.Points[k].Time)
				next(&c.Points[k].Efficiency)
				if k == 3 {
					c.Points[k].Work = bad[j]
				}
			}
		}
	}
	d.Reaches = reaches(d.Sweeps...)
	d.Capacity[4] = estimate.Estimate{Value: math.NaN(), N: 12}
	withLedgers(&d.Scalings[0])
	d.Knees = knees8("goroutines", 1, 2)
	for i := range d.Knees {
		for j := range d.Knees[i].Loads {
			next(&d.Knees[i].Loads[j].Late)
		}
		d.Knees[i].Loads[i].Load = bad[i]
	}
	d.Scalings[1].Series[0].Points[0].Workers = -3
	return d
}

// sameCrossings has all crossovers at one place.
func sameCrossings() *fixture {
	return &fixture{Machine: machine2,
		Sweeps: []reports.Sweep{sweep("spin", "cpu", 2, 1.87, map[string]float64{"goroutines": 30e-6, "processes": 31e-6, "spawn": 30e-6, "threads": 29e-6})}}
}

// twelve has the four that are known and eight from elsewhere.
func twelve() *fixture {
	sizes := []int{1, 2, 4, 8, 16}
	values, overhead := map[string][]float64{}, map[string]float64{}
	names := []string{"goroutines", "processes", "spawn", "threads", "an executor with a long name", "ants", "conc", "pond", "tunny", "workerpool", "errgroup", "gopool"}
	for i, name := range names {
		for _, n := range sizes {
			values[name] = append(values[name], float64(n)/(1+float64(n*n)*0.006*float64(i+1)))
		}
		overhead[name] = 0.2e-6 * math.Pow(1.9, float64(i))
	}
	m := machine2
	m.cores = 8
	s := scaling("numeric", "cpu", sizes, values, names...)
	s.Series[2].Points = s.Series[2].Points[:1]
	w := sweep("numeric", "cpu", 8, 7.4, overhead)
	reached := reaches(w)
	w.Series[3].Crossover = estimate.Crossing{Outcome: estimate.Never, To: 1e-2}
	w.Series[3].Levels[0].Work = estimate.Crossing{Outcome: estimate.Always}
	w.Series[5].Crossover = estimate.Crossing{At: estimate.Estimate{N: 12}}
	var late []reports.Knee
	for _, name := range names {
		late = append(late, knees8(name, 8)...)
	}
	return &fixture{Machine: m, Scalings: []reports.Scaling{s}, Sweeps: []reports.Sweep{w}, Reaches: reached, Knees: late,
		Capacity: map[int]estimate.Estimate{1: about(1, 0.01), 2: about(2, 0.01), 4: about(3.95, 0.01), 8: about(7.4, 0.02), 16: about(7.6, 0.02)}}
}

// longName has a name that no place is wide enough for.
func longName() *fixture {
	f := pair()
	const name = "an executor whose name is much too long for the margin of a picture, and longer than a whole panel is wide, which is rather more than you would think"
	f.Scalings[0].Series[1].Executor, f.Sweeps[0].Series[1].Executor = name, name
	return f
}

// pair has two pool sizes and two grains.
func pair() *fixture {
	s := scaling("spin", "cpu", []int{1, 2}, map[string][]float64{"goroutines": {1, 1.8}, "mine": {0.5, 0.9}}, "goroutines", "mine")
	w := sweep("spin", "cpu", 2, 1.87, map[string]float64{"goroutines": 1e-6, "mine": 4e-6})
	w.Serial = w.Serial[4:6]
	for i := range w.Series {
		w.Series[i].Points = w.Series[i].Points[4:6]
		w.Series[i].Crossover = estimate.Crossing{Outcome: estimate.Always, From: 1e-5}
		w.Series[i].Levels[0].Work = estimate.Crossing{Outcome: estimate.Always, From: 1e-5}
	}
	return &fixture{Machine: machine2, Capacity: map[int]estimate.Estimate{1: about(1, 0.02), 2: about(1.87, 0.02)},
		Scalings: []reports.Scaling{s}, Sweeps: []reports.Sweep{w}}
}
