package estimate

import "math"

// A Crossing is where a curve meets a line.
type Crossing struct {
	Outcome Outcome
	At      Estimate // useful when Outcome is Crosses or Several (then the last one)
	// From and To bound the range that was measured, in the unit of At.
	From, To float64
}

// An Outcome says whether there is a crossing at all.
type Outcome int

const (
	Unknown Outcome = iota // too few blocks or points to tell
	Crosses                // one crossing, At holds it
	Always                 // above the line at every point measured, or below it by too little to matter
	Never                  // below the line at every point measured, or above it by too little to matter
	Several                // crosses more than once: noise or a cliff
)

// Crossing finds where the ratio is level, which must be above 0. A side on which no
// point is further from the level than matters, a fraction of it, does not count as one.
// The place is that of At, for what is computed from it; its N is 0 unless it crosses.
func (c *Curve) Crossing(level, matters float64) (out Crossing, place Quantity) {
	level, matters = math.Log(level), math.Log(1+matters)
	out = Crossing{From: c.from, To: c.to}
	out.At.N = c.blocks
	lowest, highest := math.Inf(1), math.Inf(-1)
	for _, p := range c.points {
		lowest, highest = min(lowest, p.Ratio.Point-level), max(highest, p.Ratio.Point-level)
	}
	if len(c.points) < MinPoints || c.blocks < MinBlocks {
		if x := meet(c.fit, level); !math.IsInf(x, 0) {
			out.At.Value = math.Exp(x)
		}
		return out, place
	}
	changes := c.sides(level)
	crosses := len(changes) == 2 && changes[0] < 0
	switch {
	case len(changes) == 1 && changes[0] > 0 && lowest > 0, crosses && lowest > -matters && highest >= matters:
		out.Outcome = Always
	case len(changes) == 1 && changes[0] < 0 && highest < matters, crosses && highest < matters:
		out.Outcome = Never
	case crosses:
		place = c.locate(&out, level)
		if out.Outcome == Always && lowest <= -matters || out.Outcome == Never && highest >= max(matters, 0) {
			out.Outcome = Unknown // the fit says so, and a point does not
		}
	case len(changes) >= 2:
		out.Outcome = Several
		out.At.Value = math.Exp(c.lastRaw(level))
		out.At.Low, out.At.High = out.From, out.To
	}
	return out, place
}

// locate fills in a crossing that is there. Draws lie within the range measured.
func (c *Curve) locate(out *Crossing, level float64) (place Quantity) {
	draws := make([]float64, len(c.fits))
	smaller, larger := 0, 0 // resamples that cross below or above the range
	for r, f := range c.fits {
		draws[r] = meet(f, level)
		switch {
		case math.IsInf(draws[r], -1):
			smaller++
		case math.IsInf(draws[r], +1):
			larger++
		}
	}
	x := meet(c.fit, level)
	switch {
	case 2*smaller > len(draws) || math.IsInf(x, -1):
		out.Outcome = Always
		return place
	case 2*larger > len(draws) || math.IsInf(x, +1):
		out.Outcome = Never
		return place
	}
	if !c.clear(level, x) {
		return place
	}
	for r := range draws {
		draws[r] = min(max(draws[r], math.Log(out.From)), math.Log(out.To))
	}
	out.Outcome = Crosses
	out.At = FromDraws(x, draws, c.blocks).Map(math.Exp)
	out.At.Low, out.At.High = max(out.From, out.At.Low), min(out.To, out.At.High)
	return Quantity{N: c.blocks, Point: x, Draws: draws}
}

// clear reports whether the points on either side of ln work x are, taken
// together, on their side of the level. It keeps one lucky point among equals from
// making a crossing.
func (c *Curve) clear(level, x float64) bool {
	for _, side := range []float64{-1, +1} {
		means := make([]float64, len(c.fits))
		for r := range means {
			count := 0.0
			for _, p := range c.points {
				if (p.Work.Point-x)*side >= 0 {
					means[r] += side * (p.Ratio.Draw(r) - level)
					count++
				}
			}
			means[r] /= count
		}
		if low, _ := percentiles(means, 1-Confidence); !(low > 0) {
			return false
		}
	}
	return true
}

// lastRaw is ln work at the last sign change of the curve as measured, in either
// direction.
func (c *Curve) lastRaw(level float64) float64 {
	for i := len(c.points) - 1; i > 0; i-- {
		a, b := c.points[i-1], c.points[i]
		if (b.Ratio.Point >= level) != (a.Ratio.Point >= level) {
			return between(xy{a.Work.Point, a.Ratio.Point}, xy{b.Work.Point, b.Ratio.Point}, level)
		}
	}
	return c.points[len(c.points)-1].Work.Point
}
