package gate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Three estimators of ln(head/base) within a block. Each changes its sign when
// the builds change places, so which of them scatters least may be looked up in
// the data without favouring a side. Which one that is differs: for arithmetic on
// one thread the low ones, which see the undisturbed chunks, for pools and memory
// the centre.
const (
	centre     = iota // Hodges-Lehmann centre of the log ratios of the chunk pairs
	lowTenth          // log ratio of the 10th percentiles
	least             // log ratio of the minima
	estimators        // how many there are
)

// blockRatios are the estimates of one block; base and head hold positive values.
func blockRatios(base, head []float64) (r [estimators]float64) {
	logs := make([]float64, len(base))
	for i := range base {
		logs[i] = math.Log(head[i] / base[i])
	}
	means := walsh(logs)
	r[centre] = (means[(len(means)-1)/2] + means[len(means)/2]) / 2
	b, h := slices.Sorted(slices.Values(base)), slices.Sorted(slices.Values(head))
	r[lowTenth] = math.Log(stat.Quantile(0.1, stat.LinInterp, h, nil) / stat.Quantile(0.1, stat.LinInterp, b, nil))
	r[least] = math.Log(h[0] / b[0])
	return r
}

// median is NaN without values.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
