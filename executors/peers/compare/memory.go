package compare

import (
	"context"
	"runtime"
	"sync"

	"github.com/alitto/pond/v2"
	"github.com/gammazero/workerpool"

	"poolbench/executors"
	"poolbench/executors/peers"
)

var queued = Row{
	Name: "queued", Unit: "B", Share: 1, Once: true,
	Doc:  "heap that a queued task takes while all workers are blocked, futures dropped",
	Arms: remembering(func(full, drained int64) int64 { return full }),
	Checks: []Check{
		{ours, "", 160},
		{"ours Go", "", 160},
		{"pond results", "", 0},
		{"pond Go", "", 0},
		{"gammazero Do", "", 0},
		{"bare channel", "", 0},
	},
}

var kept = Row{
	Name: "kept", Unit: "B", Share: 1, Once: true,
	Doc:  "heap that is left of it after the drain, with the pool still open",
	Arms: remembering(func(full, drained int64) int64 { return drained }),
	Checks: []Check{
		{ours, "", 1},
		{"ours Go", "", 1},
		{"pond results", "", 0},
		{"pond Go", "", 0},
		{"gammazero Do", "", 0},
		{"bare channel", "", 0},
	},
}

// A hoard is a pool that will be filled. submit takes the number of the task.
type hoard struct {
	run    func(func()) error // any task, which may block
	submit func(i int) error  // the queued task
	close  func()
}

func remembering(which func(full, drained int64) int64) []Arm {
	hoards := []struct {
		name string
		open func(tasks int) hoard
	}{
		{ours, func(int) hoard { return hoardOurs(true) }},
		{"ours Go", func(int) hoard { return hoardOurs(false) }},
		{"pond results", hoardPondResults},
		{"pond Go", hoardPond},
		{"gammazero Do", hoardGammazero},
		{"bare channel", hoardChannel},
	}
	arms := make([]Arm, len(hoards))
	for i, h := range hoards {
		arms[i] = Arm{h.name, func(tasks int) (float64, error) {
			full, drained, err := fill(h.open, tasks)
			return float64(which(full, drained)), err
		}}
	}
	return arms
}

// fill blocks the workers, queues the tasks, and lets go; it returns how much
// more heap there was at the two moments than before the pool was made.
func fill(open func(tasks int) hoard, tasks int) (full, drained int64, err error) {
	before := heap()
	h := open(tasks)
	defer h.close()
	gate := make(chan struct{})
	var started sync.WaitGroup
	for range Workers {
		started.Add(1)
		if err := h.run(func() { started.Done(); <-gate }); err != nil {
			return 0, 0, err
		}
	}
	started.Wait()
	for i := range tasks {
		if err := h.submit(i); err != nil {
			return 0, 0, err
		}
	}
	full = heap() - before
	close(gate)
	// All queues are first in, first out: when as many more tasks as there are
	// workers are inside together, the queued ones have ended.
	var met sync.WaitGroup
	met.Add(Workers)
	for range Workers {
		if err := h.run(func() { met.Done(); met.Wait() }); err != nil {
			return 0, 0, err
		}
	}
	met.Wait()
	return full, heap() - before, nil
}

// heap is what is alive, in bytes.
func heap() int64 {
	runtime.GC()
	runtime.GC() // what a sync.Pool holds survives one
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func hoardOurs(results bool) hoard {
	ctx := context.Background()
	ex := openOurs()
	h := hoard{
		run:    func(f func()) error { return executors.Go(ex, f) },
		submit: func(int) error { return executors.Go(ex, nothing) },
		close:  func() { _ = ex.Shutdown(ctx) }, // it can only say that ctx ended
	}
	if results {
		h.submit = func(i int) error { _, err := executors.Submit(ctx, ex, echo, i); return err }
	}
	return h
}

func hoardPondResults(int) hoard {
	p := pond.NewResultPool[int](Workers)
	return hoard{
		run:    func(f func()) error { p.Submit(func() int { f(); return 0 }); return nil },
		submit: func(i int) error { p.Submit(func() int { return i }); return nil },
		close:  p.StopAndWait,
	}
}

func hoardPond(int) hoard {
	p := pond.NewPool(Workers)
	return hoard{run: p.Go, submit: func(int) error { return p.Go(nothing) }, close: p.StopAndWait}
}

func hoardGammazero(int) hoard {
	p := workerpool.New(Workers)
	return hoard{run: p.Do, submit: func(int) error { return p.Do(nothing) }, close: p.StopWait}
}

func hoardChannel(tasks int) hoard {
	submit, end := peers.OpenChannel(Workers, tasks+Workers)
	return hoard{
		run:    func(f func()) error { submit(f); return nil },
		submit: func(int) error { submit(nothing); return nil },
		close:  end,
	}
}
