package reports

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// A series is one positive quantity measured once a block: parallel slices of
// block index (ascending, no duplicates) and natural logarithm of the value.
//
// Logarithms make the median of a ratio and of its inverse agree also between
// the two middle values of an even number of blocks.
type series struct {
	blocks []int
	logs   []float64
}

func (s series) len() int { return len(s.blocks) }

// over is the quantity s divided by o in the blocks that have both.
func (s series) over(o series) series {
	return s.combine(o, func(a, b float64) float64 { return a - b })
}

// within is s in the blocks that o has too.
func (s series) within(o series) series { return s.combine(o, func(a, _ float64) float64 { return a }) }

func (s series) combine(o series, f func(a, b float64) float64) series {
	var out series
	for i, j := 0, 0; i < len(s.blocks) && j < len(o.blocks); {
		switch {
		case s.blocks[i] < o.blocks[j]:
			i++
		case s.blocks[i] > o.blocks[j]:
			j++
		default:
			out.blocks = append(out.blocks, s.blocks[i])
			out.logs = append(out.logs, f(s.logs[i], o.logs[j]))
			i, j = i+1, j+1
		}
	}
	return out
}

// scaled is the quantity multiplied by factor, which must be above 0.
func (s series) scaled(factor float64) series {
	out := series{blocks: s.blocks, logs: slices.Clone(s.logs)}
	for i := range out.logs {
		out.logs[i] += math.Log(factor)
	}
	return out
}

// median is the median of the logarithms; NaN for an empty series.
func (s series) median() float64 { return median(s.logs) }

func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// A resampler holds one set of bootstrap resamples of whole blocks, shared by all
// estimates of an analysis: replicate r of one quantity and replicate r of
// another saw the same blocks, so anything computed from several quantities keeps
// their correlation.
//
// The interval is the percentile bootstrap (Efron 1979): the 2.5 % and 97.5 %
// quantiles of the statistic over resamples of the blocks, drawn with
// replacement.
type resampler struct {
	weights [][]uint8 // by replicate and block index: how often the block was drawn
	visits  int       // times that a value was looked at, for the test of how work grows
}

const (
	replicates    = 1000
	bootstrapSeed = 0x706f6f6c62656e63 // any constant: the same record gives the same bytes
)

// newResampler draws the resamples of the given number of blocks. Records with
// more than 20,000 blocks get fewer of them, but at least 100: their intervals are
// narrow, and the draws would not fit into memory.
func newResampler(blocks int) *resampler {
	count := replicates
	if blocks > 20_000 {
		count = max(100, 20_000*replicates/blocks)
	}
	source := rand.NewPCG(bootstrapSeed, bootstrapSeed)
	rs := &resampler{weights: make([][]uint8, count)}
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

// replicate computes a statistic of the blocks for every resample. The statistic
// gets the weight of each block and may answer NaN when the resample holds
// nothing for it.
func (rs *resampler) replicate(statistic func(weights []uint8) float64) []float64 {
	out := make([]float64, len(rs.weights))
	for r, w := range rs.weights {
		out[r] = statistic(w)
	}
	return out
}

// medians is the median of the logarithms of s in every resample.
func (rs *resampler) medians(s series) []float64 {
	order := make([]int, s.len())
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case s.logs[a] < s.logs[b]:
			return -1
		case s.logs[a] > s.logs[b]:
			return +1
		}
		return 0
	})
	rs.visits += len(order) * len(rs.weights)
	blocks, logs := make([]int, len(order)), make([]float64, len(order))
	for i, o := range order {
		blocks[i], logs[i] = s.blocks[o], s.logs[o]
	}
	return rs.replicate(func(w []uint8) float64 {
		total := 0
		for _, b := range blocks {
			total += int(w[b])
		}
		if total == 0 {
			return math.NaN()
		}
		low, seen := math.NaN(), 0
		for i, b := range blocks {
			seen += int(w[b])
			if seen > (total-1)/2 && math.IsNaN(low) {
				low = logs[i]
			}
			if seen > total/2 {
				return (low + logs[i]) / 2
			}
		}
		return low // not reached: seen ends at total
	})
}

// quantity is a series with its estimate and replicates, all in logarithms.
type quantity struct {
	n     int
	point float64   // median; NaN when n is 0
	draws []float64 // by replicate; nil when there are too few blocks for an interval
	logs  []float64 // by block, what the point is the median of; nil when nothing was measured
}

func (rs *resampler) quantity(s series) quantity {
	q := quantity{n: s.len(), point: s.median(), logs: s.logs}
	if q.n >= MinBlocks {
		q.draws = rs.medians(s)
	}
	return q
}

// estimate leaves the logarithms.
func (q quantity) estimate() Estimate {
	e := Estimate{N: q.n}
	if q.n == 0 {
		return e
	}
	e.Value = math.Exp(q.point)
	if q.draws != nil {
		low, high := q.interval(1 - Confidence)
		e.Low, e.High = math.Exp(low), math.Exp(high)
	}
	return e
}

// interval is the percentile interval of level 1-alpha, in logarithms. It always
// holds the point.
func (q quantity) interval(alpha float64) (low, high float64) {
	low, high = percentiles(q.draws, alpha)
	if math.IsNaN(low) {
		return q.point, q.point
	}
	return min(low, q.point), max(high, q.point)
}

func (rs *resampler) estimate(s series) Estimate { return rs.quantity(s).estimate() }

// percentiles are the alpha/2 and 1-alpha/2 quantiles of the draws that are not
// NaN, by nearest rank away from the middle; NaN when there are none. Infinite
// draws take part.
func percentiles(draws []float64, alpha float64) (low, high float64) {
	sorted := make([]float64, 0, len(draws))
	for _, d := range draws {
		if !math.IsNaN(d) {
			sorted = append(sorted, d)
		}
	}
	n := len(sorted)
	if n == 0 {
		return math.NaN(), math.NaN()
	}
	slices.Sort(sorted)
	k := min(int(alpha/2*float64(n)), (n-1)/2)
	return sorted[k], sorted[n-1-k]
}
