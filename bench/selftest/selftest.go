// Package selftest plants costs, measures them as a run does, and tells whether the
// estimates find them: on this machine, now.
//
// What is planted is an amount of kernel work, never a time to wait for, and what is
// looked for is its ratio to other work of the same kernel in the same blocks: whatever
// else the machine and the executor cost is on both sides.
package selftest

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"poolbench/bench"
	"poolbench/bench/arm"
	"poolbench/bench/arm/probe"
	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/gate"
	"poolbench/workloads"
)

// A Config says how to test.
type Config struct {
	Budget time.Duration // for everything; 0 means a minute
	Seed   uint64        // 0 chooses one
	Stage  func(string)  // told what is measured next, between measurements; may be nil
}

// A Result is what Run found.
type Result struct {
	Rows    []Row
	Usual   gate.Usual // what the usual method says of what the gate judged: of Judged benchmarks one is slower
	Seed    uint64
	Elapsed time.Duration
}

// An experiment measures something planted, and finds it in the record.
type experiment struct {
	name    string
	share   float64 // of the budget
	sources []arm.Source
	rows    func(*reports.Set) []Row
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
	spin, err := probe.Calibrate(probe.Timed(workloads.Spin.Kernel))
	if err != nil {
		return Result{}, fmt.Errorf("calibrating the planted work: %w", err)
	}
	out := Result{Seed: c.Seed}
	for _, e := range experiments(spin) {
		c.Stage(e.name)
		set, seed, err := e.measure(ctx, time.Duration(e.share*float64(c.Budget)), out.Seed, spin)
		if err != nil {
			return Result{}, err
		}
		out.Seed = seed
		out.Rows = append(out.Rows, e.rows(set)...)
	}
	c.Stage("delays")
	saved, err := delayRows(ctx, time.Duration(delayShare*float64(c.Budget)), spin)
	if err != nil {
		return Result{}, err
	}
	out.Rows = append(out.Rows, saved...)
	c.Stage("the gate")
	rows, usual, err := gateRows(ctx, time.Duration(gateShare*float64(c.Budget)), out.Seed, spin)
	if err != nil {
		return Result{}, err
	}
	out.Usual = usual
	out.Rows = append(out.Rows, rows...)
	for i := range out.Rows {
		out.Rows[i].judge()
	}
	out.Elapsed = time.Since(begin)
	return out, nil
}

func (e experiment) measure(ctx context.Context, budget time.Duration, seed uint64, spin record.Calibration) (*reports.Set, uint64, error) {
	var text bytes.Buffer
	s, err := bench.Run(ctx, bench.Config{Sources: e.sources, Capacity: []int{}, Budget: budget, Seed: seed, Out: &text, Calibrated: calibrated(spin),
		Refine: func(rec *record.Record) []record.Point { return reports.Refine(reports.NewSet(rec)) }})
	if err != nil {
		return nil, 0, err
	}
	rec, err := record.Read(&text, e.name)
	if err != nil {
		return nil, 0, err
	}
	return reports.NewSet(rec), s.Seed, nil
}

// calibrated is the calibration of spin under the names of all that use its kernel: what
// is planted and what it is compared with must be counted in the same units.
func calibrated(spin record.Calibration) (all []record.Calibration) {
	for _, kernel := range []string{workloads.Spin.Name, "fixed", "inflated", "laden", "tolled"} {
		spin.Kernel = kernel
		all = append(all, spin)
	}
	return all
}
