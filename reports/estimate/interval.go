package estimate

import "math"

// An Interval is a centre with the interval around it, on a scale.
type Interval struct {
	Mid, Low, High float64 // the ends are infinite when there are too few values for the level
	Method         *Method
}

// Bounded reports whether the interval has ends.
func (v Interval) Bounded() bool { return !math.IsInf(v.High-v.Low, 0) }

// Negated is the interval of the opposite.
func (v Interval) Negated() Interval { return Interval{-v.Mid, -v.High, -v.Low, v.Method} }

// Ratio is the estimate from n blocks of which v is the logarithm; its N is 0 when the
// interval has no ends.
func (v Interval) Ratio(n int) Estimate {
	if !v.Bounded() {
		return Estimate{Value: math.Exp(v.Mid)}
	}
	return Estimate{Value: math.Exp(v.Mid), Low: math.Exp(v.Low), High: math.Exp(v.High), N: n, Method: v.Method}
}
