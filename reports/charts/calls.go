package charts

import (
	"math"
	"sort"

	"poolbench/reports"
)

// A call marks a place on the x axis: a dashed line over the band of its
// interval, a marker where the curve meets the reference, and a label.
type call struct {
	look          look
	at            reports.Estimate
	meets         float64 // y value of the marker
	title, detail string
}

// A remark is what is said in a corner about a series without a call.
type remark struct {
	look look
	text string
}

const callHeight = 21

func (c call) width() float64 { return max(callFace.wide(c.title), smallFace.wide(c.detail)) + 6 }

// panel draws curves with their bands, the remarks, and the calls with labels
// where they cover nothing. land holds what is already there.
func (c *crossoverChart) panel(p *page, f frame, y axis, curves []curve, calls []call, notes []remark, land *terrain) {
	for _, k := range calls {
		c.callBand(p, f, k)
	}
	for _, k := range curves {
		p.bandIn(f, k, c.x, y, 0)
	}
	for _, k := range curves {
		var line []pt
		for _, q := range k.pts {
			line = append(line, pt{c.x.at(q.x), y.at(q.y)})
		}
		p.lineIn(f, stroke{role: k.look.line, width: 2}, line...)
		land.curves = append(land.curves, segments(line)...)
		for _, at := range line {
			if f.holds(at) {
				p.marker(k.look, at, 1.7)
			}
			land.taken = append(land.taken, slab{centre: at, width: 5, height: 5})
		}
	}
	sort.SliceStable(calls, func(i, j int) bool { return calls[i].at.Value < calls[j].at.Value })
	for _, k := range calls {
		x := c.x.at(k.at.Value)
		if x < f.left || x > f.right {
			continue
		}
		p.line(stroke{role: k.look.line, width: 1.1, dashes: []float64{5, 3}}, pt{x, f.bottom}, pt{x, f.top})
		at := pt{x, y.at(k.meets)}
		if f.holds(at) {
			p.marker(k.look, at, 3.4)
		}
		land.taken = append(land.taken, slab{centre: at, width: 9, height: 9})
	}
	c.remarks(p, notes, land)
	for i, s := range c.arrange(calls, land) {
		c.callLabel(p, calls[i], s)
	}
}

func (c *crossoverChart) callBand(p *page, f frame, k call) {
	if !k.at.Known() || !finite(k.at.Low) || !finite(k.at.High) || k.at.Low > k.at.High || k.at.High <= 0 {
		return
	}
	lo, hi := c.x.at(k.at.Low), c.x.at(k.at.High)
	if k.at.Low <= 0 {
		lo = f.left
	}
	p.fillIn(f, k.look.line.faded(34), pt{lo, f.bottom}, pt{hi, f.bottom}, pt{hi, f.top}, pt{lo, f.top})
}

// remarks writes a block of lines into a free corner.
func (c *crossoverChart) remarks(p *page, notes []remark, land *terrain) {
	if len(notes) == 0 {
		return
	}
	width := 0.0
	for _, n := range notes {
		width = max(width, noteFace.wide(n.text))
	}
	width, height := width+18, 10.5*float64(len(notes))+3
	s := land.corner(width, height)
	p.plate(s)
	for i, n := range notes {
		base := s.centre.y + height/2 - 9.5 - 10.5*float64(i)
		p.marker(n.look, pt{s.centre.x - width/2 + 6, base + 2.8}, 2.4)
		p.text(noteFace, n.look.text, pt{s.centre.x - width/2 + 13, base}, n.text)
	}
}

// plate is paper under a label, so that the grid does not run through it.
func (p *page) plate(s slab) {
	c := s.corners()
	p.fill(paper.faded(225), c[0], c[1], c[2], c[3])
}

// A spot is a place for the label of a call.
type spot struct {
	slab   slab
	leader segment // from the dashed line to the label
	cost   float64
}

// meets reports whether two labels, or the leader of one and the other label,
// are in each other's way.
func (s spot) meets(o spot) bool {
	return s.slab.meets(o.slab) || s.slab.crosses(o.leader) || o.slab.crosses(s.leader)
}

// arrange finds places for all calls together: every order of placing them is
// tried (there are at most four), each takes the cheapest place that the ones
// before it left, and the cheapest order wins.
func (c *crossoverChart) arrange(calls []call, land *terrain) []spot {
	spots := make([][]spot, len(calls))
	order := make([]int, len(calls))
	for i, k := range calls {
		spots[i] = c.spots(k, calls, land)
		order[i] = i
	}
	var best []spot
	least := math.Inf(1)
	permute(order, func(order []int) {
		chosen, total := make([]spot, len(calls)), 0.0
		for n, i := range order {
			found := false
			for _, s := range spots[i] {
				free := true
				for _, j := range order[:n] {
					free = free && !s.meets(chosen[j])
				}
				if free {
					chosen[i], found = s, true
					total += s.cost
					break
				}
			}
			if !found {
				return
			}
		}
		if total < least {
			best, least = chosen, total
		}
	})
	return best
}

// spots lists the places for a label, cheapest first: beside its line, right
// before left, high before low, near before far, over as few curves and other
// lines as can be.
func (c *crossoverChart) spots(k call, calls []call, land *terrain) []spot {
	f, x := land.bounds, c.x.at(k.at.Value)
	x = max(min(x, f.right), f.left)
	width := k.width()
	var out []spot
	for y := f.top - callHeight/2 - 2; y >= f.bottom+callHeight/2+2; y -= 3 {
		for _, gap := range []float64{5, 14, 24, 40, 60, 85, 115, 150} {
			for _, side := range []float64{1, -1} {
				s := slab{centre: pt{x + side*(gap+width/2), y}, width: width, height: callHeight}
				if !s.inside(f) {
					continue
				}
				near := pt{x + side*gap, y}
				cost := gap/12 + (f.top-y)/60
				if side < 0 {
					cost += 1.5
				}
				for _, t := range land.taken {
					if s.meets(t) {
						cost += 25
					}
				}
				for _, g := range land.curves {
					if s.crosses(g) {
						cost += 20
					}
				}
				for _, other := range calls {
					ox := c.x.at(other.at.Value)
					if s.crosses(segment{pt{ox, f.bottom}, pt{ox, f.top}}) {
						cost += 2
					}
				}
				out = append(out, spot{s, segment{pt{x, y}, near}, cost})
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].cost < out[j].cost })
	return out
}

func (c *crossoverChart) callLabel(p *page, k call, s spot) {
	p.plate(s.slab)
	if math.Abs(s.leader.b.x-s.leader.a.x) > 6 {
		p.line(stroke{role: k.look.line, width: 0.75}, s.leader.a, s.leader.b)
		p.marker(k.look, s.leader.a, 1.7)
	}
	left := s.slab.centre.x - s.slab.width/2 + 3
	p.text(callFace, k.look.text, pt{left, s.slab.centre.y + 1.5}, k.title)
	p.text(smallFace, muted, pt{left, s.slab.centre.y - 7.5}, k.detail)
}

// permute calls f with every order of items; f must not keep the slice. Items
// beyond the fifth keep their place.
func permute(items []int, f func([]int)) {
	var walk func(n int)
	walk = func(n int) {
		if n >= min(len(items), 5) {
			f(items)
			return
		}
		for i := n; i < min(len(items), 5); i++ {
			items[n], items[i] = items[i], items[n]
			walk(n + 1)
			items[n], items[i] = items[i], items[n]
		}
	}
	walk(0)
}
