package host

import (
	"fmt"
	"slices"
	"time"
)

const (
	noiseWork  = 100 * time.Microsecond // one sample of the noise probe
	noiseCount = 200
)

// ProbeNoise runs the same short work again and again: on a quiet machine all
// samples take the same time. compute does work of the length that it is told. It
// takes about 20 ms.
func ProbeNoise(compute func(time.Duration)) (f Findings) {
	samples := make([]float64, noiseCount)
	for i := range samples {
		begin := time.Now()
		compute(noiseWork)
		samples[i] = time.Since(begin).Seconds()
	}
	slices.Sort(samples)
	p50, p99 := samples[noiseCount/2]/samples[0], samples[noiseCount*99/100]/samples[0]
	f.read("noise.p50", p50, "of the least")
	f.read("noise.p99", p99, "of the least")
	if p50 > 1.2 || p99 > 3 {
		f.warn("noise", fmt.Sprintf("The same %v of work took %.2f times its least time at the median and %.1f times at the 99th percentile.", noiseWork, p50, p99),
			"Close other programs, plug in the charger, or use a machine of your own; otherwise give the run a larger budget.")
	}
	return f
}
