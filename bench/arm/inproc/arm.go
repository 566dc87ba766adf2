package inproc

import (
	"context"
	"fmt"
	"maps"
	"sync/atomic"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/host"
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
func (a *pooled) SliceOn(ctx context.Context, wrap arm.Wrap) (s arm.Slice, err error) {
	a.failed.Store(true)
	a.running.Store(true)
	defer func() { a.failed.Store(err != nil); a.running.Store(false) }()
	job, ex, err := a.session.Job(ctx, a.point)
	if err != nil {
		return s, err
	}
	collect()
	s.Values = map[string]float64{record.UnitTasks: float64(a.tasks)}
	wanted := a.demand(ex) // around the pass, which must not see what this takes
	on, over := ex, func() {}
	if wrap != nil {
		if o, f := wrap(ex); f != nil {
			on, over = o, f
		} else {
			on = o
		}
	}
	makespan, err := run(ctx, job, on, func() { over(); wanted(&s) })
	if err != nil {
		return s, err
	}
	s.Time = makespan.Seconds()
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
			elapsed, err := run(ctx, part.Job, ex, func() {})
			if err != nil {
				return s, fmt.Errorf("its %s part alone: %w", part.Name, err)
			}
			s.Values[part.Name+"-part-sec/op"] = elapsed.Seconds()
		}
	}
	return s, nil
}

// demand begins to note what this process and the workers of ex want of the CPUs; the
// function that it returns ends that, and adds it to a slice. Where nobody asked, it does
// nothing.
func (a *pooled) demand(ex executors.Executor) (end func(*arm.Slice)) {
	if !a.session.setup.Demand {
		return func(*arm.Slice) {}
	}
	var workers []int
	if p, ok := executors.As[interface{ Pids() []int }](ex); ok {
		workers = p.Pids()
	}
	before := host.ReadDemand(workers)
	return func(s *arm.Slice) {
		d, ok := host.ReadDemand(workers).Since(before)
		if !ok {
			return
		}
		s.Ran, s.Waited = d.Ran, d.Waited
		maps.Copy(s.Values, map[string]float64{record.UnitRan: d.Ran, record.UnitWaited: d.Waited, record.UnitOthers: d.Others})
	}
}

// Computes is that of arm.OnExecutor.
func (a *pooled) Computes() bool {
	w, _ := a.session.grid.workload(a.point.Workload())
	return w.Resource == workloads.CPU
}

// run runs job once, calls over, and checks its answer: neither is timed.
func run(ctx context.Context, job workloads.Job, ex executors.Executor, over func()) (time.Duration, error) {
	begin := time.Now()
	err := job.Run(ctx, ex)
	makespan := time.Since(begin)
	over()
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
