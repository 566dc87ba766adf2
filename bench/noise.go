package bench

import (
	"fmt"
	"slices"
	"time"

	"poolbench/bench/record"
)

const (
	noiseWork  = 100 * time.Microsecond // one sample of the noise probe
	noiseCount = 200
)

// probeNoise runs the same short work again and again: on a quiet machine all
// samples take the same time. It takes about 20 ms.
func probeNoise(kernel func(int64) uint64, c Calibration) (notes []record.Field, warnings []Warning) {
	units := c.Units(noiseWork)
	samples := make([]float64, noiseCount)
	for i := range samples {
		begin := time.Now()
		calibrationSink += kernel(units)
		samples[i] = time.Since(begin).Seconds()
	}
	slices.Sort(samples)
	p50, p99 := quantile(samples, 0.5)/samples[0], quantile(samples, 0.99)/samples[0]
	notes = []record.Field{{Key: "noise",
		Value: fmt.Sprintf("p50 %.2f, p99 %.2f of the least of %d times %v", p50, p99, noiseCount, noiseWork)}}
	if p50 > 1.2 || p99 > 3 {
		warnings = []Warning{{"noise",
			fmt.Sprintf("The same %v of work took %.2f times its least time at the median and %.1f times at the 99th percentile.", noiseWork, p50, p99),
			"Close other programs, plug in the charger, or use a machine of your own; otherwise give the run a larger budget."}}
	}
	return notes, warnings
}
