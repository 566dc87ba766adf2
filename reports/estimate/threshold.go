package estimate

import "math"

// A Threshold is the cut-over to write into a program: the useful work per task from
// which the second of two arms should be used, so that the rule loses least where it
// loses most, over all sizes measured. It answers "which constant", where a crossover
// answers "where do they tie"; the rule is that of GMP's tuner (tune/tuneup.c), with
// the worst loss in place of the sum.
type Threshold struct {
	Outcome Outcome  // Crosses: use the second arm from At on; Always: at every size; Never: at none; Unknown: nothing was measured
	At      float64  // useful work per task, seconds
	Regret  Estimate // worst loss of the rule against the faster arm, over all sizes: 0.03 is 3 %; 0 when no size is on the wrong side
}

// Threshold is the cut-over of least regret of the arm whose ratio to the other the
// curve is. A rule without a constant, one arm at every size, is taken when it loses
// nothing that matters, a fraction. Otherwise only the upward crossings of the curve as
// measured need a look: between them, moving the cut-over to the next one below or above takes
// the wrong arm at fewer sizes.
func (c *Curve) Threshold(matters float64) Threshold {
	if len(c.points) == 0 {
		return Threshold{}
	}
	value := func(p CurvePoint) float64 { return p.Ratio.Point }
	best := Threshold{Outcome: Never, At: c.to}
	at := math.Inf(1)
	worst, total := c.loss(at, value)
	consider := func(x float64, t Threshold) {
		// A hair of difference is rounding.
		if w, sum := c.loss(x, value); w < worst-1e-12 || w < worst+1e-12 && sum < total-1e-12 {
			worst, total, best, at = w, sum, t, x
		}
	}
	consider(math.Inf(-1), Threshold{Outcome: Always, At: c.from})
	for i := 1; i < len(c.points) && worst > math.Log(1+matters); i++ {
		a, b := c.points[i-1], c.points[i]
		if a.Ratio.Point < 0 && b.Ratio.Point >= 0 {
			x := between(a.xy(), b.xy(), 0)
			consider(x, Threshold{Outcome: Crosses, At: math.Exp(x)})
		}
	}
	best.Regret = Estimate{Value: math.Expm1(worst), N: c.blocks}
	if c.fits == nil || c.blocks < MinBlocks {
		return best
	}
	draws := make([]float64, len(c.fits))
	for r := range draws {
		draws[r], _ = c.loss(at, func(p CurvePoint) float64 { return p.Ratio.Draw(r) })
	}
	best.Regret = FromDraws(worst, draws, c.blocks).Map(math.Expm1)
	return best
}

// loss is the worst and the summed loss, in logarithms, of using the second arm
// from ln work x on.
func (c *Curve) loss(x float64, value func(CurvePoint) float64) (worst, total float64) {
	for _, p := range c.points {
		lost := value(p)
		if p.Work.Point >= x {
			lost = -lost
		}
		worst, total = max(worst, lost), total+max(0, lost)
	}
	return worst, total
}
