package estimate

import "math"

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
