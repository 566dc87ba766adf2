package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"poolbench/bench/compare/build"
	"poolbench/bench/record"
	"poolbench/workloads"
)

// BenchmarkGrid runs the standard grid with Go's own harness. Its results have
// the names of a record, so every tool that reads one reads this; but it runs
// one cell to its end after another, and what drifts meanwhile is not taken out.
func BenchmarkGrid(b *testing.B) {
	g := StandardGrid()
	calibrations := map[string]Calibration{}
	for _, w := range g.Workloads {
		if w.Kernel == nil {
			continue
		}
		c, err := sharedCalibration(w)
		if err != nil {
			b.Fatalf("calibrating %s: %v", w.Name, err)
		}
		calibrations[w.Name] = c
	}
	jobs, err := newJobs(g, 1, calibrations)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := jobs.close(); err != nil {
			b.Error(err)
		}
	})
	for _, c := range g.Cells() {
		b.Run(strings.TrimPrefix(c.Name(), record.GridBenchmark+"/"), func(b *testing.B) {
			benchmarkCell(b, g, jobs, c)
		})
	}
}

// sharedCalibration is that of the other build where a gate compares two, or it would
// compare different work, and a kernel that became slower would get less of it.
func sharedCalibration(w workloads.Workload) (Calibration, error) {
	dir := os.Getenv(build.SharedDirVariable)
	if dir == "" {
		return Calibrate(w.Kernel)
	}
	path := filepath.Join(dir, "calibration-"+w.Name)
	if text, err := os.ReadFile(path); err == nil {
		if c, ok := parseCalibration(string(text)); ok {
			return c, nil
		}
	}
	c, err := Calibrate(w.Kernel)
	if err != nil {
		return c, err
	}
	mine := fmt.Sprintf("%s-%d", path, os.Getpid())
	return c, errors.Join(os.WriteFile(mine, []byte(c.String()), 0o666), os.Rename(mine, path))
}

func benchmarkCell(b *testing.B, g Grid, jobs *jobs, c record.Cell) {
	pools := newPools(g)
	defer func() {
		if err := pools.close(); err != nil {
			b.Error(err)
		}
	}()
	job, err := jobs.get(b.Context(), c)
	if err != nil {
		b.Fatal(err)
	}
	ex, err := pools.get(b.Context(), c)
	if err != nil {
		b.Fatal(err)
	}
	run := func() {
		if err := job.Run(context.Background(), ex); err != nil {
			b.Fatal(err)
		}
	}
	run() // workers start, files are opened
	for b.Loop() {
		run()
	}
	if err := job.Check(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(TaskCount(g.workload(c.Workload), c.Grain)), "tasks/op")
}
