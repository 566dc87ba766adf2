package inproc

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/arm/probe"
	"poolbench/bench/block"
	"poolbench/bench/record"
	"poolbench/workloads"
)

// BenchmarkRecorder is what measuring costs: a slice of the plain loop with
// everything on (the job, sampled in-task times, limits, the collector's check)
// against a bare loop over the kernel, at grains of 100 µs. The arms are
// interleaved, so each pair met the same machine; "ratio" is the median over pairs,
// which should be below 1.01.
//
// On 2 shared virtual CPUs: go test -run '^$' -bench Recorder ./bench/arm/inproc
func BenchmarkRecorder(b *testing.B) {
	const grain = 100 * time.Microsecond
	spin, err := probe.Calibrate(probe.Timed(workloads.Spin.Kernel))
	if err != nil {
		b.Fatal(err)
	}
	units, tasks := probe.Units(spin, grain), taskCount(workloads.Spin, grain)
	session, err := Grid{Workloads: []workloads.Workload{workloads.Spin}}.open(b.Context(), arm.Setup{Seed: 1, Dir: b.TempDir(), Tell: func(string, any) {},
		Calibrate: func(string, func(int64) float64) (record.Calibration, error) { return spin, nil }})
	if err != nil {
		b.Fatal(err)
	}
	defer session.Close()
	serial, err := session.Arm(b.Context(), record.GridPoint(record.Serial, workloads.Spin.Name, 1, grain))
	if err != nil {
		b.Fatal(err)
	}
	recorded := func() float64 {
		s, err := block.Slice(b.Context(), serial, time.Minute)
		if err != nil {
			b.Fatal(err)
		}
		return s.Time
	}
	var sink uint64
	bare := func() float64 {
		begin := time.Now()
		for range tasks {
			sink += workloads.Spin.Kernel(units)
		}
		return time.Since(begin).Seconds()
	}
	random := rand.New(rand.NewPCG(1, 2))
	var ratios []float64
	for b.Loop() {
		var x, y float64
		if random.Uint64()&1 == 0 {
			x, y = recorded(), bare()
		} else {
			y, x = bare(), recorded()
		}
		ratios = append(ratios, x/y)
	}
	if sink == 0 {
		b.Fatal("the kernel gave nothing")
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
	b.ReportMetric(ratios[len(ratios)/4], "ratio-q1")
	b.ReportMetric(ratios[len(ratios)*3/4], "ratio-q3")
}
