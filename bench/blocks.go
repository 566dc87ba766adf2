package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"poolbench/bench/record"
)

// blocks runs blocks until the budget, the target or ctx ends them.
func (r *run) blocks(ctx context.Context) error {
	for n := r.first; ctx.Err() == nil; n++ {
		last := r.expected(n)
		r.summary.Expected = r.summary.Blocks + max(last-n+1, 0)
		if last < n {
			return nil
		}
		if err := r.out.Block(n); err != nil {
			return err
		}
		begin := time.Now()
		r.Progress.Begin(n, last, len(r.plan.Arms))
		for _, t := range r.plan.Block(n) {
			if r.arms[t].dropped {
				continue
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err := r.trial(ctx, t, true); err != nil {
				return err
			}
		}
		r.blockTimes = append(r.blockTimes, time.Since(begin))
		r.summary.Blocks++
	}
	return ctx.Err()
}

// warmUp runs every arm once: workers start, memory is touched, and an arm that
// cannot work at all is found. Nothing of it is kept but failures.
func (r *run) warmUp(ctx context.Context) error {
	begin := time.Now()
	for _, t := range r.plan.Arms {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := r.trial(ctx, t, false); err != nil {
			return err
		}
	}
	r.blockTimes = []time.Duration{time.Since(begin)} // the only estimate until there are blocks
	return nil
}

// expected is the number of the last block that fits, judged before block n.
func (r *run) expected(n int) int {
	known := r.blockTimes
	if len(known) > 1 {
		known = known[1:] // without the warm-up, which is slower
	}
	// The mean for the blocks to come, but the next one must fit even if it is as
	// slow as the slowest of the last few.
	var sum time.Duration
	for _, d := range known {
		sum += d
	}
	mean := max(sum/time.Duration(len(known)), time.Microsecond)
	left := r.Budget - time.Since(r.begin) - r.reserve()
	fit := n - 1 + int(left/mean)
	if recent := known[max(0, len(known)-5):]; left < slices.Max(recent) {
		fit = n - 1
	}
	if left <= 0 {
		fit = n - 1
	}
	fit = max(fit, r.first-1+leastBlocks)
	if r.target > 0 {
		fit = min(fit, r.target)
	}
	return fit
}

// reserve is the time kept for closing executors.
func (r *run) reserve() time.Duration { return min(r.Budget/20, 300*time.Millisecond) }

// trial runs one trial and writes its result or its failure; a failure is not an
// error. A warm-up writes failures only. A trial that the end of ctx cut short
// leaves nothing: the error is ctx's.
func (r *run) trial(ctx context.Context, t Trial, measured bool) error {
	if t.Capacity && r.capacity == nil {
		return nil
	}
	elapsed, tasks, err := r.measure(ctx, t)
	if err == nil && measured {
		err := r.write(t, elapsed, tasks)
		r.Progress.Trial(t, nil)
		return err
	}
	if interrupted(ctx, err) {
		return ctx.Err()
	}
	a := r.arms[t]
	if err == nil {
		a.failures = 0
		return nil
	}
	if measured {
		defer r.Progress.Trial(t, err)
	}
	r.summary.Failures++
	if a.failures++; a.failures == maxFailures {
		a.dropped = true
		r.warn(Warning{"dropped", fmt.Sprintf("%s failed %d times in a row and is left out: %v.", t, maxFailures, err),
			"Look at the failed lines of the record; leave this arm out, or raise the time limit."})
	}
	return r.out.Failure(t.Name(), err.Error())
}

func (r *run) write(t Trial, elapsed time.Duration, tasks int) error {
	a := r.arms[t]
	a.failures = 0
	a.longest = max(a.longest, elapsed)
	r.summary.Trials++
	values := []record.Value{{Value: elapsed.Seconds(), Unit: record.UnitTime}}
	if t.Capacity {
		switch t.Cell.Workers {
		case 1:
			r.one = append(r.one, elapsed.Seconds())
		case runtime.GOMAXPROCS(0):
			r.all = append(r.all, elapsed.Seconds())
		}
	} else {
		values = append(values, record.Value{Value: float64(tasks), Unit: record.UnitTasks})
	}
	return r.out.Result(t.Name(), values...)
}

// measure runs one trial and returns its makespan and its number of tasks.
func (r *run) measure(ctx context.Context, t Trial) (elapsed time.Duration, tasks int, err error) {
	limit := r.limit(t)
	if t.Capacity {
		trial, cancel := trialContext(ctx, limit)
		defer cancel()
		elapsed, err = r.capacity.round(trial, t.Cell.Workers)
		return elapsed, 0, err
	}
	job, err := r.jobs.get(ctx, t.Cell)
	if err != nil {
		return 0, 0, err
	}
	ex, err := r.pools.get(ctx, t.Cell)
	if err != nil {
		return 0, 0, err
	}
	elapsed, err = timeJob(ctx, job, ex, limit)
	if errors.Is(err, errAbandoned) {
		r.jobs.discard(t.Cell)
	}
	if err != nil {
		// Whatever is left in the executor must not be timed with the next trial.
		r.pools.discard(t.Cell)
	}
	return elapsed, TaskCount(r.Grid.workload(t.Cell.Workload), t.Cell.Grain), err
}

// limit is the time limit of a trial: a hundred times what its arm took at most,
// but no less than 2 s, so that one hung trial does not eat the budget.
func (r *run) limit(t Trial) time.Duration {
	if longest := r.arms[t].longest; longest > 0 {
		return min(r.TrialLimit, max(100*longest, 2*time.Second))
	}
	return r.TrialLimit
}
