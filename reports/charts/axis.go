package charts

import (
	"math"
)

// An axis maps values to places between from and to. Values outside lo and hi
// are mapped beyond the ends, so lines keep their slope when they are clipped.
type axis struct {
	lo, hi   float64 // lo < hi; above 0 when log
	log      bool
	from, to float64 // points
}

// A tick is one mark; a minor one has no label.
type tick struct {
	at    float64
	label string
}

// finite reports whether v is a number that can be drawn.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// drawable also demands what a log axis needs, within limits that keep a tick
// search short whatever a record holds.
func drawable(v float64) bool { return v > 1e-18 && v < 1e18 }

func (a axis) at(v float64) float64 {
	if a.log {
		if !(v > 0) {
			return a.from
		}
		return a.from + (math.Log(v)-math.Log(a.lo))/(math.Log(a.hi)-math.Log(a.lo))*(a.to-a.from)
	}
	return a.from + (v-a.lo)/(a.hi-a.lo)*(a.to-a.from)
}

// extent is the smallest and the largest drawable value; ok is false when there
// is none.
func extent(values ...float64) (lo, hi float64, ok bool) {
	for _, v := range values {
		if !drawable(v) {
			continue
		}
		if !ok {
			lo, hi, ok = v, v, true
		}
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi, ok
}

// widened makes a range span at least the factor around its middle, so that one
// point has an axis too.
func widened(lo, hi, factor float64) (float64, float64) {
	if hi/lo >= factor {
		return lo, hi
	}
	grow := math.Sqrt(factor / (hi / lo))
	return lo / grow, hi * grow
}

// powerTicks are the powers of base within the axis, every n-th so that at most
// the given number have labels.
func (a axis) powerTicks(base float64, most int, label func(float64) string) []tick {
	first := int(math.Ceil(math.Log(a.lo)/math.Log(base) - 1e-9))
	last := int(math.Floor(math.Log(a.hi)/math.Log(base) + 1e-9))
	step := 1
	for (last-first)/step+1 > most {
		step++
	}
	var ticks []tick
	for k := first; k <= last; k++ {
		if k%step == 0 {
			v := math.Pow(base, float64(k))
			ticks = append(ticks, tick{v, label(v)})
		}
	}
	return ticks
}

// decadeTicks labels the decades, or 1, 2 and 5 when there are fewer than two
// of them, with the digits between as minor ticks while there is room.
func (a axis) decadeTicks(most int, label func(float64) string) []tick {
	ticks := a.powerTicks(10, most, label)
	digits := []float64{}
	if len(ticks) < 2 {
		digits = []float64{2, 5}
	}
	first, last := int(math.Floor(math.Log10(a.lo))), int(math.Ceil(math.Log10(a.hi)))
	for k := first; k <= last; k++ {
		for _, d := range digits {
			if v := d * math.Pow(10, float64(k)); v >= a.lo && v <= a.hi {
				ticks = append(ticks, tick{v, label(v)})
			}
		}
		for d := 2.0; d <= 9 && last-first <= 9; d++ {
			if v := d * math.Pow(10, float64(k)); v >= a.lo && v <= a.hi {
				ticks = append(ticks, tick{v, ""})
			}
		}
	}
	return ticks
}

// shareTicks are even steps from 0 of a linear axis of efficiency.
func (a axis) shareTicks(label func(float64) string) []tick {
	step := 0.5
	for a.hi/step > 5 {
		step *= 2
	}
	var ticks []tick
	for v := 0.0; v <= a.hi+1e-9; v += step {
		ticks = append(ticks, tick{v, label(v)})
	}
	return ticks
}

// yTicks draws horizontal grid lines with labels on the left of f.
func (p *page) yTicks(f frame, a axis, ticks []tick) {
	for _, t := range ticks {
		y := a.at(t.at)
		if t.label == "" || y < f.bottom-0.01 || y > f.top+0.01 {
			continue
		}
		p.line(stroke{role: grid, width: 0.75}, pt{f.left, y}, pt{f.right, y})
		p.textRight(tickFace, muted, pt{f.left - 4, y - 3.1}, t.label)
	}
}

// xTicks draws the bottom line of f with its ticks and labels, leaving out
// labels that would touch the one before; lines adds a vertical grid.
func (p *page) xTicks(f frame, a axis, ticks []tick, lines bool) {
	p.line(stroke{role: guide, width: 0.75}, pt{f.left, f.bottom}, pt{f.right, f.bottom})
	end := math.Inf(-1)
	for _, t := range ticks {
		x := a.at(t.at)
		if x < f.left-0.01 || x > f.right+0.01 {
			continue
		}
		length := 2.5
		if t.label != "" {
			length = 4
			if half := tickFace.wide(t.label) / 2; x-half > end+5 {
				p.textCentre(tickFace, muted, pt{x, f.bottom - 13}, t.label)
				end = x + half
			}
			if lines && x > f.left+1 {
				p.line(stroke{role: grid, width: 0.75}, pt{x, f.bottom}, pt{x, f.top})
			}
		}
		p.line(stroke{role: guide, width: 0.75}, pt{x, f.bottom}, pt{x, f.bottom - length})
	}
}
