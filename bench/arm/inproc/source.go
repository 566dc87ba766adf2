package inproc

import (
	"context"
	"errors"
	"os"
	"runtime"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/arm/probe"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/workloads"
)

// Source is the source of the grid.
func (g Grid) Source() arm.Source {
	s := arm.Source{
		Name:     "pools",
		Doc:      "jobs on executors of this program, worker processes included",
		Baseline: record.Serial,
		Points: func() ([]record.Point, error) {
			if err := g.Check(); err != nil {
				return nil, err
			}
			return append(g.Points(), g.driftPoints()...), nil
		},
		Least: g.leastTime,
		Open:  g.open,
	}
	for _, w := range g.Workloads {
		for _, a := range w.Axes {
			s.Axes = append(s.Axes, record.Axis{Name: a.Name, Doc: a.Doc})
		}
	}
	return s
}

// A Session owns what outlives an arm: executors, jobs and their files, calibrations.
type Session struct {
	grid         Grid
	setup        arm.Setup
	pools        *pools
	places       map[record.Point]place
	jobs         map[record.Point]workloads.Job // by baseline: each is made once and used by all executors
	expected     map[string]bool                // curves that are told, by what is run
	made         int                            // jobs so far
	calibrations map[string]record.Calibration  // of the kernels that could be calibrated
}

func (g Grid) open(ctx context.Context, setup arm.Setup) (arm.Session, error) {
	s := &Session{grid: g, setup: setup, calibrations: map[string]record.Calibration{}, pools: newPools(g), places: map[record.Point]place{}, jobs: map[record.Point]workloads.Job{}, expected: map[string]bool{}}
	if setup.Past != nil {
		for _, e := range setup.Past.Expected {
			s.expected[e.What] = true
		}
	}
	for _, w := range g.Workloads {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if w.Kernel != nil {
			// One that cannot be calibrated fails with its arms; the others go on.
			if c, err := setup.Calibrate(w.Name, w.Kernel); err == nil {
				s.calibrations[w.Name] = c
			}
		}
		if setup.Past == nil {
			setup.Tell("workload", record.Workload{Name: w.Name, Resource: string(w.Resource)})
		}
	}
	return s, nil
}

// Arm is that of arm.Session.
func (s *Session) Arm(ctx context.Context, p record.Point) (arm.Arm, error) {
	w, _ := s.grid.workload(p.Workload())
	if p.IsProbe() {
		c, ok := s.calibrations[w.Name]
		if !ok {
			return nil, errNotCalibrated
		}
		return probe.Drift{Kernel: w.Kernel, Calibration: c}, nil
	}
	if _, _, err := s.Job(ctx, p); err != nil {
		return nil, err
	}
	return &pooled{session: s, point: p, tasks: s.grid.TaskCount(w, p)}, nil
}

// Job is the job of a point and its executor, which stands ready, for those who time it
// by themselves, as go test -bench does. Both belong to the session.
func (s *Session) Job(ctx context.Context, p record.Point) (workloads.Job, executors.Executor, error) {
	job, err := s.job(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	ex, err := s.pools.get(ctx, s.placeOf(p).pool)
	return job, ex, err
}

var errNotCalibrated = errors.New("its kernel could not be calibrated")

// Close ends the executors and then the jobs, whose files they may have open.
func (s *Session) Close() error {
	errs := []error{s.pools.close()}
	for _, job := range s.jobs {
		errs = append(errs, job.Close())
	}
	return errors.Join(errs...)
}

// where is what a worker knows of its process.
type where struct{ PID, GOMAXPROCS int }

var whereTask = executors.Define("bench.where", func(context.Context, int) (where, error) {
	return where{os.Getpid(), runtime.GOMAXPROCS(0)}, nil
})

// Ready tells the GOMAXPROCS of worker processes, which may be another one. An executor
// that does not answer is left to its arms.
func (s *Session) Ready(ctx context.Context) {
	for _, kind := range s.grid.Executors {
		for key, ex := range s.pools.open {
			if key.executor != kind.Name || executors.IsInline(ex) {
				continue
			}
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			if f, err := executors.Submit(ctx, ex, whereTask, 0); err == nil {
				if w, err := f.Result(ctx); err == nil && w.PID != os.Getpid() {
					s.setup.Tell("reading", record.Reading{Name: "gomaxprocs." + kind.Name, Value: float64(w.GOMAXPROCS)})
				}
			}
			cancel()
			break
		}
	}
}
