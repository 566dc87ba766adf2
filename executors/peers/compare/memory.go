package compare

import (
	"runtime"
	"sync"

	"github.com/alitto/pond/v2"

	"poolbench/executors"
	"poolbench/executors/peers"
)

var queued = Row{
	Name: "queued", Unit: "B", Share: 1, Once: true,
	Doc:    "heap that a queued task takes while all workers are blocked, futures dropped",
	Arms:   remembering(func(full, drained int64) int64 { return full }),
	Checks: heapChecks(160),
}

var kept = Row{
	Name: "kept", Unit: "B", Share: 1, Once: true,
	Doc:    "heap that is left of it after the drain, with the pool still open",
	Arms:   remembering(func(full, drained int64) int64 { return drained }),
	Checks: heapChecks(1),
}

// heapChecks are those of both rows; bar is that of ours, in bytes.
func heapChecks(bar float64) []Check {
	return []Check{
		{ours, "", bar},
		{"ours Go", "", bar},
		{"pond results", "", 0},
		{"pond Go", "", 0},
		{"gammazero Do", "", 0},
		{"bare channel", "", 0},
	}
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
		{ours, hoardOurs},
		{"ours Go", hoarding(openGo)},
		{"pond results", hoardPondResults},
		{"pond Go", hoarding(peers.Pond.Open)},
		{"gammazero Do", hoarding(peers.Gammazero.Open)},
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

// hoarding queues tasks without results.
func hoarding(open peers.Opener) func(tasks int) hoard {
	return func(int) hoard {
		submit, stop := open(Workers)
		return hoard{run: submit, submit: func(int) error { return submit(nothing) }, close: stop}
	}
}

// hoardChannel has a channel that takes all tasks.
func hoardChannel(tasks int) hoard {
	return hoarding(func(workers int) (func(func()) error, func()) { return peers.OpenChannel(workers, tasks+workers) })(tasks)
}

func hoardOurs(int) hoard {
	ex := openOurs()
	return hoard{
		run:    func(f func()) error { return executors.Go(ex, f) },
		submit: func(i int) error { _, err := executors.Submit(background, ex, echo, i); return err },
		close:  func() { _ = ex.Shutdown(background) }, // it can only say that the context ended
	}
}

func hoardPondResults(int) hoard {
	p := pond.NewResultPool[int](Workers)
	return hoard{
		run:    func(f func()) error { p.Submit(func() int { f(); return 0 }); return nil },
		submit: func(i int) error { p.Submit(func() int { return i }); return nil },
		close:  p.StopAndWait,
	}
}
