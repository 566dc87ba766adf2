package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"poolbench/bench/record"
	"poolbench/workloads"
)

// jobs are the prepared jobs of a run, each made once and used by all executors.
type jobs struct {
	grid         Grid
	seed         uint64
	dir          string // temporary directory of the run
	calibrations map[string]Calibration
	open         map[record.Cell]workloads.Job // by baseline
	made         int
}

func newJobs(g Grid, seed uint64, calibrations map[string]Calibration) (*jobs, error) {
	dir, err := os.MkdirTemp("", "poolbench-")
	if err != nil {
		return nil, fmt.Errorf("making a directory for the files of workloads: %w", err)
	}
	return &jobs{grid: g, seed: seed, dir: dir, calibrations: calibrations, open: map[record.Cell]workloads.Job{}}, nil
}

// get prepares the job of c, or returns it when it is there. The end of ctx ends
// the preparation.
func (j *jobs) get(ctx context.Context, c record.Cell) (workloads.Job, error) {
	key := c.Baseline()
	if job := j.open[key]; job != nil {
		return job, nil
	}
	w := j.grid.workload(c.Workload)
	j.made++
	dir := filepath.Join(j.dir, fmt.Sprint(j.made))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("preparing %s: %w", w.Name, err)
	}
	p := workloads.Params{Context: ctx, Tasks: TaskCount(w, c.Grain), Grain: c.Grain, Seed: j.seed, Dir: dir}
	if c.Payload != 0 {
		p.Axes = map[string]string{"payload": strconv.Itoa(c.Payload)}
	}
	if w.Kernel != nil {
		calibration, ok := j.calibrations[w.Name]
		if !ok {
			return nil, fmt.Errorf("preparing %s: its kernel could not be calibrated", w.Name)
		}
		p.Units = calibration.Units(c.Grain)
	}
	job, err := w.New(p)
	if err != nil {
		return nil, fmt.Errorf("preparing %s: %w", w.Name, err)
	}
	j.open[key] = job
	return job, nil
}

// discard gives up the job of c without closing it: a trial that was abandoned
// may still use it.
func (j *jobs) discard(c record.Cell) { delete(j.open, c.Baseline()) }

// close closes the jobs and removes their files.
func (j *jobs) close() error {
	var errs []error
	for _, job := range j.open {
		errs = append(errs, job.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(j.dir))...)
}
