package gate

import (
	"math"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// addSpeedups derives the speedups of a file that has the times of benchmarks with one CPU
// and with several, as go test -cpu 1,2,4 measures them: value by value in their order, or by
// block. Those with more CPUs than the machine had, where that is known, are left out.
func (side fileSide) addSpeedups(procs map[string]record.Procs, cpus int) {
	for benchmark, units := range side.values {
		bare, n := procs[benchmark.Pkg].Split(benchmark.Name())
		if n < 2 || cpus > 0 && n > cpus {
			continue
		}
		alone := side.values[record.Promise{Pkg: benchmark.Pkg, Name: bare}.Point()]
		ratios := onRatio(alone[record.UnitTime]).Over(onRatio(units[record.UnitTime]))
		speedups := estimate.Series{Scale: estimate.Difference}
		for i, block := range ratios.Blocks() {
			speedups.Add(block, math.Exp(ratios.Places()[i]))
		}
		if speedups.Len() > 0 {
			units[record.Speedup(n)] = speedups
		}
	}
}
