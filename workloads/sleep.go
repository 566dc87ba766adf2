package workloads

import (
	"context"
	"time"
)

// Sleep waits for Grain in every task: an I/O-bound task with nothing but the
// waiting. Below about 1 ms it measures the timer of the runtime, not the
// executor: the Linux netpoller rounds shorter waits up to 1 ms when the
// process is idle (golang/go#53824).
var Sleep = register(Workload{
	Name:     "sleep",
	Doc:      "waits for the grain in each task, as for a reply from elsewhere",
	Resource: Wait,
	Grains:   []time.Duration{2 * time.Millisecond},
	New:      newSleep,
	Expected: EqualWaits,
	Truth:    "a number made from the seed of each task; that it waited, its time tells",
	Source:   shareNothing,
})

type nap struct {
	Seed     uint64
	Duration time.Duration
}

var sleepTask = Define("workloads.sleep", func(ctx context.Context, in nap) (uint64, error) {
	timer := time.NewTimer(in.Duration)
	defer timer.Stop()
	select {
	case <-timer.C:
		return mix(in.Seed), nil
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
})

func newSleep(p Params) (Job, error) { return napBatch(p).Job(p) }

func napBatch(p Params) Batch[nap, uint64] {
	return Batch[nap, uint64]{
		Task:  sleepTask,
		Input: func(_ int, seed uint64) (nap, uint64) { return nap{seed, p.Grain}, mix(seed) },
		Check: Equal[uint64],
	}
}
