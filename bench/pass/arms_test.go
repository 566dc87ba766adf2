package pass

import (
	"context"
	"encoding/binary"
	"sync"
	"sync/atomic"
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
	return armWith(t, kind, 2, w, grain)
}

func armWith(t testing.TB, kind executors.Kind, workers int, w workloads.Workload, grain time.Duration) arm.Arm {
	t.Helper()
	if kind.Check != nil {
		if err := kind.Check(); err != nil {
			t.Skip(err)
		}
	}
	grid := inproc.Grid{Workloads: []workloads.Workload{w}, Executors: []executors.Kind{kind}, Workers: []int{workers}, Grains: []time.Duration{grain}}
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

// planted are costs in stages, in steps: the same pool has them or not, so that nothing else
// differs.
var planted struct{ submit, start, encode atomic.Int64 }

// paying is kind with the planted costs of submit and start.
func paying(kind executors.Kind) executors.Kind {
	return executors.Kind{Name: "paying", Doc: "a pool with planted costs", Check: kind.Check, New: func(o executors.Options) (executors.Executor, error) {
		ex, err := kind.New(o)
		if err != nil {
			return nil, err
		}
		return &payer{slowed{ex: ex}}, nil
	}}
}

type payer struct{ slowed }

func (p *payer) Submit(t executors.Task) error {
	remote.Spin(planted.submit.Load())
	if steps := planted.start.Load(); steps > 0 {
		t = slowedTask{t, steps}
	}
	return p.ex.Submit(t)
}

// coded is an input that is dear to encode.
type coded struct {
	Seed  uint64
	Units int64
}

func (c coded) MarshalBinary() ([]byte, error) {
	remote.Spin(planted.encode.Load())
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

// costly is the work of spin with inputs that have the planted cost of encode.
var costly = workloads.Workload{Name: "coded", Doc: "runs the kernel of spin on an input that is dear to encode", Resource: workloads.CPU,
	Grains: []time.Duration{0}, Kernel: workloads.Spin.Kernel, New: func(p workloads.Params) (workloads.Job, error) {
		return workloads.Batch[coded, uint64]{
			Task:  codedTask,
			Input: func(_ int, seed uint64) (coded, uint64) { return coded{seed, p.Units}, seed },
			Check: workloads.Equal[uint64],
		}.Job(p)
	}}

// kinds are what passes are tried on.
var kinds = []executors.Kind{executors.Goroutines, executors.Spawn, executors.Threads, process.Kind}
