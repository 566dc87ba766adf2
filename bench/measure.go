package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/workloads"
)

// errTrialFailed says that a trial failed and that this is in the record.
var errTrialFailed = errors.New("the trial failed")

// maxFailures in a row take an arm out of the run, and as many in all when they are
// more than a fifth of its trials: every failure costs a block.
const maxFailures = 3

// arm is what the run remembers of an arm.
type arm struct {
	longest       time.Duration // of its makespans; 0 before the first
	inRow         int           // failures since the last success
	failed, tried int           // trials of the run, those of the warm-up included
}

// leftOut reports whether the arm has failed too often.
func (a *arm) leftOut() bool { return tooOften(a.inRow, a.failed, a.tried) }

func tooOften(inRow, failed, tried int) bool {
	return inRow >= maxFailures || failed >= maxFailures && 5*failed > tried
}

// trial runs one trial and writes its result, or its failure, and then returns
// errTrialFailed. A warm-up writes failures only. A trial that the end of ctx cut
// short leaves nothing: the error is ctx's.
func (r *run) trial(ctx context.Context, t Trial, measured bool) error {
	if !r.canProbe(t) {
		return nil
	}
	m, err := r.measure(ctx, t)
	if interrupted(ctx, err) {
		return ctx.Err()
	}
	a := r.arms[t]
	a.tried++
	if err == nil {
		a.inRow = 0
		if measured {
			err = r.write(t, m)
			r.Progress.Trial(t, nil)
		}
		return err
	}
	if measured {
		defer r.Progress.Trial(t, err)
	}
	r.summary.Failures++
	a.failed++
	a.inRow++
	if a.leftOut() {
		r.warn("dropped", fmt.Sprintf("%s failed %d times, %d in a row, and is left out: %v.", t, a.failed, a.inRow, err),
			"Look at the failed lines of the record; leave this arm out, or raise the time limit.")
	}
	if err := r.out.Failure(t.Name(), err.Error()); err != nil {
		return err
	}
	return errTrialFailed
}

// canProbe reports whether t can be run at all: what a probe needs may not be
// there, and of that there is a warning already.
func (r *run) canProbe(t Trial) bool {
	switch t.Probe {
	case record.CapacityBenchmark, record.BandwidthBenchmark:
		return r.probes != nil
	case record.CalibrationBenchmark:
		_, ok := r.jobs.calibrations[t.Cell.Workload]
		return ok
	}
	return true
}

// measurement is what one trial gave.
type measurement struct {
	elapsed time.Duration
	more    []record.Value // besides the makespan
}

// write writes the result of t.
func (r *run) write(t Trial, m measurement) error {
	a := r.arms[t]
	a.longest = max(a.longest, m.elapsed)
	r.summary.Trials++
	seconds := m.elapsed.Seconds()
	switch t.Probe {
	case record.CapacityBenchmark:
		switch t.Cell.Workers {
		case 1:
			r.one = append(r.one, seconds)
		case runtime.GOMAXPROCS(0):
			r.all = append(r.all, seconds)
		}
	case record.CalibrationBenchmark:
		name := t.Cell.Workload
		r.drift[name] = append(r.drift[name], seconds/(m.more[0].Value*r.jobs.calibrations[name].PerUnit))
	}
	return r.out.Result(t.Name(), append([]record.Value{{Value: seconds, Unit: record.UnitTime}}, m.more...)...)
}

// measure runs one trial.
func (r *run) measure(ctx context.Context, t Trial) (measurement, error) {
	limit := r.limit(t)
	switch t.Probe {
	case record.CapacityBenchmark, record.BandwidthBenchmark:
		work := byte(probeCompute)
		if t.Probe == record.BandwidthBenchmark {
			work = probeTriad
		}
		trial, cancel := trialContext(ctx, limit)
		defer cancel()
		elapsed, err := r.probes.round(trial, work, t.Cell.Workers)
		return measurement{elapsed: elapsed}, err
	case record.CalibrationBenchmark:
		name := t.Cell.Workload
		elapsed, units := checkCalibration(r.Grid.workload(name).Kernel, r.jobs.calibrations[name])
		return measurement{elapsed, []record.Value{{Value: float64(units), Unit: record.UnitKernel}}}, nil
	}
	job, err := r.jobs.get(ctx, t.Cell)
	if err != nil {
		return measurement{}, err
	}
	ex, err := r.pools.get(ctx, t.Cell)
	if err != nil {
		return measurement{}, err
	}
	m, err := r.measureJob(ctx, t.Cell, job, ex, limit)
	if errors.Is(err, errAbandoned) {
		r.jobs.discard(t.Cell)
	}
	if err != nil {
		// Whatever is left in the executor must not be timed with the next trial.
		r.pools.discard(t.Cell)
	}
	return m, err
}

// measureJob runs job, and its parts if it has any.
func (r *run) measureJob(ctx context.Context, c record.Cell, job workloads.Job, ex executors.Executor, limit time.Duration) (m measurement, err error) {
	if m.elapsed, err = timeJob(ctx, job, ex, limit); err != nil {
		return m, err
	}
	tasks := TaskCount(r.Grid.workload(c.Workload), c.Grain)
	m.more = append(m.more, record.Value{Value: float64(tasks), Unit: record.UnitTasks})
	if timer, ok := job.(workloads.Timer); ok {
		if seconds, share := timer.TaskTime(); share > 0 {
			m.more = append(m.more, record.Value{Value: seconds, Unit: record.UnitTaskTime}, record.Value{Value: share, Unit: record.UnitTaskShare})
		}
	}
	if parted, ok := job.(workloads.Parted); ok {
		for _, part := range parted.Parts() {
			elapsed, err := timeJob(ctx, part.Job, ex, limit)
			if err != nil {
				return m, fmt.Errorf("its part %s alone: %w", part.Name, err)
			}
			m.more = append(m.more, record.Value{Value: elapsed.Seconds(), Unit: part.Name + partUnit})
		}
	}
	return m, nil
}

// partUnit is what record.UnitCPUPart and record.UnitWaitPart are behind the name of
// the part.
const partUnit = "-part-sec/op"

// limit is the time limit of a trial: a hundred times what its arm took at most,
// but no less than 2 s, so that one hung trial does not eat the budget.
func (r *run) limit(t Trial) time.Duration {
	if longest := r.arms[t].longest; longest > 0 {
		return min(r.TrialLimit, max(100*longest, 2*time.Second))
	}
	return r.TrialLimit
}
