// Package estimate is the arithmetic of reports and of the gate: numbers in, numbers
// with intervals out. It knows no words, no records and no views, and everything in it
// is a pure function: equal values give equal results.
//
//  1. A Series holds what was measured once a block, on a Scale. Two of them are
//     compared within their blocks (Series.Over).
//  2. A Resampler makes Quantities of them, with draws; quantities are multiplied and
//     divided, put into a Curve or given to a Model, and become Estimates at the end.
//  3. A Curve says where two arms meet (Crossing) and which constant to write into a
//     program (Threshold); a Model what explains the points.
//  4. Paired values of two builds have exact tests and intervals (SignedRank), those of
//     different runs another (Shift), histories have ChangePoints.
package estimate

// Confidence is the level of every interval for which no other one is named.
const Confidence = 0.95

// Certainty is the level of what is decided: of all answers of one kind to one question
// together, however many arms it compares. See Shared.
const Certainty = 0.99

// MinBlocks is the least number of blocks that an interval needs: with fewer
// than 6 values the exact two-sided 95 % interval of a median is unbounded.
const MinBlocks = 6

// An Estimate is the median of a within-block quantity with its interval.
type Estimate struct {
	Value     float64
	Low, High float64 // interval, of level Confidence unless another is named; meaningful only when Known reports true
	N         int     // blocks it was made from
	Method    *Method // how the interval was made; nil without one
}

// Known reports whether there were enough blocks for an interval.
func (e Estimate) Known() bool { return e.N >= MinBlocks }

// Exactly is a value that n blocks agree on, or that is so by definition.
func Exactly(value float64, n int) Estimate {
	return Estimate{Value: value, Low: value, High: value, N: n, Method: Exact}
}

// Map is f of the estimate, for an f that only rises or only falls. What has no
// interval gets none.
func (e Estimate) Map(f func(float64) float64) Estimate {
	e.Value = f(e.Value)
	if e.Known() {
		low, high := f(e.Low), f(e.High)
		e.Low, e.High = min(low, high), max(low, high)
	}
	return e
}
