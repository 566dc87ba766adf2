package bench

import (
	"fmt"
	"slices"
	"strings"

	"poolbench/bench/host"
	"poolbench/bench/record"
)

// doubts are what the probes say at the end of a run that lowers trust in it.
type doubts struct {
	found map[string]record.Calibration
	drift map[string][]float64 // by kernel: cost of a unit over the calibrated one, by block
	rate  map[int][]float64    // by workers: seconds of the capacity probe
}

func newDoubts(found map[string]record.Calibration) *doubts {
	return &doubts{found: found, drift: map[string][]float64{}, rate: map[int][]float64{}}
}

// take looks at a result.
func (d *doubts) take(r record.Result) {
	seconds := r.Values[record.UnitTime]
	switch r.Point.Benchmark() {
	case record.CapacityBenchmark:
		d.rate[r.Point.Workers()] = append(d.rate[r.Point.Workers()], seconds)
	case record.CalibrationBenchmark:
		name := r.Point.Workload()
		d.drift[name] = append(d.drift[name], seconds/(r.Values[record.UnitKernel]*d.found[name].PerUnit))
	}
}

// driftLimit is the deviation of the median block from the calibration that is warned of.
const driftLimit = 0.1

func (d *doubts) warnings() (out []record.Warning) {
	cpus := host.CPUs()
	if one, all := d.rate[1], d.rate[cpus]; cpus > 1 && len(one) > 0 && len(all) > 0 {
		if got := float64(cpus) * middle(one) / middle(all); got < 0.75*float64(cpus) {
			out = append(out, record.Warning{Topic: "capacity", What: fmt.Sprintf("%d CPUs together do the work of %.1f.", cpus, got),
				Cure: "Judge speedups against this measured ideal; for more, stop other programs or use a machine that does not share its cores."})
		}
	}
	var moved []string
	for name, ratios := range d.drift {
		if m := middle(ratios); len(ratios) >= leastBlocks && (m > 1+driftLimit || m < 1/(1+driftLimit)) {
			n := len(ratios) // sorted by now
			moved = append(moved, fmt.Sprintf("%s %.2f times (%.2f to %.2f in most blocks)", name, m, ratios[n/10], ratios[min(n*9/10, n-1)]))
		}
	}
	if len(moved) > 0 {
		slices.Sort(moved)
		out = append(out, record.Warning{Topic: "drift",
			What: "A unit of work cost other than when it was calibrated, in the median block by kernel: " + strings.Join(moved, ", ") + ".",
			Cure: "Nominal grains are off by as much, ratios and measured work are not: let the machine come to its steady clock rate, plug in the charger, stop other programs, and run again."})
	}
	return out
}

// middle sorts values, which are not empty, and is the upper of those in the middle.
func middle(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
