package inproc

import (
	"fmt"
	"testing"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/arm/probe"
	"poolbench/bench/record"
	"poolbench/workloads"
)

// A unit costs what it does at the axes of the point, so that a grain is what it says at
// all of them. The kernel of each value is calibrated once and by a name of its own.
func TestJobsAreCalibratedAtTheirAxes(t *testing.T) {
	var units []int64
	cost := 1 // of a unit of the kernel that was run last, in µs
	dear := workloads.Spin
	dear.Axes = []workloads.Axis{{Name: "factor", Values: []string{"1", "4"}}, {Name: "side", Values: []string{"left"}}}
	dear.KernelOf = func(p workloads.Params) (func(int64) uint64, error) {
		factor, err := p.Count(dear.Axes[0])
		return func(units int64) uint64 { cost = factor; return 0 }, err
	}
	dear.New = func(p workloads.Params) (workloads.Job, error) {
		units = append(units, p.Units)
		return nil, nil
	}
	names := map[string]record.Calibration{}
	session, err := Grid{Workloads: []workloads.Workload{dear}}.open(t.Context(), arm.Setup{Dir: t.TempDir(), Tell: func(string, any) {},
		Calibrate: func(name string, timed func(int64) float64) (record.Calibration, error) {
			if c, ok := names[name]; ok {
				return c, nil
			}
			timed(1)
			names[name] = record.Calibration{PerUnit: float64(cost) * 1e-6}
			return names[name], nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	base := record.GridPoint(record.Serial, "spin", 1, 36*time.Microsecond)
	for _, p := range []record.Point{base, base.With("factor", "4"), base.With("factor", "9"), base.With("factor", "4").With("side", "right")} {
		if _, err := session.(*Session).job(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	if got := fmt.Sprint(units); got != "[36 9 4 9]" {
		t.Errorf("units %s", got)
	}
	for _, name := range []string{"spin", "spin factor=4", "spin factor=9", "spin factor=4 side=right"} {
		if _, ok := names[name]; !ok || len(names) != 4 {
			t.Errorf("calibrated as %v, want %q among 4", names, name)
		}
	}
	if _, err := session.(*Session).job(t.Context(), base.With("factor", "many")); err == nil {
		t.Error("a value that the kernel refuses is measured")
	}
}

// A kernel costs more for more units, at every value of the axes: where some units cost the
// same as one, no grain could be had.
func TestKernelsCanBeCalibrated(t *testing.T) {
	for _, w := range workloads.All() {
		if w.KernelOf == nil {
			continue
		}
		for _, p := range (Grid{}).withAxes(pointOf(w, w.Grains[0]), w.Axes) {
			kernel, err := w.KernelOf(workloads.Params{Axes: axesOf(w, p)})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := probe.Calibrate(probe.Timed(kernel)); err != nil {
				t.Errorf("%s: %v", p, err)
			}
		}
	}
}
