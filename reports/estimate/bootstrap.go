package estimate

import (
	"cmp"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"sync/atomic"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Resampler holds one set of bootstrap resamples of whole blocks, shared by all
// estimates of an analysis: replicate r of one quantity and replicate r of
// another saw the same blocks, so anything computed from several quantities keeps
// their correlation.
//
// The interval is the percentile bootstrap (Efron 1979): the 2.5 % and 97.5 %
// quantiles of the statistic over resamples of the blocks, drawn with
// replacement.
type Resampler struct {
	Visits  atomic.Int64 // times that a value was looked at so far: how the work grows
	weights [][]uint8    // by replicate and block index: how often the block was drawn
}

const (
	replicates    = 1000
	bootstrapSeed = 0x706f6f6c62656e63 // any constant: the same record gives the same bytes
)

// NewResampler draws the resamples of the given number of blocks; indices of blocks are
// below it. Records with more than 20,000 blocks get fewer of them, but at least 100:
// their intervals are narrow, and the draws would not fit into memory.
func NewResampler(blocks int) *Resampler {
	count := replicates
	if blocks > 20_000 {
		count = max(100, 20_000*replicates/blocks)
	}
	source := rand.NewPCG(bootstrapSeed, bootstrapSeed)
	rs := &Resampler{weights: make([][]uint8, count)}
	for r := range rs.weights {
		w := make([]uint8, blocks)
		for range blocks {
			// Not rand.IntN, whose use of the source may change between Go versions.
			i, _ := bits.Mul64(source.Uint64(), uint64(blocks))
			if w[i] < math.MaxUint8 {
				w[i]++
			}
		}
		rs.weights[r] = w
	}
	return rs
}

// Quantity is the median of s with its draws.
func (rs *Resampler) Quantity(s Series) Quantity {
	q := Quantity{Scale: s.Scale, N: s.Len(), Point: s.Point(), Places: s.places}
	if q.N >= MinBlocks {
		q.Draws = rs.medians(s)
	}
	return q
}

// Estimate is the median of s with its interval.
func (rs *Resampler) Estimate(s Series) Estimate { return rs.Quantity(s).Estimate() }

// Total is the sum of values, one of each block by its index, on Difference.
func (rs *Resampler) Total(values []float64) Quantity {
	q := Quantity{Scale: Difference, N: len(values)}
	for _, v := range values {
		q.Point += v
	}
	if q.N < MinBlocks {
		return q
	}
	rs.Visits.Add(int64(len(values) * len(rs.weights)))
	q.Draws = make([]float64, len(rs.weights))
	for r, w := range rs.weights {
		for i, v := range values {
			q.Draws[r] += float64(w[i]) * v
		}
	}
	return q
}

// Elsewhere is a ratio that was estimated from other blocks, with its interval of level
// 1-alpha: its draws are those of a normal logarithm, whatever blocks were drawn.
func (rs *Resampler) Elsewhere(e Estimate, alpha float64) Quantity {
	q := Quantity{N: e.N, Point: math.Log(e.Value)}
	if !e.Known() || !(e.Low > 0) {
		return q
	}
	sd := math.Log(e.High/e.Low) / 2 / distuv.UnitNormal.Quantile(1-alpha/2)
	source := rand.NewPCG(bootstrapSeed, 1)
	q.Draws = make([]float64, len(rs.weights))
	for r := range q.Draws {
		q.Draws[r] = q.Point + sd*distuv.UnitNormal.Quantile((float64(source.Uint64()>>11)+0.5)/(1<<53))
	}
	return q
}

// medians is the median of the places of s in every resample; NaN in those that drew
// none of its blocks.
func (rs *Resampler) medians(s Series) []float64 {
	rs.Visits.Add(int64(s.Len() * len(rs.weights)))
	sorted := make([]placed, s.Len())
	for i, b := range s.blocks {
		sorted[i] = placed{s.places[i], b}
	}
	slices.SortStableFunc(sorted, func(a, b placed) int { return cmp.Compare(a.place, b.place) })
	out := make([]float64, len(rs.weights))
	for r, w := range rs.weights {
		out[r] = weightedMedian(sorted, w)
	}
	return out
}

// A placed value is that of a block.
type placed struct {
	place float64
	block int
}

// weightedMedian is the median of values in ascending order, each as often as its block
// was drawn; NaN when none was.
func weightedMedian(sorted []placed, weights []uint8) float64 {
	total := 0
	for _, v := range sorted {
		total += int(weights[v.block])
	}
	low, seen := math.NaN(), 0
	for _, v := range sorted {
		seen += int(weights[v.block])
		if seen > (total-1)/2 && math.IsNaN(low) {
			low = v.place
		}
		if seen > total/2 {
			return (low + v.place) / 2
		}
	}
	return low // none was drawn
}
