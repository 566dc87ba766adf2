package charts

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// A slab is a rectangle turned by an angle around its centre: the room a label
// takes.
type slab struct {
	centre        vg.Point
	width, height vg.Length
	angle         float64 // radians, counter-clockwise
}

// A segment is a straight piece of something that a label should not cover.
type segment struct{ a, b vg.Point }

func (g segment) length() vg.Length {
	return vg.Length(math.Hypot(float64(g.b.X-g.a.X), float64(g.b.Y-g.a.Y)))
}

func (s slab) corners() []vg.Point {
	sin, cos := math.Sincos(s.angle)
	var out []vg.Point
	for _, k := range [4][2]vg.Length{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}} {
		x, y := k[0]*s.width/2, k[1]*s.height/2
		out = append(out, vg.Point{X: s.centre.X + x*vg.Length(cos) - y*vg.Length(sin), Y: s.centre.Y + x*vg.Length(sin) + y*vg.Length(cos)})
	}
	return out
}

// inside reports whether the whole slab is in r.
func (s slab) inside(r vg.Rectangle) bool {
	for _, c := range s.corners() {
		if c.X < r.Min.X || c.X > r.Max.X || c.Y < r.Min.Y || c.Y > r.Max.Y {
			return false
		}
	}
	return true
}

// meets reports whether two slabs overlap: they do not when the sides of one
// give a line between them.
func (s slab) meets(other slab) bool { return !s.parted(other) && !other.parted(s) }

func (s slab) parted(other slab) bool {
	first := s.local(other.corners()[0])
	lo, hi := first, first
	for _, c := range other.corners()[1:] {
		l := s.local(c)
		lo, hi = vg.Point{X: min(lo.X, l.X), Y: min(lo.Y, l.Y)}, vg.Point{X: max(hi.X, l.X), Y: max(hi.Y, l.Y)}
	}
	return lo.X > s.width/2 || hi.X < -s.width/2 || lo.Y > s.height/2 || hi.Y < -s.height/2
}

// local is p seen from the centre of the slab, along its sides.
func (s slab) local(p vg.Point) vg.Point {
	sin64, cos64 := math.Sincos(s.angle)
	sin, cos := vg.Length(sin64), vg.Length(cos64)
	x, y := p.X-s.centre.X, p.Y-s.centre.Y
	return vg.Point{X: x*cos + y*sin, Y: -x*sin + y*cos}
}

// crosses reports whether the segment touches the slab (Liang and Barsky's
// clipping, in the slab's own directions).
func (s slab) crosses(g segment) bool {
	a, b := s.local(g.a), s.local(g.b)
	from, to := vg.Length(0), vg.Length(1)
	for _, side := range [4][2]vg.Length{
		{a.X - b.X, a.X + s.width/2}, {b.X - a.X, s.width/2 - a.X},
		{a.Y - b.Y, a.Y + s.height/2}, {b.Y - a.Y, s.height/2 - a.Y},
	} {
		p, q := side[0], side[1]
		switch {
		case p == 0 && q < 0:
			return false
		case p < 0:
			from = max(from, q/p)
		case p > 0:
			to = min(to, q/p)
		}
	}
	return from <= to
}

// segments cuts a polyline into its pieces.
func segments(pts []vg.Point) []segment {
	var out []segment
	for i := 1; i < len(pts); i++ {
		out = append(out, segment{pts[i-1], pts[i]})
	}
	return out
}

// A terrain is what is already on a panel. gonum places no labels.
type terrain struct {
	bounds vg.Rectangle
	lines  []segment // should not be covered
	faint  []segment // better not covered
	marks  []slab    // markers
	labels []slab
}

// covered is a cost that no other reason for a place reaches.
const covered = 100

// A spot is a place for a label, with what speaks against it.
type spot struct {
	slab   slab
	leader segment // to what it names, level; empty for none
	cost   float64
}

// covers is what it costs to put a label there: above covered when it hides
// something, far above when it cannot be read.
func (t *terrain) covers(s spot) float64 {
	cost := 0.0
	if !s.slab.inside(t.bounds) {
		cost += 1e9
	}
	for _, other := range t.labels {
		if s.slab.meets(other) || other.crosses(s.leader) {
			cost += 10 * covered
		}
	}
	for _, other := range t.marks {
		if s.slab.meets(other) {
			cost += covered
		}
	}
	leader := slab{centre: vg.Point{X: (s.leader.a.X + s.leader.b.X) / 2, Y: s.leader.a.Y}, width: max(s.leader.a.X, s.leader.b.X) - min(s.leader.a.X, s.leader.b.X)}
	for _, g := range t.lines {
		if s.slab.crosses(g) || leader.crosses(g) {
			cost += covered
		}
	}
	for _, g := range t.faint {
		if s.slab.crosses(g) {
			cost += 6
		}
	}
	return cost
}

// put finds the cheapest of the spots, and takes it when it is free: when it covers
// nothing.
func (t *terrain) put(spots []spot) (best spot, free bool) {
	best.cost = math.Inf(1)
	for _, s := range spots {
		if s.cost < best.cost {
			if s.cost += t.covers(s); s.cost < best.cost {
				best = s
			}
		}
	}
	if best.cost >= covered {
		return best, false
	}
	t.labels = append(t.labels, best.slab)
	if best.leader != (segment{}) {
		t.lines = append(t.lines, best.leader)
	}
	return best, true
}

// beside lists the places for a label beside a line and parallel to it: the
// nearer to the preferred share of its length the better, above before below.
func beside(line []vg.Point, width, height vg.Length, prefer float64) []spot {
	var length vg.Length
	for _, g := range segments(line) {
		length += g.length()
	}
	var out []spot
	const step = 4
	for d := vg.Length(0); d <= min(length, 8000); d += step {
		at, angle := pointAlong(line, d)
		sin, cos := math.Sincos(angle)
		for _, side := range []vg.Length{1, -1} {
			off := side * (height/2 + 1.5)
			centre := vg.Point{X: at.X - off*vg.Length(sin), Y: at.Y + off*vg.Length(cos)}
			away := math.Abs(float64(d/length) - prefer)
			out = append(out, spot{slab: slab{centre, width, height, angle}, cost: away + 1e-3*float64(1-side)})
		}
	}
	return out
}

// pointAlong is the place at the distance from the start of a line, and the
// direction of the line there.
func pointAlong(line []vg.Point, distance vg.Length) (at vg.Point, angle float64) {
	for _, g := range segments(line) {
		d := g.length()
		angle = math.Atan2(float64(g.b.Y-g.a.Y), float64(g.b.X-g.a.X))
		if distance <= d && d > 0 {
			return vg.Point{X: g.a.X + (g.b.X-g.a.X)*distance/d, Y: g.a.Y + (g.b.Y-g.a.Y)*distance/d}, angle
		}
		at, distance = g.b, distance-d
	}
	return at, angle
}

// anywhere lists the places in a rectangle for a label, by what speaks against
// the distances of its middle from the sides.
func anywhere(r vg.Rectangle, width, height vg.Length, cost func(left, right, bottom, top vg.Length) vg.Length) []spot {
	var out []spot
	for y := r.Max.Y - 3 - height/2; y >= r.Min.Y+3+height/2; y -= 4 {
		for x := r.Min.X + 5 + width/2; x <= r.Max.X-5-width/2; x += 6 {
			at := vg.Point{X: x, Y: y}
			out = append(out, spot{slab: slab{centre: at, width: width, height: height},
				cost: float64(cost(x-r.Min.X, r.Max.X-x, y-r.Min.Y, r.Max.Y-y)) * 1e-3})
		}
	}
	return out
}
