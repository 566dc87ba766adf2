package estimate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// A Fit is a model fitted to observations.
type Fit struct {
	P      []float64   // parameters
	Misfit float64     // largest residual, in logarithms
	Draws  [][]float64 // by parameter and replicate, as if nothing were bounded; nil before Resample
	chi2   float64
	step   *mat.Dense // turns residuals into the step of the parameters, in units of their scale, that removes them best
	model  Model
	data   Observations
}

// Fit finds the parameters of the least weighted squares, from each of the starts,
// none of which may be below a bound. ok is false when the observations do not tell
// all parameters.
func (m Model) Fit(o Observations, starts ...[]float64) (f Fit, ok bool) {
	f = Fit{model: m, data: o, chi2: math.Inf(1)}
	for _, start := range starts {
		if p, chi2 := m.search(o, start); chi2 < f.chi2 {
			f.P, f.chi2 = p, chi2
		}
	}
	if f.P == nil {
		return f, false
	}
	l, ok := m.linearise(o, f.P)
	if !ok {
		return f, false
	}
	var inverse mat.Dense
	if err := inverse.Inverse(l.curvature); err != nil {
		return f, false
	}
	f.step = new(mat.Dense)
	f.step.Product(&inverse, l.jacobian.T(), o.precision)
	for _, r := range l.residual {
		f.Misfit = max(f.Misfit, math.Abs(r))
	}
	return f, true
}

// Prediction is what the fitted model says in place of each observation, in logarithms.
func (f Fit) Prediction() []float64 {
	out := make([]float64, len(f.data.Points))
	f.model.Predict(out, f.P)
	return out
}

// Resample fills in the draws: one Gauss-Newton step from the solution to each
// resample of the blocks (OneStepBootstrap), without bounds. A bootstrap of
// bounded fits is wrong at the bound (Andrews 2000): it puts half of its draws exactly
// there and makes the interval of every other parameter too narrow.
func (f *Fit) Resample() {
	count := len(f.data.Draws[0].Draws)
	f.Draws = make([][]float64, len(f.P))
	for i, p := range f.P {
		f.Draws[i] = slices.Repeat([]float64{p}, count)
	}
	prediction := f.Prediction()
	for r := range count {
		if f.data.Replay != nil {
			f.data.Replay(prediction, f.P, r)
		}
		for x, i := range f.model.Free {
			u := 0.0
			for j, q := range f.data.Draws {
				u += f.step.At(x, j) * (q.Draw(r) - prediction[j])
			}
			f.Draws[i][r] += u * f.model.Scale[i]
		}
	}
}

// Estimate is the parameter i, multiplied by a quantity on the scale Ratio (the zero
// Quantity is 1), with its interval, which does not go below a bound; N is 0 when it was
// not fitted. It needs Resample.
//
// At a bound, when the truth is 0 there, such an interval holds it unless even its
// lower end lies above: the coverage at 0 is that of a one-sided interval, 97.5 %.
func (f Fit) Estimate(i int, times Quantity) Estimate {
	if !slices.Contains(f.model.Free, i) {
		return Estimate{}
	}
	e := f.Derived(f.P[i]*math.Exp(times.Point), func(r int) float64 { return f.Draws[i][r] * math.Exp(times.Draw(r)) })
	if f.model.Bounded[i] {
		e.Low, e.High = max(e.Low, 0), max(e.High, 0)
	}
	return e
}

// Derived is a value computed from the parameters, with its interval; draw computes the
// same from Draws in replicate r.
func (f Fit) Derived(value float64, draw func(r int) float64) Estimate {
	draws := make([]float64, len(f.Draws[0]))
	for r := range draws {
		draws[r] = draw(r)
	}
	low, high := around(value, draws, expanded(1-Confidence, f.data.blocks))
	return Estimate{Value: value, Low: low, High: high, N: f.data.blocks, Method: OneStepBootstrap}
}

// expanded is the level at which a percentile interval of a few blocks is taken, so
// that it is as wide as Student's t would make it (Hesterberg 2015, "What Teachers
// Should Know about the Bootstrap").
func expanded(alpha float64, blocks int) float64 {
	n := float64(blocks)
	return 2 * distuv.UnitNormal.CDF(-math.Sqrt(n/(n-1))*studentT(alpha, n-1))
}

// BeyondNoise reports whether the model misses the observations by more than happens
// once in a hundred times when it is true.
func (f Fit) BeyondNoise() bool {
	freedom := max(len(f.data.Points)-len(f.model.Free), 1)
	return f.chi2 > distuv.ChiSquared{K: float64(freedom)}.Quantile(0.99)
}

// Best is the fit that explains its observations best, which are those of all: its index,
// -1 without any, with the scores of all; less is better, of equal ones the first counts.
// The score is Akaike's criterion for small samples (AICc, Hurvich and Tsai 1989), with the
// observations as sample. When no model meets them within their noise, the noise is
// taken as larger by the factor that makes the best of them fit (QAICc; Burnham and
// Anderson 2002, 2.5).
func Best[T any](all []T, fit func(T) Fit) (best int, scores []float64) {
	inflation := math.Inf(1)
	for _, x := range all {
		f := fit(x)
		inflation = min(inflation, f.chi2/float64(len(f.data.Points)-len(f.model.Free)))
	}
	best = -1
	for i, x := range all {
		f := fit(x)
		k, n := float64(len(f.model.Free)), float64(len(f.data.Points))
		scores = append(scores, f.chi2/max(inflation, 1)+2*k+2*k*(k+1)/(n-k-1))
		if best < 0 || scores[i] < scores[best] {
			best = i
		}
	}
	return best, scores
}
