// Package selftest plants costs, measures them as a run does, and tells whether the
// estimates find them: on this machine, now.
//
// What is planted is an amount of kernel work, never a time to wait for. It is
// compared with the same executor without it, in the same blocks: whatever else the
// machine and the executor cost is on both sides. (Against the plain loop, 20 µs cost
// 26 µs on two virtual CPUs that share a core, since the goroutine that waits for
// results is awake beside the worker.) What the work is worth in seconds is told by
// the same kernel in the same blocks, so a machine that slows down after the
// calibration slows both.
package selftest

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"runtime"
	"time"

	"poolbench/bench"
	"poolbench/bench/planted"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/workloads"
)

// A Config says how to test.
type Config struct {
	Budget time.Duration // for everything; 0 means a minute
	Seed   uint64        // 0 chooses one
	Stage  func(string)  // told what is measured next, between measurements; may be nil
}

// A Row is one planted value.
type Row struct {
	Name     string
	Unit     string  // "sec" or "ratio"
	Planted  float64 // in Unit
	Estimate estimate.Estimate
	Verdict  Verdict
	Note     string // why nothing could be told, or what else there is to know
}

// A Verdict is what came of a row.
type Verdict int

const (
	Covered Verdict = iota // the interval holds the planted value
	Missed                 // it does not, but one twice as wide would: happens by chance
	Wrong                  // not even that
	Open                   // nothing could be told, as with too few blocks
)

// String is the verdict in a word or two.
func (v Verdict) String() string {
	return [...]string{"covered", "missed", "WRONG", "open"}[v]
}

// A Result is what Run found.
type Result struct {
	Rows    []Row
	Seed    uint64
	Elapsed time.Duration
}

// An experiment is a grid with planted costs, and how to find them in its record.
type experiment struct {
	name  string
	share float64 // of the budget
	grid  bench.Grid
	base  string // executor or workload that plays the plain loop, see rebased; "" for none
	rows  func(*reports.Data) []Row
}

// Run measures every experiment. It returns ctx's error when that ended it.
func Run(ctx context.Context, c Config) (Result, error) {
	begin := time.Now()
	if c.Budget <= 0 {
		c.Budget = time.Minute
	}
	if c.Stage == nil {
		c.Stage = func(string) {}
	}
	c.Stage("calibrating")
	spin, err := bench.Calibrate(workloads.Spin.Kernel)
	if err != nil {
		return Result{}, fmt.Errorf("calibrating the planted work: %w", err)
	}
	out := Result{Seed: c.Seed}
	for _, e := range experiments(planted.Spin(workloads.Spin.Kernel, spin.Units)) {
		c.Stage(e.name)
		calibrated := map[string]bench.Calibration{}
		for _, w := range e.grid.Workloads {
			if w.Kernel != nil {
				calibrated[w.Name] = spin
			}
		}
		data, seed, err := e.measure(ctx, time.Duration(e.share*float64(c.Budget)), out.Seed, calibrated)
		if err != nil {
			return Result{}, err
		}
		out.Seed = seed
		rows := e.rows(data)
		for i := range rows {
			rows[i].judge()
		}
		out.Rows = append(out.Rows, rows...)
	}
	out.Elapsed = time.Since(begin)
	return out, nil
}

func (e experiment) measure(ctx context.Context, budget time.Duration, seed uint64, calibrated map[string]bench.Calibration) (*reports.Data, uint64, error) {
	var text bytes.Buffer
	s, err := bench.Run(ctx, bench.Config{Grid: e.grid, Budget: budget, Seed: seed, Out: &text, Calibrated: calibrated, Refine: e.refine})
	if err != nil {
		return nil, 0, err
	}
	rec, err := record.Read(&text, e.name)
	if err != nil {
		return nil, 0, err
	}
	return reports.Analyse(rebased(rec, e.base)), s.Seed, nil
}

// refine asks for the grains of crossings, as the program does, for the executor
// that stands for the plain loop as well.
func (e experiment) refine(rec *record.Record) []record.Cell {
	var cells []record.Cell
	workers := e.grid.Workers[len(e.grid.Workers)-1]
	for _, r := range reports.Refine(reports.Analyse(rebased(rec, e.base))) {
		c := record.Cell{Executor: r.Executor, Workload: r.Workload, Workers: workers, Grain: r.Grain}
		cells = append(cells, c)
		if c.Executor = e.base; e.base != "" {
			cells = append(cells, c)
		}
	}
	return cells
}

// rebased is rec with the plain loop replaced by the executor base, or, where base
// is a workload, by what it took on the same executor: speedups become ratios to it.
// The others have one worker then, so that as fast as base is the ideal, and probes
// are left out.
func rebased(rec *record.Record, base string) *record.Record {
	if base == "" {
		return rec
	}
	out := *rec
	out.Results = nil
	for _, r := range rec.Results {
		switch c := r.Cell; {
		case r.Kind != record.KindCell, c.Executor == record.Serial:
			continue
		case c.Executor == base:
			r.Cell = c.Baseline()
		case c.Workload == base:
			for _, w := range plantedWork {
				r.Cell.Workload = w
				r.Cell = r.Cell.Baseline()
				out.Results = append(out.Results, r)
			}
			continue
		default:
			r.Cell.Workers = 1
		}
		out.Results = append(out.Results, r)
	}
	return &out
}

// Names of planted workloads.
var plantedWork = []string{"fixed", "inflated"}

// granted is the part of the planted value by which an interval may miss it: what
// planted executors hand over costs something itself.
const granted = 0.02

// judge compares the interval with the planted value.
func (r *Row) judge() {
	e := r.Estimate
	low, high := e.Low-granted*r.Planted, e.High+granted*r.Planted
	switch {
	case r.Verdict != Covered: // decided by who made the row
	case !e.Known() || math.IsNaN(r.Planted) || math.IsNaN(e.Value):
		r.Verdict = Open
	case low <= r.Planted && r.Planted <= high:
	case r.Planted >= low-(e.Value-e.Low) && r.Planted <= high+(e.High-e.Value):
		r.Verdict = Missed
	default:
		r.Verdict = Wrong
	}
}

// What is planted.
const (
	inlineCost = 20 * time.Microsecond
	fixedCost  = 4 * time.Millisecond
	inflation  = 1.5
	share      = 0.75
	longTask   = 1280 * time.Microsecond
)

// experiments are the grids, with the planted work paid by spend.
func experiments(spend planted.Spend) []experiment {
	cores := []int{max(2, runtime.GOMAXPROCS(0))}
	us := func(n ...int) (grains []time.Duration) {
		for _, n := range n {
			grains = append(grains, time.Duration(n)*time.Microsecond)
		}
		return grains
	}
	spin := []workloads.Workload{workloads.Spin}
	fixed := planted.Work(workloads.Spin, plantedWork[0], planted.Extra{Fixed: fixedCost}, spend)
	inflated := planted.Work(workloads.Spin, plantedWork[1], planted.Extra{Inflation: inflation}, spend)
	return []experiment{
		{"an inline cost", 0.3, bench.Grid{
			Workloads: spin, Grains: us(5, 10, 20, 40, 80), Workers: cores,
			Executors: []executors.Kind{executors.Goroutines, planted.On(executors.Goroutines, "inline", inlineCost, spend)},
		}, executors.Goroutines.Name, inlineRows},
		{"twins", 0.25, bench.Grid{
			Workloads: spin, Grains: us(1, 4, 16, 64, 256), Workers: cores,
			Executors: []executors.Kind{executors.Goroutines, planted.Twin(executors.Goroutines, "twin")},
		}, "", twinRows},
		{"a pretender", 0.1, bench.Grid{
			Workloads: spin, Grains: []time.Duration{longTask}, Workers: cores,
			Executors: []executors.Kind{planted.Pretend("pretender")},
		}, "", pretenderRows},
		{"imbalance", 0.15, bench.Grid{
			Workloads: []workloads.Workload{workloads.Sleep}, Grains: []time.Duration{5 * time.Millisecond}, Workers: []int{4},
			Executors: []executors.Kind{planted.Pool("imbalance", planted.Costs{Share: share}, spend)},
		}, "", imbalanceRows},
		{"a fixed cost and inflation", 0.2, bench.Grid{
			Workloads: append(spin, fixed, inflated), Grains: []time.Duration{longTask}, Workers: []int{1},
			Executors: []executors.Kind{executors.Goroutines},
		}, workloads.Spin.Name, jobRows},
	}
}
