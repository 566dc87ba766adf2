package inproc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"poolbench/workloads"
)

// Try prepares and closes a job of one task for every combination of values of a workload of
// which Axes has values, so that what a workload refuses is known before anything is
// measured. It leaves no files.
func (g Grid) Try(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "poolbench-try-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for i, w := range g.Workloads {
		if !slices.ContainsFunc(w.Axes, func(a workloads.Axis) bool { return len(g.Axes[a.Name]) > 0 }) {
			continue
		}
		grains := g.grains(w)
		for j, p := range g.withAxes(pointOf(w, grains[0]), w.Axes) {
			one := workloads.Params{Context: ctx, Tasks: 1, Grain: grains[0], Units: 1, Axes: axesOf(w, p), Seed: 1, Dir: filepath.Join(dir, fmt.Sprint(i, "-", j))}
			if err := os.Mkdir(one.Dir, 0o700); err != nil {
				return err
			}
			job, err := w.New(one)
			if err == nil {
				err = job.Close()
			}
			if err != nil {
				return fmt.Errorf("%s: %w", w.Name, err)
			}
		}
	}
	return nil
}
