package charts

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A slab is a rectangle turned by an angle around its centre: the room a label
// takes or, without a height, a straight piece of a line.
type slab struct {
	centre        vg.Point
	width, height vg.Length
	angle         float64 // radians, counter-clockwise
}

// piece is the straight line between two places.
func piece(a, b vg.Point) slab {
	x, y := float64(b.X-a.X), float64(b.Y-a.Y)
	return slab{centre: vg.Point{X: (a.X + b.X) / 2, Y: (a.Y + b.Y) / 2}, width: vg.Length(math.Hypot(x, y)), angle: math.Atan2(y, x)}
}

// pieces cuts a polyline.
func pieces(pts []vg.Point) []slab {
	var out []slab
	for i := 1; i < len(pts); i++ {
		out = append(out, piece(pts[i-1], pts[i]))
	}
	return out
}

// at is the place that is x along the slab and y across it from its centre.
func (s slab) at(x, y vg.Length) vg.Point {
	sin, cos := math.Sincos(s.angle)
	return vg.Point{X: s.centre.X + x*vg.Length(cos) - y*vg.Length(sin), Y: s.centre.Y + x*vg.Length(sin) + y*vg.Length(cos)}
}

func (s slab) corners() []vg.Point {
	x, y := s.width/2, s.height/2
	return []vg.Point{s.at(-x, -y), s.at(x, -y), s.at(x, y), s.at(-x, y)}
}

// inside reports whether the whole slab is in r.
func (s slab) inside(r vg.Rectangle) bool {
	frame := draw.Canvas{Rectangle: r}
	return !slices.ContainsFunc(s.corners(), func(c vg.Point) bool { return !frame.Contains(c) })
}

// meets reports whether two slabs overlap: they do not when the sides of one
// give a line between them.
func (s slab) meets(other slab) bool { return !s.parted(other) && !other.parted(s) }

func (s slab) parted(other slab) bool {
	lo, hi := vg.Point{X: vg.Length(math.Inf(1)), Y: vg.Length(math.Inf(1))}, vg.Point{X: vg.Length(math.Inf(-1)), Y: vg.Length(math.Inf(-1))}
	sin, cos := math.Sincos(s.angle)
	for _, c := range other.corners() {
		p := c.Sub(s.centre) // and along the sides:
		x, y := p.X*vg.Length(cos)+p.Y*vg.Length(sin), p.Y*vg.Length(cos)-p.X*vg.Length(sin)
		lo, hi = vg.Point{X: min(lo.X, x), Y: min(lo.Y, y)}, vg.Point{X: max(hi.X, x), Y: max(hi.Y, y)}
	}
	return lo.X > s.width/2 || hi.X < -s.width/2 || lo.Y > s.height/2 || hi.Y < -s.height/2
}

// A terrain is what is already on a panel. gonum places no labels.
type terrain struct {
	bounds vg.Rectangle
	lines  []slab // should not be covered
	faint  []slab // better not covered
	marks  []slab // markers
	labels []slab
}

// covered is a cost that no other reason for a place reaches.
const covered = 100

// A spot is a place for a label, with what speaks against it.
type spot struct {
	slab   slab
	leader slab // from what it names; empty for none
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
		if s.slab.meets(other) || other.meets(s.leader) {
			cost += 10 * covered
		}
	}
	for _, other := range t.marks {
		if s.slab.meets(other) {
			cost += covered
		}
	}
	for _, g := range t.lines {
		if s.slab.meets(g) || s.leader.meets(g) {
			cost += covered
		}
	}
	for _, g := range t.faint {
		if s.slab.meets(g) {
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
	if best.leader != (slab{}) {
		t.lines = append(t.lines, best.leader)
	}
	return best, true
}

// beside lists the places for a label beside a line and parallel to it: the
// nearer to the preferred share of its length the better, above before below.
func beside(line []vg.Point, width, height vg.Length, prefer float64) []spot {
	var length, begin vg.Length
	for _, g := range pieces(line) {
		length += g.width
	}
	var out []spot
	d := vg.Length(0)
	for _, g := range pieces(line) {
		for ; d <= min(begin+g.width, 8000); d += 4 {
			for _, side := range []vg.Length{1, -1} {
				centre := g.at(d-begin-g.width/2, side*(height/2+1.5))
				away := math.Abs(float64(d/length) - prefer)
				out = append(out, spot{slab: slab{centre, width, height, g.angle}, cost: away + 1e-3*float64(1-side)})
			}
		}
		begin += g.width
	}
	return out
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
