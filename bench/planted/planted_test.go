package planted_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/bench/planted"
	"poolbench/executors"
	"poolbench/workloads"
)

const ms = time.Millisecond

// makespan runs n naps of w on p workers of kind, in virtual time.
func makespan(t *testing.T, w workloads.Workload, kind executors.Kind, workers, n int, grain time.Duration) (took time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ex, err := kind.New(executors.Options{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if ex.Workers() != workers {
			t.Errorf("%d workers, want %d", ex.Workers(), workers)
		}
		job, err := w.New(workloads.Params{Tasks: n, Grain: grain})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second job finds the pool as the first did
			begin := time.Now()
			if err := job.Run(t.Context(), ex); err != nil {
				t.Fatal(err)
			}
			took = time.Since(begin)
			if err := job.Check(); err != nil {
				t.Error(err)
			}
		}
		if err := ex.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if err := executors.Go(ex, func() {}); err == nil {
			t.Error("a task was accepted after Shutdown")
		}
		if err := job.Close(); err != nil {
			t.Error(err)
		}
	})
	return took
}

// Every makespan follows from the formula in the doc of Pool.
func TestMakespans(t *testing.T) {
	pool := func(c planted.Costs) executors.Kind { return planted.Pool("planted", c, planted.Sleep) }
	for name, test := range map[string]struct {
		kind    executors.Kind
		workers int
		grain   time.Duration
		want    time.Duration // of 16 tasks
	}{
		"nothing":              {pool(planted.Costs{}), 4, 10 * ms, 40 * ms},
		"inline":               {pool(planted.Costs{Inline: 5 * ms}), 4, 10 * ms, 60 * ms},
		"dispatcher is idle":   {pool(planted.Costs{Dispatch: ms}), 2, 10 * ms, 82 * ms}, // the second worker gets its first task after 2 ms, and has 8
		"dispatcher is busy":   {pool(planted.Costs{Dispatch: 5 * ms}), 4, 10 * ms, 16*5*ms + 10*ms},
		"lock is free":         {pool(planted.Costs{Lock: ms}), 1, 10 * ms, 16 * 11 * ms},
		"lock is taken":        {pool(planted.Costs{Lock: 10 * ms}), 4, 2 * ms, 16*10*ms + 2*ms},
		"share":                {pool(planted.Costs{Share: 0.75}), 4, 10 * ms, 120 * ms},
		"share, one worker":    {pool(planted.Costs{Share: 0.75}), 1, 10 * ms, 160 * ms},
		"on goroutines":        {planted.On(executors.Goroutines, "on", 5*ms, planted.Sleep), 4, 10 * ms, 60 * ms},
		"twin":                 {planted.Twin(executors.Goroutines, "other"), 4, 10 * ms, 40 * ms},
		"pretender":            {planted.Pretend("pretender"), 4, 10 * ms, 160 * ms},
		"inline and inflation": {pool(planted.Costs{Inline: 5 * ms}), 4, 20 * ms, 100 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			if got := makespan(t, workloads.Sleep, test.kind, test.workers, 16, test.grain); got != test.want {
				t.Errorf("makespan %v, want %v", got, test.want)
			}
		})
	}
}

// The pool pays a fixed cost and does twice the work; the plain loop does not.
func TestWork(t *testing.T) {
	w := planted.Work(workloads.Sleep, "dear", planted.Extra{Fixed: 7 * ms, Inflation: 1.5, Task: 5 * ms}, planted.Sleep)
	if got, want := makespan(t, w, executors.Goroutines, 4, 16, 10*ms), 87*ms; got != want {
		t.Errorf("makespan on a pool %v, want %v", got, want)
	}
	if got, want := makespan(t, w, executors.Serial, 1, 16, 10*ms), 160*ms; got != want {
		t.Errorf("makespan of the plain loop %v, want %v", got, want)
	}
	if !executors.IsInline(must(planted.Pretend("p").New(executors.Options{Workers: 2}))) {
		t.Error("the pretender costs more than the plain loop")
	}
}

func must(ex executors.Executor, err error) executors.Executor {
	if err != nil {
		panic(err)
	}
	return ex
}

// Spin does the units it is told to and waits for no clock.
func TestSpin(t *testing.T) {
	var did []int64
	spend := planted.Spin(func(units int64) uint64 { did = append(did, units); return 1 }, func(d time.Duration) int64 { return int64(d) / 10 })
	spend(0)
	spend(50)
	if len(did) != 1 || did[0] != 5 {
		t.Errorf("units %v, want 5 once", did)
	}
}
