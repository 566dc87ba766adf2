package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports"
)

// A kind is claims of one meaning.
type kind struct {
	name string
	bar  float64 // most of the claims that may be wrong
	sort sort
}

// A sort says what being wrong means.
type sort int

const (
	decision sort = iota // it is not so
	interval             // the interval does not hold the truth
	untold               // cannot be wrong: nothing is decided
)

// The kinds in the order of the table.
var (
	faster     = &kind{`"faster": than the next`, 0.01, decision}
	helps      = &kind{`"a pool helps"`, 0.01, decision}
	noPool     = &kind{`"no pool": none gains more than 5 %`, 0.01, decision}
	rising     = &kind{`"still rising"`, 0.01, decision}
	neverPays  = &kind{`"never pays off"`, 0.01, decision}
	alwaysPays = &kind{`"pays off at every size"`, 0.01, decision}
	latest     = &kind{`"pays off above" a size "at the latest"`, 0.01, decision}
	neverHalf  = &kind{`"never half" of the ideal`, 0.01, decision}
	alwaysHalf = &kind{`half of the ideal "at every size"`, 0.01, decision}
	ahead      = &kind{`one pool "beats" another "at every size"`, 0.01, decision}
	behind     = &kind{`"stays behind"`, 0.01, decision}
	neverBeats = &kind{`"never" beats the plain loop, with any workers`, 0.01, decision}
	atMost     = &kind{`needs "at most" n workers`, 0.01, decision}
	needs      = &kind{`needs n workers`, 0.01, decision}
	several    = &kind{`crosses "more than once"`, 0.01, decision}
	ownCPUs    = &kind{`"these CPUs do the work of" fewer`, 0.01, decision}
	absent     = &kind{`"the machine gave" fewer CPUs`, 0.01, decision}
	equal      = &kind{`"equal", within 5 %`, 0.05, decision}
	level      = &kind{`"draws level", within 5 %`, 0.05, decision}

	speedup   = &kind{"speedup of the choice", 0.05, interval}
	price     = &kind{"how much faster another one measured", 0.05, interval}
	crossover = &kind{"crossover with the plain loop", 0.05, interval}
	half      = &kind{"least useful work at half of the ideal", 0.05, interval}
	overtake  = &kind{"crossover of two pools", 0.05, interval}
	loses     = &kind{"most that a cut-over loses", 0.05, interval}
	by        = &kind{"how far behind at the largest size", 0.05, interval}
	overhead  = &kind{"METG(50 %) over the floor", 0.05, interval}
	model     = &kind{"speedup of each worker, largest speedup", 0.05, interval}

	cannotTell = &kind{"cannot tell, or may gain", 0, untold}
	notApart   = &kind{"not told apart", 0, untold}
	counted    = &kind{"counts, medians, cut-overs, other parameters of models", 0, untold}
)

var kinds = []*kind{faster, helps, noPool, rising, neverPays, alwaysPays, latest, neverHalf, alwaysHalf, ahead, behind, neverBeats, atMost, needs, several, ownCPUs, absent, equal, level,
	speedup, price, crossover, half, overtake, loses, by, overhead, model, cannotTell, notApart, counted}

const (
	// edge is how near to the edge of what matters either mark is right, as a fraction.
	edge = 0.003
	// matters is what a pool must gain, and what equal ones may differ by.
	matters = reports.Practical
)

// A finding is what a claim turned out to be. One may make several: its decision and its
// interval.
type finding struct {
	kind  *kind
	wrong bool
}

// judge says of a claim, which stands beside others in its sentence, whether it is true of
// the world. A claim that it does not know is an error, so that none is printed unjudged.
func (w world) judge(c reports.Claim, sentence []reports.Claim) ([]finding, error) {
	one := func(k *kind, wrong bool) ([]finding, error) { return []finding{{k, wrong}}, nil }
	switch c.Relation {
	case reports.Speedup, reports.Measured:
		return one(map[reports.Relation]*kind{reports.Speedup: speedup, reports.Measured: price}[c.Relation], c.Value.Known() && !holds(c, w.ratio(c, 0)))
	case reports.Helps:
		return one(helps, w.ratio(c, 0) <= 1)
	case reports.Faster:
		return one(faster, w.ratio(c, 0) <= 1)
	case reports.Rising:
		return one(rising, w.ratio(c, 0) <= 1)
	case reports.EqualTo:
		return one(equal, !within(w.ratio(c, 0)))
	case reports.NoGain:
		return one(noPool, w.gains(c))
	case reports.MayGain, reports.Unchosen, reports.Absent:
		return one(cannotTell, false)
	case reports.UntoldOf:
		return one(notApart, false)
	case reports.CountOf, reports.MedianOf, reports.CutOver:
		return one(counted, false)
	case reports.Missing:
		return one(absent, w.own || w.gave > 0.95*cpus)
	case reports.CapacityIs:
		return one(ownCPUs, !w.own)
	case reports.PaysAbove:
		return w.judgeCrossing(c, 1, crossover, neverPays, alwaysPays)
	case reports.HalfAbove:
		return w.judgeCrossing(c, w.ideal(c)/2, half, neverHalf, alwaysHalf)
	case reports.Overtakes:
		return w.judgeCrossing(c, 1, overtake, nil, ahead)
	case reports.DrawsLevel:
		return one(level, w.apartFrom(c))
	case reports.StaysBehind:
		return []finding{{behind, slices.ContainsFunc(w.ratios(c), func(r float64) bool { return r >= 1 })}, {by, !holds(c, w.ratio(c, len(c.Of)-1))}}, nil
	case reports.CutOverLoses:
		return one(loses, w.loss(c, sentence) > c.Value.High+edge)
	case reports.OverheadShape:
		return one(overhead, c.Value.Known() && !holds(c, w.overFloor(c)))
	case reports.BeatWith:
		return w.judgeWorkers(c)
	case reports.ModelOf:
		return w.judgeModel(c)
	}
	return nil, fmt.Errorf("%q of %s is a relation that is not judged: say what it means in judge.go", c.Relation, c.Subject)
}

// holds reports whether the interval of a claim holds a value.
func holds(c reports.Claim, value float64) bool { return c.Value.Low <= value && value <= c.Value.High }

// within reports whether a ratio is what counts as equal, or at the edge of it.
func within(ratio float64) bool { return math.Abs(math.Log(ratio)) <= math.Log1p(matters)+edge }

// of is the true time per task of a point while it was measured.
func (w world) of(p record.Point) float64 {
	return w.time(p.Executor(), p.Workers(), p.Grain().Seconds(), w.gave)
}

// against is the point that point i of the evidence is compared with.
func against(c reports.Claim, i int) record.Point { return c.Against[min(i, len(c.Against)-1)] }

// ratio is the true time of Against over that of Of at point i of the evidence.
func (w world) ratio(c reports.Claim, i int) float64 { return w.of(against(c, i)) / w.of(c.Of[i]) }

func (w world) ratios(c reports.Claim) []float64 {
	out := make([]float64, len(c.Of))
	for i := range c.Of {
		out[i] = w.ratio(c, i)
	}
	return out
}

// gains reports whether any point of the evidence gains what matters on the machine as it
// is when nothing else takes its CPUs: only that makes it wrong to say that none does.
func (w world) gains(c reports.Claim) bool {
	return slices.ContainsFunc(c.Of, func(p record.Point) bool {
		work := p.Grain().Seconds()
		return math.Log(work/w.time(p.Executor(), p.Workers(), work, w.has())) > math.Log1p(matters)+edge
	})
}

// ideal is what the workers of a claim can give at best.
func (w world) ideal(c reports.Claim) float64 {
	if n := float64(c.Of[0].Workers()); w.waits {
		return n
	} else {
		return min(n, w.gave)
	}
}

// judgeCrossing judges where the ratio of a claim meets a level, or that it never or always
// is above it.
func (w world) judgeCrossing(c reports.Claim, level float64, crosses, never, always *kind) ([]finding, error) {
	switch c.Outcome {
	case "":
		return []finding{{crosses, !w.meets(c, level)}}, nil
	case "never":
		wrong := level != 1 && slices.ContainsFunc(w.ratios(c), func(r float64) bool { return math.Log(r/level) > edge }) || level == 1 && w.gains(c)
		if never != nil {
			return []finding{{never, wrong}}, nil
		}
	case "always":
		least := level
		switch {
		case always == ahead:
			least = math.Nextafter(1, 2)
		case level == 1:
			least = 1 / (1 + matters)
		}
		return []finding{{always, slices.ContainsFunc(w.ratios(c), func(r float64) bool { return math.Log(r/least) < -edge || always == ahead && r <= 1 })}}, nil
	case "at most":
		return []finding{{latest, w.losesFrom(c)}}, nil
	case "several":
		return []finding{{several, true}}, nil // in no world do times meet more than once
	case "cannot tell":
		return []finding{{cannotTell, false}}, nil
	}
	return nil, fmt.Errorf("%s: the outcome %q of %q is not judged", c.Subject, c.Outcome, c.Relation)
}

// meets reports whether the true ratio of a claim is at the level somewhere within its
// interval.
func (w world) meets(c reports.Claim, level float64) bool {
	low, high := c.Value.Low, c.Value.High
	if !c.Value.Known() {
		return true // no interval is claimed
	}
	over := func(work float64) float64 {
		a, b := c.Of[0], against(c, 0)
		return math.Log(w.time(b.Executor(), b.Workers(), work, w.gave) / w.time(a.Executor(), a.Workers(), work, w.gave) / level)
	}
	const steps = 400
	last := over(low)
	for i := range steps + 1 {
		r := over(low * math.Pow(high/low, float64(i)/steps))
		if math.Abs(r) <= edge/3 || last < 0 && r > 0 {
			return true
		}
		last = r
	}
	return false
}

// losesFrom reports whether the pool of a claim is truly no faster at a size from which on
// it is said to be.
func (w world) losesFrom(c reports.Claim) bool {
	for i, p := range c.Of {
		if isFrom(p, c) && w.ratio(c, i) <= 1 {
			return true
		}
	}
	return false
}

// isFrom reports whether the work of a point is that of the value of a claim or more. The
// value was measured, and drifts; the grains are far apart.
func isFrom(p record.Point, c reports.Claim) bool { return p.Grain().Seconds() >= 0.6*c.Value.Value }

// apartFrom reports whether the two of a claim are truly apart at a size from which on they
// are said to be level.
func (w world) apartFrom(c reports.Claim) bool {
	for i, p := range c.Of {
		if isFrom(p, c) && !within(w.ratio(c, i)) {
			return true
		}
	}
	return false
}

// loss is what the cut-over in the sentence of a claim truly loses at most, as a fraction.
func (w world) loss(c reports.Claim, sentence []reports.Claim) (worst float64) {
	i := slices.IndexFunc(sentence, func(o reports.Claim) bool { return o.Relation == reports.CutOver && o.Subject == c.Subject })
	if i < 0 {
		return math.Inf(1)
	}
	at := sentence[i].Value.Value
	for j, p := range c.Of {
		lost := w.ratio(c, j) // by the plain loop, where the pool is faster
		if p.Grain().Seconds() >= at {
			lost = 1 / lost
		}
		worst = max(worst, lost-1)
	}
	return worst
}

// overFloor is METG(50 %) over the granularity of the smallest task.
func (w world) overFloor(c reports.Claim) float64 {
	ideal, p := w.ideal(c), c.Of[0]
	efficiency := func(work float64) float64 {
		return work / w.time(p.Executor(), p.Workers(), work, w.gave) / ideal
	}
	low, high := c.Of[0].Grain().Seconds()/100, c.Of[len(c.Of)-1].Grain().Seconds()*100
	for range 100 {
		if middle := math.Sqrt(low * high); efficiency(middle) < 0.5 {
			low = middle
		} else {
			high = middle
		}
	}
	return high / 0.5 / (w.of(c.Of[0]) * ideal)
}

// judgeWorkers judges how many workers beat the plain loop. Of a pool that gains less than
// what matters it is right to say either.
func (w world) judgeWorkers(c reports.Claim) ([]finding, error) {
	speedup := func(workers int, cpus float64) float64 {
		work := c.Of[0].Grain().Seconds()
		return work / w.time(c.Of[0].Executor(), workers, work, cpus)
	}
	n := int(c.Value.Value + 0.5)
	fails := n > 0 && speedup(n, w.gave) <= 1
	switch c.Outcome {
	case "never":
		return []finding{{neverBeats, w.gains(c)}}, nil
	case "at most":
		return []finding{{atMost, fails}}, nil
	case "":
		fewer := false // would do
		for i := range n - 1 {
			fewer = fewer || math.Log(speedup(i+1, w.has())) > math.Log1p(matters)+edge
		}
		return []finding{{needs, fails || fewer}}, nil
	}
	return nil, fmt.Errorf("%s: the outcome %q of %q is not judged", c.Subject, c.Outcome, c.Relation)
}

// judgeModel judges the parameters that say a speedup.
func (w world) judgeModel(c reports.Claim) ([]finding, error) {
	switch _, parameter, _ := strings.Cut(c.Object, ": "); parameter {
	case "largest speedup":
		return []finding{{model, c.Value.Known() && !holds(c, slices.Max(w.ratios(c)))}}, nil
	case "speedup of each worker":
		if c.Of[0].Workers() == 1 {
			return []finding{{model, c.Value.Known() && !holds(c, w.ratio(c, 0))}}, nil
		}
	}
	return []finding{{counted, false}}, nil
}
