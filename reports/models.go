package reports

import (
	"fmt"
	"math"

	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A LawKind is one of the models that speedup along the worker axis is compared to.
// C is what P workers can deliver at best: P, but of work that computes the measured
// capacity C(P) or no more than the cores, whichever meets the points better. λ is the
// speedup of one worker, the inverse of the executor tax.
type LawKind int

const (
	NoLaw      LawKind = iota
	Linear             // S = λC: every worker gives the same
	Amdahl             // S = λC / (1 + σ(P-1)): Amdahl 1967, with σ the serial fraction
	USL                // S = λC / (1 + σ(P-1) + κP(P-1)): Gunther 2008, with contention σ and crosstalk κ
	Plateau            // S = min(C, S_max): a resource shared by all workers, without a tax
	Dispatcher         // S = min(λC, S_max): at most one task per period d = w/S_max, whatever the workers
)

var lawNames = [...]string{"no model", "linear", "Amdahl", "USL", "plateau", "dispatcher-bound"}

// String is the name as it is printed.
func (k LawKind) String() string { return lawNames[k] }

// A Law is the model that describes a series best. Estimates that the model does
// not have are zero.
type Law struct {
	Kind       LawKind
	Against    string            // what C is: "workers", "cores" or "capacity"
	Why        string            // why there is none, for people; "" when there is
	PerWorker  estimate.Estimate // λ
	Contention estimate.Estimate // σ, never below 0
	Crosstalk  estimate.Estimate // κ, never below 0
	Ceiling    estimate.Estimate // S_max
	Period     estimate.Estimate // d, seconds per task at S_max: useful work per task / S_max
	Peak       estimate.Estimate // N* = √((1-σ)/κ) workers, where USL is highest; Peak.N is 0 when it is withheld
	NoPeak     string            // why Peak is withheld, for people; "" when it is not
	Next       LawKind           // the runner-up; NoLaw when no other could be fitted
	Lead       float64           // AICc of the runner-up minus that of Kind, at least 0; under 2 they are as good
	Misfit     float64           // largest distance between a point and the model, as a fraction
}

// Name is the kind in a word or two. Where C is not P, the formula of Amdahl can fall,
// which his law cannot: then it is named after what it says.
func (l Law) Name() string {
	switch {
	case l.Kind == Amdahl && l.Against != "workers":
		return "contention"
	case l.Kind == Dispatcher:
		return "dispatcher"
	}
	return l.Kind.String()
}

const (
	// minSizes is how many pool sizes the simplest law needs.
	minSizes = 3
	// maxMisfit is the misfit that a law may have unless noise explains it.
	maxMisfit = 0.10
	// farthestPeak is how far beyond the largest pool N* is believed, as a multiple
	// of that pool: in simulation an N* of twice the largest pool is noise.
	farthestPeak = 1.5
)

// A lawPoint is one pool size of a series.
type lawPoint struct {
	workers float64
	speedup estimate.Quantity
	ideals  []estimate.Quantity // what C may be, the same number in every point
}

// lawOf compares the models of a series of points, which ascend in workers, and
// gives the logarithms of the speedups of the one chosen, parallel to the points; nil
// when there is none. The work is the useful time per task in seconds.
//
// The models are compared by AICc (Hurvich and Tsai 1989) with the pool sizes as
// sample: blocks tell how noisy the points are, not what happens between them (see
// estimate.Best).
func lawOf(points []lawPoint, work estimate.Quantity) (law Law, modelled []float64) {
	if len(points) < minSizes {
		return Law{Why: fmt.Sprintf("%s measured; a model needs %d", words.Count(len(points), "pool size"), minSizes)}, nil
	}
	blocks := math.MaxInt
	for _, p := range points {
		blocks = min(blocks, p.speedup.N)
	}
	if blocks < estimate.MinBlocks {
		return Law{Why: fmt.Sprintf("%s of the %d an interval needs", words.Count(blocks, "block"), estimate.MinBlocks)}, nil
	}
	var fits []lawFit
	for i := range points[0].ideals {
		fits = append(fits, fitLaws(points, i)...)
	}
	chosen, scores := estimate.Best(fits, func(f lawFit) estimate.Fit { return f.Fit })
	if chosen < 0 {
		return Law{Why: "no model can be told from these points"}, nil
	}
	best := fits[chosen]
	best.Resample()
	law.Kind, law.Misfit = best.kind, math.Expm1(best.Misfit)
	if law.Misfit > maxMisfit && best.BeyondNoise() {
		return Law{Why: fmt.Sprintf("nothing meets every point within %s, the best (%s) is off by %s",
			words.Percent(maxMisfit), best.kind, words.Percent(law.Misfit)), Misfit: law.Misfit}, nil
	}
	last, c := points[len(points)-1].workers, best.c[len(points)-1]
	if law.Against = "workers"; best.ideal > 0 {
		law.Against = "capacity"
	} else if c < math.Log(last)-1e-9 {
		law.Against = "cores"
	}
	for i, f := range fits {
		if lead := scores[i] - scores[chosen]; f.kind != best.kind && (law.Next == NoLaw || lead < law.Lead) {
			law.Next, law.Lead = f.kind, lead
		}
	}
	best.describe(&law, work)
	law.peak(best.Fit, last, c)
	return law, best.Prediction()
}

// A lawFit is one model fitted to a series.
type lawFit struct {
	kind  LawKind
	ideal int       // which of the ideals of the points C is
	c     []float64 // ln C, parallel to the points
	estimate.Fit
}

func fitLaws(points []lawPoint, ideal int) []lawFit {
	var ys, draws []estimate.Quantity
	var c []float64
	for _, p := range points {
		q := p.ideals[ideal]
		c = append(c, q.Point)
		ys = append(ys, p.speedup)
		draws = append(draws, p.speedup.Per(q).Times(estimate.Quantity{Point: q.Point}))
	}
	o, ok := estimate.Observe(ys)
	if !ok {
		return nil
	}
	o.Draws = draws // what is not known of C makes intervals wider, not models likelier
	var out []lawFit
	for kind := Linear; kind <= Dispatcher; kind++ {
		m, starts := kind.model(points, c, o.Points)
		if len(points) < len(m.Free)+2 {
			continue // AICc has no value
		}
		fit, ok := m.Fit(o, starts...)
		if !ok || (kind == Plateau || kind == Dispatcher) && !flat(fit.Prediction()) {
			continue
		}
		out = append(out, lawFit{kind, ideal, c, fit})
	}
	return out
}

// flat reports whether at least the last two points are on the ceiling: one alone may as
// well be a point that is low.
func flat(prediction []float64) bool {
	n := len(prediction)
	return prediction[n-1] == prediction[n-2]
}

// The parameters of the laws.
const (
	perWorker  = iota // ln λ
	contention        // σ
	crosstalk         // κ
	ceiling           // ln S_max
)

// fitted are the parameters of every law. The others leave its formula alone.
var fitted = [...][]int{Linear: {perWorker}, Amdahl: {perWorker, contention}, USL: {perWorker, contention, crosstalk},
	Plateau: {ceiling}, Dispatcher: {perWorker, ceiling}}

// model is the formula of all laws with the parameters of a kind, with starts for its
// search.
func (k LawKind) model(points []lawPoint, c, y []float64) (m estimate.Model, starts [][]float64) {
	last := points[len(points)-1].workers
	m = estimate.Model{Free: fitted[k], Bounded: []bool{contention: true, crosstalk: true, ceiling: false}, Scale: []float64{1, 1 / last, 1 / (last * last), 1}}
	m.Predict = func(out, p []float64) {
		for i, pt := range points {
			loss := 1 + p[contention]*(pt.workers-1) + p[crosstalk]*(pt.workers*(pt.workers-1))
			out[i] = min(p[perWorker]+c[i]-math.Log(loss), p[ceiling])
		}
	}
	start := func(share, level float64) {
		guess, p := []float64{y[0] - c[0], share / last, share / (last * last), level}, []float64{ceiling: math.Inf(1)}
		for _, i := range m.Free {
			p[i] = guess[i]
		}
		starts = append(starts, p)
	}
	if k == Plateau || k == Dispatcher {
		for _, level := range ceilings(y) {
			start(0, level)
		}
		return m, starts
	}
	start(0.05, 0)
	start(1, 0)
	return m, starts
}

// ceilings are where a ceiling may be: the mean of the last points, for every number
// of them.
func ceilings(y []float64) []float64 {
	var out []float64
	sum := 0.0
	for i := len(y) - 1; i > 0; i-- {
		sum += y[i]
		out = append(out, sum/float64(len(y)-i))
	}
	return out
}

// describe puts the parameters of f into the law.
func (f lawFit) describe(law *Law, work estimate.Quantity) {
	logs := func(i int) (e estimate.Estimate) {
		if e = f.Estimate(i, estimate.Quantity{}); e.N == 0 {
			return e
		}
		return e.Map(math.Exp)
	}
	law.PerWorker, law.Ceiling = logs(perWorker), logs(ceiling)
	law.Contention, law.Crosstalk = f.Estimate(contention, estimate.Quantity{}), f.Estimate(crosstalk, estimate.Quantity{})
	if w := math.Exp(work.Point); law.Ceiling.N > 0 {
		law.Period = law.Ceiling.Map(func(ceiling float64) float64 { return w / ceiling })
	}
}

// peak gives N* or says why it is withheld: it needs USL as the chosen model, a κ
// whose interval is clear of 0, a σ below 1, and must not lie beyond 1.5 times the
// largest pool of that many workers; and C, the logarithm of what they can deliver,
// must not end before.
func (l *Law) peak(fit estimate.Fit, last, c float64) {
	if l.Kind != USL {
		l.NoPeak = "none: " + l.Name()
		return
	}
	sigma, kappa := l.Contention.Value, l.Crosstalk.Value
	at := func(sigma, kappa float64) float64 {
		if kappa <= 0 {
			return math.Inf(1)
		}
		return math.Sqrt(max(1-sigma, 0) / kappa)
	}
	switch peak := at(sigma, kappa); {
	case l.Crosstalk.Low <= 0:
		l.NoPeak = "the crosstalk is not clear of 0"
	case sigma >= 1:
		l.NoPeak = "it falls from the first worker on"
	case peak > farthestPeak*last:
		l.NoPeak = fmt.Sprintf("it lies beyond %.2g times the %s measured", farthestPeak, words.Count(int(last), "worker"))
	case math.Exp(c) < 0.8*last:
		l.NoPeak = "the machine ends before it"
	default:
		l.Peak = fit.Derived(peak, func(r int) float64 { return at(fit.Draws[contention][r], fit.Draws[crosstalk][r]) })
	}
}

// SerialFraction is the experimentally determined serial fraction of Karp and Flatt
// (1990), e = (1/S - 1/P) / (1 - 1/P), with its interval. Constant along P it is a
// serial part, growing an overhead that grows; below 0 the speedup is superlinear or
// its base wrong. An error of 3 % in S is one of 0.03 in e at P = 2: below
// TrustedWorkers it says little. N is 0 when there is none: one worker.
func SerialFraction(speedup estimate.Estimate, workers int) estimate.Estimate {
	if workers < 2 || !(speedup.Value > 0) {
		return estimate.Estimate{}
	}
	p := float64(workers)
	e := func(s float64) float64 { return (1/s - 1/p) / (1 - 1/p) }
	if speedup.Known() && speedup.Low > 0 {
		return speedup.Map(e)
	}
	return estimate.Estimate{Value: e(speedup.Value), N: speedup.N}
}

// TrustedWorkers is the least pool whose SerialFraction can be trusted.
const TrustedWorkers = 4
