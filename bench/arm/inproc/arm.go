package inproc

import (
	"context"
	"fmt"
	"maps"
	"sync/atomic"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/workloads"
)

// A pooled arm is a job on an executor.
type pooled struct {
	session *Session
	point   record.Point
	tasks   int
	running atomic.Bool // the last slice has not returned: it was abandoned
	failed  atomic.Bool
}

// Slice times one makespan: the first submit to the last result of the job, on an
// executor that stands ready, and of each part of the job alone if it has any.
func (a *pooled) Slice(ctx context.Context) (arm.Slice, error) { return a.SliceOn(ctx, nil) }

// SliceOn is a Slice on what wrap makes of the executor, as a pass has it that looks at
// tasks. nil takes it as it is.
func (a *pooled) SliceOn(ctx context.Context, wrap func(executors.Executor) executors.Executor) (s arm.Slice, err error) {
	a.failed.Store(true)
	a.running.Store(true)
	defer func() { a.failed.Store(err != nil); a.running.Store(false) }()
	job, ex, err := a.session.Job(ctx, a.point)
	if err != nil {
		return s, err
	}
	collect()
	on := ex
	if wrap != nil {
		on = wrap(ex)
	}
	makespan, err := run(ctx, job, on)
	if err != nil {
		return s, err
	}
	s.Time = makespan.Seconds()
	s.Values = map[string]float64{record.UnitTasks: float64(a.tasks)}
	if timer, ok := job.(workloads.Timer); ok {
		if seconds, share := timer.TaskTime(); share > 0 {
			s.Values[record.UnitTaskTime], s.Values[record.UnitTaskShare] = seconds, share
		}
	}
	if meter, ok := job.(workloads.Meter); ok {
		maps.Copy(s.Values, meter.Values())
	}
	if parted, ok := job.(workloads.Parted); ok {
		for _, part := range parted.Parts() {
			collect()
			elapsed, err := run(ctx, part.Job, ex)
			if err != nil {
				return s, fmt.Errorf("its %s part alone: %w", part.Name, err)
			}
			s.Values[part.Name+"-part-sec/op"] = elapsed.Seconds()
		}
	}
	return s, nil
}

// Computes is that of arm.OnExecutor.
func (a *pooled) Computes() bool {
	w, _ := a.session.grid.workload(a.point.Workload())
	return w.Resource == workloads.CPU
}

// run runs job once and checks its answer, which is not timed.
func run(ctx context.Context, job workloads.Job, ex executors.Executor) (time.Duration, error) {
	begin := time.Now()
	err := job.Run(ctx, ex)
	makespan := time.Since(begin)
	if err != nil {
		return 0, err
	}
	if err := job.Check(); err != nil {
		return 0, fmt.Errorf("wrong answer: %w", err)
	}
	return makespan, nil
}

// Close gives up the executor after a slice that failed: whatever is left in it must not
// be timed with the next one. A job that may still be running is given up too.
func (a *pooled) Close() error {
	if a.running.Load() {
		delete(a.session.jobs, a.session.placeOf(a.point).job) // not closed: the slice may still use it
	}
	if a.failed.Load() {
		a.session.pools.discard(a.session.placeOf(a.point).pool)
	}
	return nil
}
