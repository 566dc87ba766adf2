package pass

import (
	"context"
	"encoding/binary"
	"sync"
	"testing"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/arm/inproc"
	"poolbench/bench/arm/probe"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/executors/process"
	"poolbench/executors/remote"
	"poolbench/workloads"
)

// armOf is an arm of a workload on a kind with two workers. It ends with the test.
func armOf(t testing.TB, kind executors.Kind, w workloads.Workload, grain time.Duration) arm.Arm {
	t.Helper()
	if kind.Check != nil {
		if err := kind.Check(); err != nil {
			t.Skip(err)
		}
	}
	grid := inproc.Grid{Workloads: []workloads.Workload{w}, Executors: []executors.Kind{kind}, Workers: []int{2}, Grains: []time.Duration{grain}}
	ctx := context.Background()
	session, err := grid.Source().Open(ctx, arm.Setup{Seed: 1, Dir: t.TempDir(), Tell: func(string, any) {},
		Calibrate: func(string, func(int64) float64) (record.Calibration, error) { return calibration() }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	})
	workers := 2
	if kind.Name == record.Serial {
		workers = 1
	}
	a, err := session.Arm(ctx, record.GridPoint(kind.Name, w.Name, workers, grain))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// calibration is that of the kernel of spin, which all workloads here have.
var calibration = sync.OnceValues(func() (record.Calibration, error) {
	return probe.Calibrate(probe.Timed(workloads.Spin.Kernel))
})

// paying is kind with a cost in its Submit, or before each task.
func paying(kind executors.Kind, name string, submit, start time.Duration) executors.Kind {
	return executors.Kind{Name: name, Doc: "a pool with a planted cost", Check: kind.Check, New: func(o executors.Options) (executors.Executor, error) {
		ex, err := kind.New(o)
		if err != nil {
			return nil, err
		}
		return &slowed{ex: ex, submit: stepsOf(submit), task: stepsOf(start)}, nil
	}}
}

// coded is an input that is dear to encode.
type coded struct {
	Seed  uint64
	Units int64
	Cost  int64 // steps
}

func (c coded) MarshalBinary() ([]byte, error) {
	remote.Spin(c.Cost)
	b := binary.LittleEndian.AppendUint64(nil, c.Seed)
	return binary.LittleEndian.AppendUint64(b, uint64(c.Units)), nil
}

func (c *coded) UnmarshalBinary(b []byte) error {
	c.Seed, c.Units = binary.LittleEndian.Uint64(b), int64(binary.LittleEndian.Uint64(b[8:]))
	return nil
}

var codedTask = workloads.Define("pass.coded", func(_ context.Context, in coded) (uint64, error) {
	if workloads.Spin.Kernel(in.Units) == 0 {
		return 0, nil
	}
	return in.Seed, nil
})

// costly is the work of spin with inputs that cost so much to encode.
func costly(encode time.Duration) workloads.Workload {
	return workloads.Workload{Name: "coded", Doc: "runs the kernel of spin on an input that is dear to encode", Resource: workloads.CPU,
		Grains: []time.Duration{0}, Kernel: workloads.Spin.Kernel, New: func(p workloads.Params) (workloads.Job, error) {
			return workloads.Batch[coded, uint64]{
				Task:  codedTask,
				Input: func(_ int, seed uint64) (coded, uint64) { return coded{seed, p.Units, stepsOf(encode)}, seed },
				Check: workloads.Equal[uint64],
			}.Job(p)
		}}
}

// kinds are what passes are tried on.
var kinds = []executors.Kind{executors.Goroutines, executors.Spawn, executors.Threads, process.Kind}
