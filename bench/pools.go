package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/workloads"
)

// shutdownLimit is how long an executor may take to end.
const shutdownLimit = 5 * time.Second

// pools are the executors of a run. Each is made once, when it is first needed,
// and kept: what is measured stands ready before the clock starts.
type pools struct {
	grid Grid
	open map[poolKey]executors.Executor

	discarded sync.WaitGroup // shutdowns of executors that were given up
	mu        sync.Mutex
	errs      []error
}

type poolKey struct {
	executor string
	workers  int
}

func newPools(g Grid) *pools { return &pools{grid: g, open: map[poolKey]executors.Executor{}} }

func (p *pools) get(c record.Cell) (executors.Executor, error) {
	key := poolKey{c.Executor, c.Workers}
	if ex := p.open[key]; ex != nil {
		return ex, nil
	}
	ex, err := p.grid.kind(c.Executor).New(executors.Options{Workers: c.Workers})
	if err != nil {
		return nil, fmt.Errorf("starting %s with %d workers: %w", c.Executor, c.Workers, err)
	}
	p.open[key] = ex
	return ex, nil
}

// discard gives up the executor of c, as after a trial that hung: the next trial
// gets a new one. The old one is shut down beside what follows.
func (p *pools) discard(c record.Cell) {
	key := poolKey{c.Executor, c.Workers}
	if ex := p.open[key]; ex != nil {
		delete(p.open, key)
		p.discarded.Go(func() { p.shutdown(key, ex) })
	}
}

// close shuts all executors down and waits for them, at most shutdownLimit.
func (p *pools) close() error {
	var all sync.WaitGroup
	for key, ex := range p.open {
		all.Go(func() { p.shutdown(key, ex) })
	}
	clear(p.open)
	all.Wait()
	p.discarded.Wait()
	return errors.Join(p.errs...)
}

func (p *pools) shutdown(key poolKey, ex executors.Executor) {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownLimit)
	defer cancel()
	if err := ex.Shutdown(ctx); err != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.errs = append(p.errs, fmt.Errorf("shutting down %s with %d workers: %w", key.executor, key.workers, err))
	}
}

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
	p := workloads.Params{Context: ctx, Tasks: TaskCount(w, c.Grain), Grain: c.Grain, Payload: c.Payload, Seed: j.seed, Dir: dir}
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
