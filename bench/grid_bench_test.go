package bench_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"poolbench/bench/arm"
	"poolbench/bench/arm/gobench/build"
	"poolbench/bench/arm/inproc"
	"poolbench/bench/arm/probe"
	"poolbench/bench/record"
	"poolbench/workloads"
)

// BenchmarkGrid runs the standard grid with Go's own harness. Its results have
// the names of a record, so every tool that reads one reads this; but it runs
// one point to its end after another, and what drifts meanwhile is not taken out.
func BenchmarkGrid(b *testing.B) {
	g := inproc.StandardGrid()
	setup := arm.Setup{Seed: 1, Dir: b.TempDir(), Calibrate: sharedCalibration, Tell: func(string, any) {}}
	for _, p := range g.Points() {
		b.Run(strings.TrimPrefix(p.Name(), record.GridBenchmark+"/"), func(b *testing.B) { benchmarkPoint(b, g, setup, p) })
	}
}

// sharedCalibration is that of the other build where a gate compares two, or it would
// compare different work, and a kernel that became slower would get less of it.
func sharedCalibration(name string, kernel func(units int64) uint64) (c record.Calibration, err error) {
	if c, ok := calibrated[name]; ok {
		return c, nil
	}
	defer func() { calibrated[name] = c }()
	dir := os.Getenv(build.SharedDirVariable)
	if dir == "" {
		return probe.Calibrate(kernel)
	}
	path := filepath.Join(dir, "calibration-"+name)
	if text, err := os.ReadFile(path); err == nil && json.Unmarshal(text, &c) == nil && c.PerUnit > 0 {
		return c, nil
	}
	if c, err = probe.Calibrate(kernel); err != nil {
		return c, err
	}
	text, err := json.Marshal(c)
	if err != nil {
		return c, err
	}
	mine := fmt.Sprintf("%s-%d", path, os.Getpid())
	return c, errors.Join(os.WriteFile(mine, text, 0o666), os.Rename(mine, path))
}

// calibrated are the kernels that this process has calibrated.
var calibrated = map[string]record.Calibration{}

func benchmarkPoint(b *testing.B, g inproc.Grid, setup arm.Setup, p record.Point) {
	// Only what the point needs stands while it is timed.
	g.Workloads = []workloads.Workload{workloadOf(g, p)}
	setup.Dir = b.TempDir()
	opened, err := g.Source().Open(b.Context(), setup)
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := opened.Close(); err != nil {
			b.Error(err)
		}
	}()
	job, ex, err := opened.(*inproc.Session).Job(b.Context(), p)
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
	b.ReportMetric(float64(g.TaskCount(workloadOf(g, p), p)), "tasks/op")
}

func workloadOf(g inproc.Grid, p record.Point) workloads.Workload {
	for _, w := range g.Workloads {
		if w.Name == p.Workload() {
			return w
		}
	}
	return workloads.Workload{}
}
