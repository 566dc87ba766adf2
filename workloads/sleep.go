package workloads

import (
	"context"
	"math"
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
	Expected: func(p Params) Curve { return waits(p, 0) },
	Truth:    "a task gives a number that only its own seed leads to",
	Source:   "tasks that wait need no CPU: one more for each worker, in rounds of one task a worker; where they are unequal no more than all of them over the longest (Graham 1969)",
})

var (
	// spread is an axis of those that wait.
	spread = Axis{"spread", "of the waits, each from its own seed: none (all are the grain), uniform (from half the grain to one and a half) or exponential (the grain is their mean)", []string{"none"}}
	how    = Axis{"how", "who waits: timer (of the runtime) or kernel (a system call, which keeps its thread)", []string{"timer"}}
)

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

// longestWait bounds what an exponential draw makes of a grain.
const longestWait = 20

// wait tells how long the task of a seed waits, by grain and spread.
func (p Params) wait() (func(seed uint64) time.Duration, error) {
	kind, err := p.OneOf(spread, "uniform", "exponential")
	if err != nil {
		return nil, err
	}
	return func(seed uint64) time.Duration {
		random, share := stream(seed), 1.0
		switch u := float64(random.next()>>11) / (1 << 53); kind { // from 0 to less than 1
		case "uniform":
			share = 0.5 + u
		case "exponential":
			share = min(-math.Log1p(-u), longestWait)
		}
		return time.Duration(share * float64(p.Grain))
	}, nil
}

// waits is the Curve of tasks that wait as wait says, k of them at once; 0 for any number.
func waits(p Params, k int) Curve {
	c := Curve{Of: Workers, Slots: float64(k)}
	wait, err := p.wait()
	if err != nil || p.Text(spread) == "none" {
		c.Tasks = p.Tasks
		return c
	}
	var sum, longest float64
	for i := range p.Tasks {
		w := float64(wait(taskSeed(p.Seed, i)))
		sum, longest = sum+w, max(longest, w)
	}
	if longest > 0 && (k == 0 || sum/longest < c.Slots) {
		c.Slots = sum / longest
	}
	return c
}
