package charts

import (
	"math"
	"sort"

	"poolbench/reports/estimate"
)

// A curve is one series as it is drawn: values, not yet places.
type curve struct {
	name string
	look look
	pts  []curvePoint
}

type curvePoint struct {
	x, y, low, high float64
	band            bool // low and high are an interval
	n               int
}

// estimated is a point at x. An interval that cannot be drawn is none: beyond any
// sense it would overflow on a linear axis.
func estimated(x float64, e estimate.Estimate) curvePoint {
	p := curvePoint{x: x, y: e.Value, low: e.Value, high: e.Value, n: e.N}
	if e.Known() && math.Abs(e.Low) < 1e18 && math.Abs(e.High) < 1e18 && e.Low <= e.Value && e.Value <= e.High {
		p.low, p.high, p.band = e.Low, e.High, true
	}
	return p
}

// best is the highest point, of equal ones the one with the fewest workers.
func (k curve) best() curvePoint {
	best := k.pts[0]
	for _, p := range k.pts {
		if p.y > best.y {
			best = p
		}
	}
	return best
}

// bandIn shades the intervals of a curve, over each run of points that have one.
func (p *page) bandIn(f frame, k curve, x, y axis) {
	var up, down []pt
	flush := func() {
		if len(up) == 1 {
			// One interval alone is a bar.
			a, b := up[0], down[0]
			p.fillIn(f, k.look.line.faded(46), pt{a.x - 2.5, b.y}, pt{a.x + 2.5, b.y}, pt{a.x + 2.5, a.y}, pt{a.x - 2.5, a.y})
		} else if len(up) > 1 {
			outline := append([]pt(nil), up...)
			for i := len(down) - 1; i >= 0; i-- {
				outline = append(outline, down[i])
			}
			p.fillIn(f, k.look.line.faded(46), outline...)
		}
		up, down = nil, nil
	}
	for _, q := range k.pts {
		if !q.band {
			flush()
			continue
		}
		up = append(up, pt{x.at(q.x), y.at(q.high)})
		down = append(down, pt{x.at(q.x), y.at(q.low)})
	}
	flush()
}

// clipSegment is the part of a segment inside f, or nil.
func clipSegment(f frame, a, b pt) []pt {
	from, to := 0.0, 1.0
	for _, side := range [4][2]float64{
		{a.x - b.x, a.x - f.left}, {b.x - a.x, f.right - a.x},
		{a.y - b.y, a.y - f.bottom}, {b.y - a.y, f.top - a.y},
	} {
		p, q := side[0], side[1]
		switch {
		case p == 0 && q < 0:
			return nil
		case p < 0:
			from = max(from, q/p)
		case p > 0:
			to = min(to, q/p)
		}
	}
	if from >= to {
		return nil
	}
	along := func(t float64) pt { return pt{a.x + t*(b.x-a.x), a.y + t*(b.y-a.y)} }
	return []pt{along(from), along(to)}
}

// sort puts the points in the order of x.
func (k curve) sort() {
	sort.SliceStable(k.pts, func(i, j int) bool { return k.pts[i].x < k.pts[j].x })
}

// intervals reports whether any point has an interval, and from how many blocks.
func intervals(curves []curve) (known bool, least, most int) {
	least = math.MaxInt
	for _, k := range curves {
		for _, p := range k.pts {
			if p.band {
				known, least, most = true, min(least, p.n), max(most, p.n)
			}
		}
	}
	return known, least, most
}

// edges are the outlines of the intervals, in values: for each run of points that
// have one its upper and its lower bounds.
func (k curve) edges() [][]pt {
	var out [][]pt
	var up, down []pt
	for _, p := range k.pts {
		if !p.band {
			out, up, down = append(out, up, down), nil, nil
			continue
		}
		up, down = append(up, pt{p.x, p.high}), append(down, pt{p.x, p.low})
	}
	return append(out, up, down)
}
