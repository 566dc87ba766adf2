package estimate

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Observations are quantities that a model is fitted to, in logarithms, with what
// is known of their noise.
//
// The noise of one is that of its bootstrap draws. Part of it is shared by all, as
// the serial arm of a block is in every ratio of that block: the covariance is taken
// as diagonal plus a constant, which a few blocks can tell, while a full matrix of
// them would be singular.
type Observations struct {
	Points []float64  // what is fitted to, in logarithms
	Draws  []Quantity // parallel to Points; may know more of the uncertainty than the noise does
	// Replay, when it is not nil, is the prediction with what replicate r says of
	// everything else that the model takes as known.
	Replay    func(out, p []float64, r int)
	blocks    int // of the one with the fewest
	precision *mat.SymDense
}

// leastNoise is the standard deviation, relative, below which nothing is believed
// to be resolved: timers, calibration and rounding are in every measurement.
const leastNoise = 0.001

// Observe takes quantities that have draws; ok is false when one has none, or there are
// none.
func Observe(qs []Quantity) (o Observations, ok bool) {
	n := len(qs)
	o.blocks = math.MaxInt
	for _, q := range qs {
		if q.Draws == nil || math.IsNaN(q.Point) || math.IsInf(q.Point, 0) {
			return o, false
		}
		o.Points, o.blocks = append(o.Points, q.Point), min(o.blocks, q.N)
	}
	o.Draws = qs
	if n == 0 {
		return o, false
	}
	columns := make([][]float64, n)
	for i, q := range qs {
		columns[i] = make([]float64, len(q.Draws))
		for r := range q.Draws {
			columns[i][r] = q.Draw(r)
		}
	}
	variance := make([]float64, n)
	shared, pairs, least := 0.0, 0.0, math.Inf(1)
	for i := range columns {
		variance[i] = stat.Variance(columns[i], nil)
		least = min(least, variance[i])
		for j := range i {
			shared += stat.Covariance(columns[i], columns[j], nil)
			pairs++
		}
	}
	if pairs > 0 {
		shared = min(max(shared/pairs, 0), least)
	}
	covariance := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i {
			covariance.SetSym(i, j, shared)
		}
		covariance.SetSym(i, i, max(variance[i], shared+leastNoise*leastNoise))
	}
	var chol mat.Cholesky
	o.precision = mat.NewSymDense(n, nil)
	if !chol.Factorize(covariance) || chol.InverseTo(o.precision) != nil {
		return o, false
	}
	return o, true
}

// chi2 is the weighted sum of squares of the residuals of a prediction.
func (o Observations) chi2(prediction []float64) float64 {
	sum := 0.0
	for i, f := range prediction {
		ri := o.Points[i] - f
		for j, g := range prediction {
			sum += ri * o.precision.At(i, j) * (o.Points[j] - g)
		}
	}
	return sum
}
