package workloads

import (
	"context"
	"fmt"
	"time"

	"poolbench/executors"
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
})

type nap struct {
	Seed     uint64
	Duration time.Duration
}

var sleepTask = define("workloads.sleep", func(ctx context.Context, in nap) (uint64, error) {
	timer := time.NewTimer(in.Duration)
	defer timer.Stop()
	select {
	case <-timer.C:
		return mix(in.Seed), nil
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
})

type sleepJob struct {
	taskClock
	inputs  []nap
	outputs []uint64
}

func newSleep(p Params) (Job, error) {
	if err := p.check(false); err != nil {
		return nil, err
	}
	j := &sleepJob{newTaskClock(p), make([]nap, p.Tasks), make([]uint64, p.Tasks)}
	for i := range j.inputs {
		j.inputs[i] = nap{taskSeed(p.Seed, i), p.Grain}
	}
	return j, nil
}

func (j *sleepJob) Run(ctx context.Context, ex executors.Executor) error {
	return each(ctx, ex, sleepTask, &j.taskClock, j.inputs, j.outputs)
}

func (j *sleepJob) Check() error {
	for i, in := range j.inputs {
		if want := mix(in.Seed); j.outputs[i] != want {
			return fmt.Errorf("sleep: task %d of %d gave %#x, want %#x", i, len(j.inputs), j.outputs[i], want)
		}
	}
	return nil
}

func (j *sleepJob) Close() error { return nil }
