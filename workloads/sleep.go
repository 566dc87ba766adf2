package workloads

import (
	"context"
	"time"
)

// Sleep waits in every task: an I/O-bound task with nothing but the waiting. By the timer
// of the runtime a waiting task costs no thread; by a system call it keeps one, and ends no
// sooner than it has slept. What was asked for is not what it took: below about 1 ms a
// timer measures the runtime, not the executor (the Linux netpoller rounds shorter waits up
// to 1 ms when the process is idle, golang/go#53824), and a system call takes some 50 µs
// more. So the ideal is the time that tasks take in the plain loop, as Timer tells it.
var Sleep = register(Workload{
	Name:     "sleep",
	Doc:      "waits for the grain in each task, as for a reply from elsewhere",
	Resource: Wait,
	Grains:   []time.Duration{2 * time.Millisecond},
	Axes:     []Axis{spread, how},
	New:      newSleep,
	Expected: func(p Params) Curve { return unequal(p, Workers, 0) },
	Truth:    "a task gives a number that only its own seed leads to",
	Source:   "tasks that wait need no CPU: one more for each worker, in rounds of one task a worker; where they are unequal no more than all of them over the longest (Graham 1969)",
})

var how = Axis{"how", "who waits: timer (of the runtime) or kernel (a system call, which keeps its thread)", []string{"timer"}}

type nap struct {
	Seed     uint64
	Duration time.Duration
	Kernel   bool
}

var sleepTask = Define("workloads.sleep", func(ctx context.Context, in nap) (uint64, error) {
	if in.Kernel {
		return mix(in.Seed), kernelSleep(in.Duration)
	}
	return mix(in.Seed), sleep(ctx, in.Duration)
})

func newSleep(p Params) (Job, error) {
	kernel, err := p.OneOf(how, "kernel")
	if err != nil {
		return nil, err
	}
	wait, err := p.wait()
	if err != nil {
		return nil, err
	}
	return napBatch(wait, kernel == "kernel").Job(p)
}

// napBatch are tasks that wait as long as wait says.
func napBatch(wait func(seed uint64) time.Duration, kernel bool) Batch[nap, uint64] {
	return Batch[nap, uint64]{
		Task:  sleepTask,
		Input: func(_ int, seed uint64) (nap, uint64) { return nap{seed, wait(seed), kernel}, mix(seed) },
		Check: Equal[uint64],
	}
}

// sleep waits for d, or for the end of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
