package bench

import (
	"fmt"
	"slices"
	"strings"

	"poolbench/bench/record"
)

// doubts are what the probes say at the end of a run that lowers trust in it.
type doubts struct {
	found map[string]record.Calibration
	drift map[string][]float64 // by kernel: cost of a unit over the calibrated one, by block
}

func newDoubts(found map[string]record.Calibration) *doubts {
	return &doubts{found: found, drift: map[string][]float64{}}
}

// take looks at a result.
func (d *doubts) take(r record.Result) {
	if r.Point.Benchmark() == record.CalibrationBenchmark {
		name := r.Point.Workload()
		d.drift[name] = append(d.drift[name], r.Values[record.UnitTime]/(r.Values[record.UnitKernel]*d.found[name].PerUnit))
	}
}

// driftLimit is the deviation of the median block from the calibration that is warned of.
const driftLimit = 0.1

func (d *doubts) warnings() (out []record.Warning) {
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
