package estimate

import (
	"math"
	"slices"
)

// A Quantity is a Series with its median and that of every resample, all on the scale:
// on Ratio they are logarithms.
type Quantity struct {
	Scale  Scale
	N      int       // blocks
	Point  float64   // median; NaN when N is 0, unless it is the zero Quantity
	Draws  []float64 // by replicate; nil when there are too few blocks for an interval
	Places []float64 // by block, what the point is the median of; nil when nothing was measured
}

// Constant is a ratio known without measuring, above 0.
func Constant(value float64) Quantity { return Quantity{N: 1, Point: math.Log(value)} }

// Estimate leaves the scale.
func (q Quantity) Estimate() Estimate {
	e := Estimate{N: q.N}
	if q.N == 0 {
		return e
	}
	e.Value = q.Scale.Value(q.Point)
	if q.Draws != nil {
		low, high := q.Interval(1 - Confidence)
		e.Low, e.High, e.Method = q.Scale.Value(low), q.Scale.Value(high), Bootstrap
	}
	return e
}

// Interval is the percentile interval of level 1-alpha, on the scale. It always holds
// the point.
func (q Quantity) Interval(alpha float64) (low, high float64) { return around(q.Point, q.Draws, alpha) }

// Draw is the value in replicate r, on the scale; the point where there is none.
func (q Quantity) Draw(r int) float64 {
	if q.Draws == nil || math.IsNaN(q.Draws[r]) {
		return q.Point
	}
	return q.Draws[r]
}

// Times is q multiplied by o, on Difference the sum of both. See Per.
func (q Quantity) Times(o Quantity) Quantity { return q.Per(o.Inverse()) }

// Per is q divided by o, on Difference q minus o; both must be on one scale, else there
// is no such quantity (N is 0). A constant o, or one with too few blocks, adds no
// uncertainty. The places are those of q, moved by the point of o.
func (q Quantity) Per(o Quantity) Quantity {
	if q.Scale != o.Scale {
		return Quantity{Scale: q.Scale, Point: math.NaN()}
	}
	out := Quantity{Scale: q.Scale, N: q.N, Point: q.Point - o.Point, Places: make([]float64, len(q.Places))}
	for i, l := range q.Places {
		out.Places[i] = l - o.Point
	}
	if q.Draws == nil {
		return out
	}
	out.Draws = make([]float64, len(q.Draws))
	for i, d := range q.Draws {
		out.Draws[i] = d - o.Draw(i)
	}
	return out
}

// Combine is a quantity on a scale that is computed from at least one other, whose values
// on their own scales are those of f. It has as many blocks as the one with the fewest, and
// no places.
func Combine(scale Scale, f func(values []float64) float64, of ...Quantity) Quantity {
	out := Quantity{Scale: scale, N: math.MaxInt}
	values, replicates := make([]float64, len(of)), 0
	for i, q := range of {
		values[i], out.N, replicates = q.Point, min(out.N, q.N), max(replicates, len(q.Draws))
	}
	if out.Point = f(values); out.N < MinBlocks {
		return out
	}
	for r := range replicates {
		for i, q := range of {
			values[i] = q.Draw(r)
		}
		out.Draws = append(out.Draws, f(values))
	}
	return out
}

// Inverse is 1/q, on Difference -q.
func (q Quantity) Inverse() Quantity {
	return Quantity{Scale: q.Scale, N: q.N, Point: -q.Point, Draws: Negated(q.Draws), Places: Negated(q.Places)}
}

// FromDraws is a value that n blocks gave, with the percentile interval of its draws.
// It always holds the value, and is the value when no draw is a number.
func FromDraws(value float64, draws []float64, n int) Estimate {
	low, high := around(value, draws, 1-Confidence)
	return Estimate{Value: value, Low: low, High: high, N: n, Method: Bootstrap}
}

// around is the percentile interval of level 1-alpha, widened to hold the value.
func around(value float64, draws []float64, alpha float64) (low, high float64) {
	low, high = percentiles(draws, alpha)
	if math.IsNaN(low) {
		return value, value
	}
	return min(low, value), max(high, value)
}

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
