package reports

import (
	"math"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// observations are quantities that a model is fitted to, in logarithms, with what
// is known of their noise.
//
// The noise of one is that of its bootstrap draws. Part of it is shared by all, as
// the serial arm of a block is in every ratio of that block: the covariance is taken
// as diagonal plus a constant, which a few blocks can tell, while a full matrix of
// them would be singular.
type observations struct {
	point     []float64
	draws     []quantity // parallel to point
	precision *mat.SymDense
	// replay, when it is not nil, is the prediction with what replicate r says of
	// everything else that the model takes as known.
	replay func(out, p []float64, r int)
}

// against is o with a replay.
func (o observations) against(replay func(out, p []float64, r int)) observations {
	o.replay = replay
	return o
}

// leastNoise is the standard deviation, relative, below which nothing is believed
// to be resolved: timers, calibration and rounding are in every measurement.
const leastNoise = 0.001

// observe takes quantities that have draws; ok is false when one has none.
func observe(qs []quantity) (o observations, ok bool) {
	n := len(qs)
	for _, q := range qs {
		if q.draws == nil || math.IsNaN(q.point) || math.IsInf(q.point, 0) {
			return o, false
		}
		o.point = append(o.point, q.point)
	}
	o.draws = qs
	if n == 0 {
		return o, false
	}
	columns := make([][]float64, n)
	for i, q := range qs {
		columns[i] = make([]float64, len(q.draws))
		for r := range q.draws {
			columns[i][r] = q.draw(r)
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
func (o observations) chi2(prediction []float64) float64 {
	sum := 0.0
	for i, f := range prediction {
		ri := o.point[i] - f
		for j, g := range prediction {
			sum += ri * o.precision.At(i, j) * (o.point[j] - g)
		}
	}
	return sum
}

// A model predicts observations from parameters.
type model struct {
	bounded []bool                 // by parameter: it is never below 0
	scale   []float64              // by parameter: its order of magnitude, above 0
	predict func(out, p []float64) // logarithms, one an observation
}

// A solution is a model fitted to observations.
type solution struct {
	p      []float64
	chi2   float64
	misfit float64     // largest residual
	step   *mat.Dense  // turns residuals into the step of the parameters, in units of their scale, that removes them best
	draws  [][]float64 // by parameter and replicate, as if nothing were bounded; see resample
}

// fit finds the parameters of the least weighted squares, from each of the starts,
// none of which may be below a bound. ok is false when the observations do not tell
// all parameters.
func (m model) fit(o observations, starts ...[]float64) (s solution, ok bool) {
	s.chi2 = math.Inf(1)
	for _, start := range starts {
		if p, chi2 := m.search(o, start); chi2 < s.chi2 {
			s.p, s.chi2 = p, chi2
		}
	}
	if s.p == nil {
		return s, false
	}
	l, ok := m.linearise(o, s.p)
	if !ok {
		return s, false
	}
	var inverse mat.Dense
	if err := inverse.Inverse(l.curvature); err != nil {
		return s, false
	}
	s.step = new(mat.Dense)
	s.step.Product(&inverse, l.jacobian.T(), o.precision)
	for _, r := range l.residual {
		s.misfit = max(s.misfit, math.Abs(r))
	}
	return s, true
}

// resample fills in the draws: one Gauss-Newton step from the solution to each
// resample of the blocks (the one-step bootstrap), without bounds. A bootstrap of
// bounded fits is wrong at the bound (Andrews 2000): it puts half of its draws exactly
// there and makes the interval of every other parameter too narrow.
func (m model) resample(o observations, s *solution) {
	count := len(o.draws[0].draws)
	s.draws = make([][]float64, len(s.p))
	for i := range s.draws {
		s.draws[i] = make([]float64, count)
	}
	prediction := make([]float64, len(o.point))
	m.predict(prediction, s.p)
	for r := range count {
		if o.replay != nil {
			o.replay(prediction, s.p, r)
		}
		for i := range s.p {
			u := 0.0
			for j, q := range o.draws {
				u += s.step.At(i, j) * (q.draw(r) - prediction[j])
			}
			s.draws[i][r] = s.p[i] + u*m.scale[i]
		}
	}
}

// search is the method of Levenberg (1944) and Marquardt (1963) from one start. A
// parameter that would leave its bound stays on it. (Package optimize of gonum
// has no method for least squares.)
func (m model) search(o observations, start []float64) (p []float64, chi2 float64) {
	const rounds, enough = 60, 1e-10
	p = append([]float64(nil), start...)
	next, out := make([]float64, len(p)), make([]float64, len(o.point))
	m.predict(out, p)
	chi2 = o.chi2(out)
	damping := 1e-3
	l, ok := m.linearise(o, p)
	if !ok {
		return p, math.Inf(1)
	}
	for range rounds {
		if !l.step(next, p, m, damping) {
			return p, chi2
		}
		m.predict(out, next)
		switch c := o.chi2(out); {
		case c < chi2:
			done := chi2-c <= enough*(1+chi2)
			copy(p, next)
			chi2 = c
			if done {
				return p, chi2
			}
			damping = max(damping/10, 1e-12)
			if l, ok = m.linearise(o, p); !ok {
				return p, math.Inf(1)
			}
		case damping > 1e8:
			return p, chi2
		default:
			damping *= 10
		}
	}
	return p, chi2
}

// A linearised model is what it looks like near some parameters, in units of their
// scale.
type linearised struct {
	residual  []float64
	jacobian  *mat.Dense    // of the prediction
	curvature *mat.SymDense // J'QJ
	downhill  []float64     // J'Q·residual
}

func (m model) linearise(o observations, p []float64) (l linearised, ok bool) {
	n, k := len(o.point), len(p)
	u, scaled := make([]float64, k), make([]float64, k)
	for i := range u {
		u[i] = p[i] / m.scale[i]
	}
	l.jacobian = mat.NewDense(n, k, nil)
	fd.Jacobian(l.jacobian, func(out, u []float64) {
		for i := range u {
			scaled[i] = u[i] * m.scale[i]
		}
		m.predict(out, scaled)
	}, u, &fd.JacobianSettings{Formula: fd.Central})
	for _, v := range l.jacobian.RawMatrix().Data {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return l, false
		}
	}
	l.residual = make([]float64, n)
	m.predict(l.residual, p)
	for i := range l.residual {
		l.residual[i] = o.point[i] - l.residual[i]
	}
	var qj, curvature mat.Dense
	qj.Mul(o.precision, l.jacobian)
	curvature.Mul(l.jacobian.T(), &qj)
	l.curvature = mat.NewSymDense(k, nil)
	for i := range k {
		for j := range i + 1 {
			l.curvature.SetSym(i, j, curvature.At(i, j))
		}
	}
	l.downhill = make([]float64, k)
	mat.NewVecDense(k, l.downhill).MulVec(qj.T(), mat.NewVecDense(n, l.residual))
	return l, true
}

// step is the damped step from p, kept within bounds; false when there is none.
func (l linearised) step(next, p []float64, m model, damping float64) bool {
	var free []int
	for i := range p {
		if l.curvature.At(i, i) > 0 && !(m.bounded[i] && p[i] <= 0 && l.downhill[i] <= 0) {
			free = append(free, i)
		}
	}
	copy(next, p)
	if len(free) == 0 {
		return false
	}
	a, b := mat.NewSymDense(len(free), nil), mat.NewVecDense(len(free), nil)
	for x, i := range free {
		for y, j := range free[:x+1] {
			a.SetSym(x, y, l.curvature.At(i, j))
		}
		a.SetSym(x, x, l.curvature.At(i, i)*(1+damping))
		b.SetVec(x, l.downhill[i])
	}
	var chol mat.Cholesky
	var by mat.VecDense
	if !chol.Factorize(a) || chol.SolveVecTo(&by, b) != nil {
		return false
	}
	for x, i := range free {
		if next[i] = p[i] + by.AtVec(x)*m.scale[i]; m.bounded[i] {
			next[i] = max(next[i], 0)
		}
	}
	return true
}

// estimate is the parameter i with its interval, which does not go below a bound.
//
// At a bound, when the truth is 0 there, such an interval holds it unless even its
// lower end lies above: the coverage at 0 is that of a one-sided interval, 97.5 %.
func (s solution) estimate(m model, i, blocks int) Estimate {
	return s.times(m, i, blocks, quantity{})
}

// times is estimate, multiplied by a quantity in logarithms.
func (s solution) times(m model, i, blocks int, q quantity) Estimate {
	draws := make([]float64, len(s.draws[i]))
	for r, d := range s.draws[i] {
		draws[r] = d * math.Exp(q.draw(r))
	}
	low, high := percentiles(draws, expanded(1-Confidence, blocks))
	value := s.p[i] * math.Exp(q.point)
	e := Estimate{Value: value, Low: min(low, value), High: max(high, value), N: blocks}
	if m.bounded[i] {
		e.Low, e.High = max(e.Low, 0), max(e.High, 0)
	}
	return e
}

// expanded is the level at which a percentile interval of a few blocks is taken, so
// that it is as wide as Student's t would make it (Hesterberg 2015, "What Teachers
// Should Know about the Bootstrap").
func expanded(alpha float64, blocks int) float64 {
	n := float64(blocks)
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(1 - alpha/2)
	return 2 * distuv.UnitNormal.CDF(-math.Sqrt(n/(n-1))*t)
}

// chi2Limit is what a weighted sum of squares exceeds by chance once in a hundred
// times when the model is true.
func chi2Limit(freedom int) float64 {
	return distuv.ChiSquared{K: float64(max(freedom, 1))}.Quantile(0.99)
}

// aicc is Akaike's criterion for small samples (Hurvich and Tsai 1989) of a weighted
// sum of squares.
func aicc(chi2 float64, parameters, sample int) float64 {
	k, n := float64(parameters), float64(sample)
	return chi2 + 2*k + 2*k*(k+1)/(n-k-1)
}
