package selftest

import (
	"context"
	"os"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/arm/inproc"
	"poolbench/bench/arm/probe"
	"poolbench/bench/pass"
	"poolbench/bench/planted"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/reports/estimate"
	"poolbench/workloads"
)

// What delays are planted beside.
const (
	delayShare  = 0.05 // of the budget
	delayCost   = 20 * time.Microsecond
	delayBlocks = 40 // at most
)

// delayRows plants a cost before tasks that are as long, and has delays tell what it would
// save if it were half as much: a quarter, with one worker.
func delayRows(ctx context.Context, budget time.Duration, spin record.Calibration) ([]Row, error) {
	end := time.Now().Add(budget)
	spend := planted.Spin(workloads.Spin.Kernel, func(d time.Duration) int64 { return probe.Units(spin, d) })
	kind := planted.On(executors.Goroutines, "inline", delayCost, spend)
	grid := inproc.Grid{Workloads: []workloads.Workload{workloads.Spin}, Grains: []time.Duration{delayCost}, Workers: []int{1}, Executors: []executors.Kind{kind}}
	dir, err := os.MkdirTemp("", "poolbench-selftest-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	session, err := grid.Source().Open(ctx, arm.Setup{Seed: 1, Dir: dir, Tell: func(string, any) {},
		Calibrate: func(string, func(int64) float64) (record.Calibration, error) { return spin, nil }})
	if err != nil {
		return nil, err
	}
	defer session.Close()
	a, err := session.Arm(ctx, record.GridPoint(kind.Name, workloads.Spin.Name, 1, delayCost))
	if err != nil {
		return nil, err
	}
	defer a.Close()
	gains := estimate.Series{Scale: estimate.Difference}
	for b := 0; b < delayBlocks && (b < estimate.MinBlocks || time.Now().Before(end)); b++ {
		s, _, err := pass.Delays.Around(ctx, a)
		if err != nil {
			return nil, err
		}
		if v, ok := s.Values[record.Gain("start")]; ok {
			gains.Add(b, v)
		}
	}
	return []Row{{Name: "cost before tasks: what half of it would save, as delays tell", Unit: "ratio", Planted: 0.25,
		Estimate: gains.Sure()}}, nil
}
