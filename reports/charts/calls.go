package charts

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"poolbench/reports"
)

// A call marks a place on the x axis: a dashed line over the band of its
// interval, a marker where the curve meets the reference, and a label.
type call struct {
	look   look
	at     reports.Estimate
	meets  float64 // y value of the marker
	name   string  // of the series
	title  string  // the finding, when the call has a label of its own
	head   string  // the finding without the value, when several share a label
	detail string  // interval, and more
}

// A tag is the label of one call, or of several whose lines are so near to each
// other that labels of their own would not tell them apart.
type tag struct {
	calls       []call // ascending in x
	left, right float64
}

// near is how close two dashed lines are, in points, to share a label.
const near = 34

func (c *crossoverChart) tags(calls []call, f frame) []tag {
	var tags []tag
	for _, k := range calls {
		x := max(min(c.x.at(k.at.Value), f.right), f.left)
		if n := len(tags); n > 0 && x-tags[n-1].right < near {
			tags[n-1].calls, tags[n-1].right = append(tags[n-1].calls, k), x
			continue
		}
		tags = append(tags, tag{[]call{k}, x, x})
	}
	return tags
}

func (t tag) size() (width, height float64) {
	if len(t.calls) == 1 {
		k := t.calls[0]
		return max(callFace.wide(k.title), smallFace.wide(k.name+" · "+k.detail)) + 6, 21
	}
	width = noteFace.wide(t.calls[0].head)
	for _, k := range t.calls {
		width = max(width, 9+callFace.wide(k.row())+4+smallFace.wide(k.detail))
	}
	return width + 6, 12 + 10.5*float64(len(t.calls))
}

// row is the start of the call's line in a shared label.
func (c call) row() string { return c.name + " " + reports.Duration(c.at.Value) }

// A remark is what is said in a corner about a series without a call.
type remark struct {
	look look
	text string
}

// panel draws curves with their bands, the remarks, and the calls with labels
// where they cover nothing. land holds what is already there.
func (c *crossoverChart) panel(p *page, f frame, y axis, curves []curve, calls []call, notes []remark, land *terrain) {
	for _, k := range calls {
		c.callBand(p, f, k)
	}
	for _, k := range curves {
		p.bandIn(f, k, c.x, y)
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
	tags := c.tags(calls, f)
	for i, s := range c.arrange(tags, land) {
		p.tagLabel(tags[i], s)
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

// arrange finds places for all labels together: every order of placing them is
// tried (there are at most four), each takes the cheapest place that the ones
// before it left, and the cheapest order wins.
func (c *crossoverChart) arrange(tags []tag, land *terrain) []spot {
	spots := make([][]spot, len(tags))
	order := make([]int, len(tags))
	for i, t := range tags {
		spots[i] = t.spots(tags, land)
		order[i] = i
	}
	var best []spot
	least := math.Inf(1)
	permute(order, func(order []int) {
		chosen, total := make([]spot, len(tags)), 0.0
		for n, i := range order {
			found := slices.IndexFunc(spots[i], func(s spot) bool {
				return !slices.ContainsFunc(order[:n], func(j int) bool { return s.meets(chosen[j]) })
			})
			if found < 0 {
				return
			}
			chosen[i] = spots[i][found]
			total += chosen[i].cost
		}
		if total < least {
			best, least = chosen, total
		}
	})
	return best
}

// spots lists the places for a label, cheapest first: beside its lines, right
// before left, high before low, near before far, over as few curves and other
// lines as can be.
func (t tag) spots(tags []tag, land *terrain) []spot {
	f := land.bounds
	width, height := t.size()
	var out []spot
	for y := f.top - height/2 - 2; y >= f.bottom+height/2+2; y -= 3 {
		for _, gap := range []float64{5, 14, 24, 40, 60, 85, 115, 150} {
			for _, side := range []float64{1, -1} {
				x, cost := t.right, gap/12+(f.top-y)/60
				if side < 0 {
					x = t.left
					cost += 1.5
				}
				s := slab{centre: pt{x + side*(gap+width/2), y}, width: width, height: height}
				if !s.inside(f) {
					continue
				}
				out = append(out, spot{s, segment{pt{x, y}, pt{x + side*gap, y}}, cost + covers(s, tags, land)})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b spot) int { return cmp.Compare(a.cost, b.cost) })
	return out
}

// covers is what it costs to put a label at s over what is there.
func covers(s slab, tags []tag, land *terrain) float64 {
	cost := 0.0
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
	for _, t := range tags {
		for _, x := range []float64{t.left, t.right} {
			if s.crosses(segment{pt{x, land.bounds.bottom}, pt{x, land.bounds.top}}) {
				cost += 2
			}
		}
	}
	return cost
}

func (p *page) tagLabel(t tag, s spot) {
	p.plate(s.slab)
	if math.Abs(s.leader.b.x-s.leader.a.x) > 6 {
		p.line(stroke{role: guide, width: 0.75}, s.leader.a, s.leader.b)
	}
	left, top := s.slab.centre.x-s.slab.width/2+3, s.slab.centre.y+s.slab.height/2
	if len(t.calls) == 1 {
		k := t.calls[0]
		p.text(callFace, k.look.text, pt{left, top - 9}, k.title)
		p.text(smallFace, muted, pt{left, top - 18}, k.name+" · "+k.detail)
		return
	}
	p.text(noteFace, muted, pt{left, top - 8.5}, t.calls[0].head)
	for i, k := range t.calls {
		y := top - 19.5 - 10.5*float64(i)
		p.marker(k.look, pt{left + 3, y + 2.9}, 2.2)
		p.text(callFace, k.look.text, pt{left + 9, y}, k.row())
		p.text(smallFace, muted, pt{left + 13 + callFace.wide(k.row()), y}, k.detail)
	}
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
