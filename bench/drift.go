package bench

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	driftWork  = 300 * time.Microsecond // one slice, as calibrated
	driftTries = 3                      // slices in a block; the least counts, as noise only adds
	driftLimit = 0.1                    // the deviation of the median block from the calibration that is warned of
)

// checkCalibration runs a slice of a kernel of which it is known how long it took
// when it was calibrated, and returns the least time of a few and the units in it.
// The units are fixed: they never depend on the clock.
func checkCalibration(kernel func(int64) uint64, c Calibration) (time.Duration, int64) {
	units := c.Units(driftWork)
	least := time.Duration(0)
	for i := range driftTries {
		begin := time.Now()
		calibrationSink += kernel(units)
		if elapsed := time.Since(begin); i == 0 || elapsed < least {
			least = elapsed
		}
	}
	return least, units
}

// driftWarning compares the checks of all blocks with the calibrations: drift is
// by workload the cost of a unit in each block as a multiple of the calibrated one.
func driftWarning(drift map[string][]float64) (Warning, bool) {
	var moved []string
	for name, ratios := range drift {
		sorted := slices.Sorted(slices.Values(ratios))
		if len(sorted) < leastBlocks {
			continue
		}
		middle := quantile(sorted, 0.5)
		if middle > 1+driftLimit || middle < 1/(1+driftLimit) {
			moved = append(moved, fmt.Sprintf("%s %.2f times (%.2f to %.2f in most blocks)", name, middle, quantile(sorted, 0.1), quantile(sorted, 0.9)))
		}
	}
	if len(moved) == 0 {
		return Warning{}, false
	}
	slices.Sort(moved)
	return Warning{Topic: "drift",
		What: "A unit of work cost other than when it was calibrated, in the median block by kernel: " + strings.Join(moved, ", ") + ".",
		Cure: "Nominal grains are off by as much, ratios and measured work are not: let the machine come to its steady clock rate, plug in the charger, stop other programs, and run again."}, true
}
