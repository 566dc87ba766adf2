package estimate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/mat"
)

// A Model predicts observations from parameters, some of which are fitted.
type Model struct {
	Free    []int                  // the parameters that are fitted, ascending; others are as every start has them
	Bounded []bool                 // by parameter: it is never below 0
	Scale   []float64              // by parameter: its order of magnitude, above 0
	Predict func(out, p []float64) // logarithms, one an observation
}

// search is the method of Levenberg (1944) and Marquardt (1963) from one start. A
// parameter that would leave its bound stays on it. (Package optimize of gonum
// has no method for least squares.)
func (m Model) search(o Observations, start []float64) (p []float64, chi2 float64) {
	const rounds, enough = 60, 1e-10
	p = slices.Clone(start)
	next, out := make([]float64, len(p)), make([]float64, len(o.Points))
	m.Predict(out, p)
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
		m.Predict(out, next)
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

// A linearised model is what it looks like near some parameters, by the free ones, in
// units of their scale.
type linearised struct {
	residual  []float64
	jacobian  *mat.Dense    // of the prediction
	curvature *mat.SymDense // J'QJ
	downhill  []float64     // J'Q·residual
}

func (m Model) linearise(o Observations, p []float64) (l linearised, ok bool) {
	n, k := len(o.Points), len(m.Free)
	u, scaled := make([]float64, k), slices.Clone(p)
	for x, i := range m.Free {
		u[x] = p[i] / m.Scale[i]
	}
	l.jacobian = mat.NewDense(n, k, nil)
	fd.Jacobian(l.jacobian, func(out, u []float64) {
		for x, i := range m.Free {
			scaled[i] = u[x] * m.Scale[i]
		}
		m.Predict(out, scaled)
	}, u, &fd.JacobianSettings{Formula: fd.Central})
	for _, v := range l.jacobian.RawMatrix().Data {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return l, false
		}
	}
	l.residual = make([]float64, n)
	m.Predict(l.residual, p)
	for i := range l.residual {
		l.residual[i] = o.Points[i] - l.residual[i]
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
func (l linearised) step(next, p []float64, m Model, damping float64) bool {
	var moves []int // of the free ones, those that are not held by their bound
	for x, i := range m.Free {
		if l.curvature.At(x, x) > 0 && !(m.Bounded[i] && p[i] <= 0 && l.downhill[x] <= 0) {
			moves = append(moves, x)
		}
	}
	copy(next, p)
	if len(moves) == 0 {
		return false
	}
	var a mat.SymDense
	a.SubsetSym(l.curvature, moves)
	b := mat.NewVecDense(len(moves), nil)
	for x, i := range moves {
		a.SetSym(x, x, a.At(x, x)*(1+damping))
		b.SetVec(x, l.downhill[i])
	}
	var chol mat.Cholesky
	var by mat.VecDense
	if !chol.Factorize(&a) || chol.SolveVecTo(&by, b) != nil {
		return false
	}
	for x, move := range moves {
		i := m.Free[move]
		if next[i] = p[i] + by.AtVec(x)*m.Scale[i]; m.Bounded[i] {
			next[i] = max(next[i], 0)
		}
	}
	return true
}
