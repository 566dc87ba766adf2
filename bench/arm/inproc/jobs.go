package inproc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"poolbench/bench/arm"
	"poolbench/bench/arm/probe"
	"poolbench/bench/record"
	"poolbench/workloads"
)

// jobs are the prepared jobs of a session, each made once and used by all executors.
type jobs struct {
	grid         Grid
	setup        arm.Setup
	calibrations map[string]record.Calibration
	open         map[record.Point]workloads.Job // by baseline
	made         int
}

func newJobs(g Grid, setup arm.Setup, calibrations map[string]record.Calibration) *jobs {
	return &jobs{grid: g, setup: setup, calibrations: calibrations, open: map[record.Point]workloads.Job{}}
}

// baseline is the plain loop of the same work: points that share it share their job.
func baseline(p record.Point) record.Point { return new(record.Facts).Baseline(p) }

// get prepares the job of p, or returns it when it is there. The end of ctx ends
// the preparation.
func (j *jobs) get(ctx context.Context, p record.Point) (workloads.Job, error) {
	key := baseline(p)
	if job := j.open[key]; job != nil {
		return job, nil
	}
	w, ok := j.grid.workload(p.Workload())
	if !ok {
		return nil, fmt.Errorf("the grid has no workload %q", p.Workload())
	}
	j.made++
	dir := filepath.Join(j.setup.Dir, fmt.Sprint(j.made))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("preparing %s: %w", w.Name, err)
	}
	params := workloads.Params{Context: ctx, Tasks: TaskCount(w, p.Grain()), Grain: p.Grain(), Axes: map[string]string{}, Seed: j.setup.Seed, Dir: dir}
	for _, a := range w.Axes {
		if v := p.Get(a.Name); v != "" {
			params.Axes[a.Name] = v
		}
	}
	if w.Kernel != nil {
		c, ok := j.calibrations[w.Name]
		if !ok {
			return nil, fmt.Errorf("preparing %s: %w", w.Name, errNotCalibrated)
		}
		params.Units = probe.Units(c, p.Grain())
	}
	job, err := w.New(params)
	if err != nil {
		return nil, fmt.Errorf("preparing %s: %w", w.Name, err)
	}
	j.open[key] = job
	return job, nil
}

// discard gives up the job of p without closing it: a slice that was abandoned may
// still use it.
func (j *jobs) discard(p record.Point) { delete(j.open, baseline(p)) }

// close closes the jobs.
func (j *jobs) close() error {
	var errs []error
	for _, job := range j.open {
		errs = append(errs, job.Close())
	}
	return errors.Join(errs...)
}
