package driver

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/record"
)

// faultsWorkload is the workload of a driver that can say what faults cost.
const faultsWorkload = "faults"

// A FaultJob is a job of which some tasks are at fault; see package faults.
type FaultJob struct {
	Pool           string
	Workers, Tasks int
	Wait           time.Duration // of a task
	Patience       time.Duration // without any task ending, after which nothing more is expected
	Fault          string
	Faulty         []int // tasks at fault
}

// FaultPools are the executors of the runtime of which it can say what faults cost.
func (r *Runtime) FaultPools() (names []string) {
	for _, e := range r.Language.Executors {
		offered := r.hello.offering(e.Name)
		if !isSerial(e.Name) && offered.Unavailable == "" && slices.Contains(offered.Workloads, faultsWorkload) {
			names = append(names, e.Name)
		}
	}
	return names
}

// Faults is the arm of a job with faults on an executor of the runtime, which it has in a
// process of its own. Dir is an existing directory that outlives the arm.
func (r *Runtime) Faults(ctx context.Context, dir string, job FaultJob) (arm.Arm, error) {
	a := &faultsArm{runtime: r, dir: dir, job: job}
	return a, a.start(ctx)
}

type faultsArm struct {
	runtime *Runtime
	dir     string
	job     FaultJob
	process *process
}

func (a *faultsArm) start(ctx context.Context) (err error) {
	if a.process != nil && a.process.failure == nil {
		return nil
	}
	if err := a.runtime.Language.write(a.dir); err != nil {
		return err
	}
	if a.process, err = a.runtime.start(ctx, a.dir, a.dir); err != nil {
		return fmt.Errorf("starting %s: %w", a.runtime.Path, err)
	}
	_, err = a.process.ask(ctx, request{Do: "open", Point: 1, work: &work{Executor: a.job.Pool, Workers: a.job.Workers, Workload: faultsWorkload, Tasks: a.job.Tasks,
		Wait: a.job.Wait.Seconds(), Patience: a.job.Patience.Seconds(), Fault: a.job.Fault, Faulty: a.job.Faulty}})
	return err
}

// Slice is that of arm.Arm. Each has a directory of its own, in which tasks at fault say
// when they were.
func (a *faultsArm) Slice(ctx context.Context) (s arm.Slice, err error) {
	if err := a.start(ctx); err != nil {
		return s, err
	}
	dir, err := os.MkdirTemp(a.dir, "faults-")
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	got, err := a.process.ask(ctx, request{Do: "run", Point: 1, Stamps: dir})
	if err != nil {
		return s, err
	}
	if !(got.Elapsed > 0 && got.Elapsed <= a.process.seen.Seconds()+1e-6) {
		return s, fmt.Errorf("the driver says that it took %v s, and %v had passed", got.Elapsed, a.process.seen)
	}
	s.Time, s.Values = got.Elapsed, map[string]float64{record.UnitTasks: float64(a.job.Tasks)}
	for unit, v := range map[string]*float64{record.UnitNotice: got.Notice, record.UnitLost: got.Lost, record.UnitRecovery: got.Recovery} {
		if v == nil {
			continue
		}
		if math.IsNaN(*v) || *v < 0 || unit == record.UnitLost && *v > float64(a.job.Tasks) {
			return s, fmt.Errorf("the driver says %v %s, which cannot be", *v, unit)
		}
		s.Values[unit] = *v
	}
	if got.Lost == nil {
		return s, errors.New("the driver does not say how many tasks were lost")
	}
	return s, nil
}

// Close is that of arm.Arm.
func (a *faultsArm) Close() error {
	if a.process == nil {
		return nil
	}
	return a.process.bye()
}
