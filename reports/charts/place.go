package charts

import "slices"

import "math"

// A slab is a rectangle turned by an angle around its centre: the room a label
// takes.
type slab struct {
	centre        pt
	width, height float64
	angle         float64 // radians, counter-clockwise
}

// A segment is a straight piece of something that a label must not cover.
type segment struct{ a, b pt }

func (s slab) corners() [4]pt {
	sin, cos := math.Sincos(s.angle)
	var out [4]pt
	for i, k := range [4][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}} {
		x, y := k[0]*s.width/2, k[1]*s.height/2
		out[i] = pt{s.centre.x + x*cos - y*sin, s.centre.y + x*sin + y*cos}
	}
	return out
}

// inside reports whether the whole slab is in f.
func (s slab) inside(f frame) bool {
	for _, c := range s.corners() {
		if !f.holds(c) {
			return false
		}
	}
	return true
}

// meets reports whether two slabs overlap: they do not when the sides of one
// give a line between them.
func (s slab) meets(other slab) bool { return !s.parted(other) && !other.parted(s) }

func (s slab) parted(other slab) bool {
	lo, hi := pt{math.Inf(1), math.Inf(1)}, pt{math.Inf(-1), math.Inf(-1)}
	for _, c := range other.corners() {
		l := s.local(c)
		lo, hi = pt{min(lo.x, l.x), min(lo.y, l.y)}, pt{max(hi.x, l.x), max(hi.y, l.y)}
	}
	return lo.x > s.width/2 || hi.x < -s.width/2 || lo.y > s.height/2 || hi.y < -s.height/2
}

// local is p seen from the centre of the slab, along its sides.
func (s slab) local(p pt) pt {
	sin, cos := math.Sincos(s.angle)
	x, y := p.x-s.centre.x, p.y-s.centre.y
	return pt{x*cos + y*sin, -x*sin + y*cos}
}

// crosses reports whether the segment touches the slab (Liang and Barsky's
// clipping, in the slab's own directions).
func (s slab) crosses(g segment) bool {
	a, b := s.local(g.a), s.local(g.b)
	from, to := 0.0, 1.0
	for _, side := range [4][2]float64{
		{-(b.x - a.x), a.x + s.width/2}, {b.x - a.x, s.width/2 - a.x},
		{-(b.y - a.y), a.y + s.height/2}, {b.y - a.y, s.height/2 - a.y},
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
func segments(pts []pt) []segment {
	var out []segment
	for i := 1; i < len(pts); i++ {
		out = append(out, segment{pts[i-1], pts[i]})
	}
	return out
}

// A terrain is what is already on a panel.
type terrain struct {
	bounds frame
	curves []segment // must not be covered
	taken  []slab    // markers and earlier labels
}

// free reports whether a label at s covers nothing.
func (t *terrain) free(s slab) bool { return t.blocked(s) == 0 }

// blocked counts what a label at s would cover; leaving the bounds or meeting
// another label counts as much as any number of curves.
func (t *terrain) blocked(s slab) int {
	if !s.inside(t.bounds) {
		return math.MaxInt32
	}
	if slices.ContainsFunc(t.taken, s.meets) {
		return math.MaxInt32
	}
	n := 0
	for _, c := range t.curves {
		if s.crosses(c) {
			n++
		}
	}
	return n
}

// along finds a free place for a label of the given size beside a line and
// parallel to it: the nearest to the preferred share of its length, above before
// below. It marks the place as taken.
func (t *terrain) along(line []pt, width, height, prefer float64) (slab, bool) {
	var length float64
	for _, s := range segments(line) {
		length += math.Hypot(s.b.x-s.a.x, s.b.y-s.a.y)
	}
	const step = 4.0
	n := int(min(length/step, 2000))
	for k := 0; k <= 2*n; k++ {
		share := prefer + float64((k+1)/2)*float64(1-2*(k%2))/float64(max(n, 1))
		if share < 0 || share > 1 {
			continue
		}
		at, angle := pointAlong(line, share*length)
		for _, side := range []float64{1, -1} {
			off := side * (height/2 + 1.5)
			s := slab{pt{at.x - off*math.Sin(angle), at.y + off*math.Cos(angle)}, width, height, angle}
			if t.free(s) {
				t.taken = append(t.taken, s)
				return s, true
			}
		}
	}
	return slab{}, false
}

// pointAlong is the place at the distance from the start of a line, and the
// direction of the line there.
func pointAlong(line []pt, distance float64) (pt, float64) {
	var at pt
	var angle float64
	for _, s := range segments(line) {
		d := math.Hypot(s.b.x-s.a.x, s.b.y-s.a.y)
		angle = math.Atan2(s.b.y-s.a.y, s.b.x-s.a.x)
		if distance <= d && d > 0 {
			return pt{s.a.x + (s.b.x-s.a.x)*distance/d, s.a.y + (s.b.y-s.a.y)*distance/d}, angle
		}
		at, distance = s.b, distance-d
	}
	return at, angle
}

// corner finds a place for a block of the given size, covering as little as can
// be, from the top left corner on. It marks the place as taken.
func (t *terrain) corner(width, height float64) slab {
	best, least := slab{centre: pt{t.bounds.left + 4 + width/2, t.bounds.top - 4 - height/2}, width: width, height: height}, math.Inf(1)
	for y := t.bounds.top - 4 - height/2; y >= t.bounds.bottom+4+height/2; y -= 4 {
		for x := t.bounds.left + 6 + width/2; x <= t.bounds.right-6-width/2; x += 6 {
			s := slab{centre: pt{x, y}, width: width, height: height}
			cost := 1000*float64(t.blocked(s)) + min(x-t.bounds.left, t.bounds.right-x) + min(t.bounds.top-y, y-t.bounds.bottom)
			if cost < least {
				best, least = s, cost
			}
		}
	}
	t.taken = append(t.taken, best)
	return best
}
