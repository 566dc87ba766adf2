package bench

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/workloads"
)

// BenchmarkRecorder is what measuring costs: a trial of the plain loop with
// everything on (the job, sampled in-task times, limits, the collector's check)
// against a bare loop over the kernel, at grains of 100 µs. The arms are
// interleaved, so each pair met the same machine; "ratio" is the median over pairs,
// which should be below 1.01.
//
// On 2 shared virtual CPUs: go test -run '^$' -bench Recorder ./bench
func BenchmarkRecorder(b *testing.B) {
	const grain = 100 * time.Microsecond
	spin, err := Calibrate(workloads.Spin.Kernel)
	if err != nil {
		b.Fatal(err)
	}
	units, tasks := spin.Units(grain), TaskCount(workloads.Spin, grain)
	job, err := workloads.Spin.New(workloads.Params{Tasks: tasks, Grain: grain, Units: units, Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	serial, err := executors.Serial.New(executors.Options{Workers: 1})
	if err != nil {
		b.Fatal(err)
	}
	recorded := func() float64 {
		elapsed, err := timeJob(b.Context(), job, serial, time.Minute)
		if err != nil {
			b.Fatal(err)
		}
		return elapsed.Seconds()
	}
	bare := func() float64 {
		begin := time.Now()
		for range tasks {
			calibrationSink += workloads.Spin.Kernel(units)
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
	slices.Sort(ratios)
	b.ReportMetric(quantile(ratios, 0.5), "ratio")
	b.ReportMetric(quantile(ratios, 0.25), "ratio-q1")
	b.ReportMetric(quantile(ratios, 0.75), "ratio-q3")
}
