package inproc

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"poolbench/bench/arm/probe"
	"poolbench/bench/record"
	"poolbench/workloads"
)

// baseline is the plain loop of the same work: points that share it share their job.
func baseline(p record.Point) record.Point { return new(record.Facts).Baseline(p) }

// A place is where a point has its job and its executor. Names are taken apart once:
// every slice asks.
type place struct {
	job  record.Point
	pool poolKey
}

func (s *Session) placeOf(p record.Point) place {
	at, ok := s.places[p]
	if !ok {
		at = place{baseline(p), poolKey{p.Executor(), p.Workers()}}
		s.places[p] = at
	}
	return at
}

// job prepares the job of p, or returns it when it is there. The end of ctx ends
// the preparation.
func (s *Session) job(ctx context.Context, p record.Point) (workloads.Job, error) {
	key := s.placeOf(p).job
	if job := s.jobs[key]; job != nil {
		return job, nil
	}
	w, ok := s.grid.workload(p.Workload())
	if !ok {
		return nil, fmt.Errorf("the grid has no workload %q", p.Workload())
	}
	s.made++
	dir := filepath.Join(s.setup.Dir, fmt.Sprint(s.made))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("preparing %s: %w", w.Name, err)
	}
	params := workloads.Params{Context: ctx, Tasks: s.grid.TaskCount(w, p), Grain: p.Grain(), Axes: axesOf(w, p), Seed: s.setup.Seed, Dir: dir}
	if units := p.Get(record.AxisUnits); units != "" {
		n, err := strconv.ParseInt(units, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("preparing %s: %w", w.Name, err)
		}
		params.Units = n
	} else if w.Kernel != nil {
		c, err := s.calibration(w, params)
		if err != nil {
			return nil, fmt.Errorf("preparing %s: %w", w.Name, err)
		}
		params.Units = probe.Units(c, p.Grain())
	}
	job, err := w.New(params)
	if err != nil {
		return nil, fmt.Errorf("preparing %s: %w", w.Name, err)
	}
	s.jobs[key] = job
	s.expect(key, w, params)
	return job, nil
}

// calibration is that of the kernel of w at the axes of p: where they change what a unit
// costs, each of their values has one of its own.
func (s *Session) calibration(w workloads.Workload, p workloads.Params) (record.Calibration, error) {
	if w.KernelOf == nil || len(p.Axes) == 0 {
		if c, ok := s.calibrations[w.Name]; ok {
			return c, nil
		}
		return record.Calibration{}, errNotCalibrated
	}
	kernel, err := w.KernelOf(p)
	if err != nil {
		return record.Calibration{}, err
	}
	var name strings.Builder
	name.WriteString(w.Name)
	for _, a := range w.Axes {
		if value, ok := p.Axes[a.Name]; ok {
			name.WriteString(" " + a.Name + "=" + value)
		}
	}
	c, err := s.setup.Calibrate(name.String(), probe.Timed(kernel))
	if err != nil {
		return c, errNotCalibrated
	}
	return c, nil
}

// axesOf are the values that a point has of the axes of its workload.
func axesOf(w workloads.Workload, p record.Point) map[string]string {
	out := map[string]string{}
	for _, a := range w.Axes {
		if v := p.Get(a.Name); v != "" {
			out[a.Name] = v
		}
	}
	return out
}

// expect tells what speedup is declared for a job, once in a record.
func (s *Session) expect(what record.Point, w workloads.Workload, p workloads.Params) {
	if w.Expected == nil {
		return
	}
	c := w.Expected(p)
	if c.Of == "" {
		c.Of = workloads.Capacity
	}
	e := new(record.Facts).ExpectedOf(what, record.Curve{Of: string(c.Of), Tasks: c.Tasks, Serial: c.Serial, Slots: c.Slots})
	if !s.expected[e.What] {
		s.expected[e.What] = true
		s.setup.Tell("expected", e)
	}
}
