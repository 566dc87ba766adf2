package charts

import (
	"cmp"
	"math"
	"slices"

	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A call marks a place on the x axis: a dashed line over the band of its
// interval, a marker where the curve meets the reference, and a label.
type call struct {
	look   look
	at     estimate.Estimate
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

// shareLabel is how close two dashed lines are, in points, to share a label.
const shareLabel = 34

// near puts calls, ascending in x, together into tags.
func (n *panel) near() []tag {
	var tags []tag
	for _, k := range n.calls {
		x := max(min(n.x.at(k.at.Value), n.frame.right), n.frame.left)
		if m := len(tags); m > 0 && x-tags[m-1].right < shareLabel {
			tags[m-1].calls, tags[m-1].right = append(tags[m-1].calls, k), x
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
func (c call) row() string { return c.name + " " + words.Duration(c.at.Value) }

// A remark is what is said in a corner about a series without a call.
type remark struct {
	look look
	text string
}

// A panel is one of the two plots of a crossover chart.
type panel struct {
	frame   frame
	x, y    axis
	curves  []curve
	calls   []call
	remarks []remark
	guides  []segment // reference lines that are already drawn

	tags  []tag
	spots []spot // parallel to tags; nil when not all of them have a place
	note  slab   // place of the remarks
}

func (n *panel) places(k curve) []pt {
	var out []pt
	for _, q := range k.pts {
		out = append(out, pt{n.x.at(q.x), n.y.at(q.y)})
	}
	return out
}

// plan finds places for the labels. It reports false when they would have to
// cover a curve: then they belong in the margin.
func (n *panel) plan() bool {
	land := terrain{bounds: n.frame, curves: slices.Clone(n.guides)}
	for _, k := range n.curves {
		line := n.places(k)
		land.curves = append(land.curves, segments(line)...)
		for _, at := range line {
			land.taken = append(land.taken, slab{centre: at, width: 5, height: 5})
		}
	}
	slices.SortStableFunc(n.calls, func(a, b call) int { return cmp.Compare(a.at.Value, b.at.Value) })
	for _, k := range n.calls {
		land.taken = append(land.taken, slab{centre: pt{n.x.at(k.at.Value), n.y.at(k.meets)}, width: 9, height: 9})
	}
	if len(n.remarks) > 0 {
		n.note = land.corner(remarksSize(n.remarks))
	}
	n.tags = n.near()
	n.spots = arrange(n.tags, &land)
	for _, s := range n.spots {
		if s.cost >= coverCurve {
			n.spots = nil
		}
	}
	return len(n.tags) == len(n.spots)
}

// paint draws the panel, with the labels that plan found places for.
func (n *panel) paint(p *page) {
	f := n.frame
	for _, k := range n.calls {
		n.band(p, k)
	}
	for _, k := range n.curves {
		p.bandIn(f, k, n.x, n.y)
	}
	for _, k := range n.curves {
		p.lineIn(f, stroke{role: k.look.line, width: 2}, n.places(k)...)
	}
	for _, k := range n.curves {
		for _, at := range n.places(k) {
			if f.holds(at) {
				p.marker(k.look, at, 1.7)
			}
		}
	}
	for _, k := range n.calls {
		x := n.x.at(k.at.Value)
		if x < f.left || x > f.right {
			continue
		}
		p.line(stroke{role: k.look.line, width: 1.1, dashes: []float64{5, 3}}, pt{x, f.bottom}, pt{x, f.top})
		if at := (pt{x, n.y.at(k.meets)}); f.holds(at) {
			p.marker(k.look, at, 3.4)
		}
	}
	p.remarks(n.remarks, n.note)
	for i, s := range n.spots {
		p.tagLabel(n.tags[i], s)
	}
}

// band shades the interval of a call.
func (n *panel) band(p *page, k call) {
	f := n.frame
	if !k.at.Known() || !finite(k.at.Low) || !finite(k.at.High) || k.at.Low > k.at.High || k.at.High <= 0 {
		return
	}
	lo, hi := n.x.at(k.at.Low), n.x.at(k.at.High)
	if k.at.Low <= 0 {
		lo = f.left
	}
	p.fillIn(f, k.look.line.faded(34), pt{lo, f.bottom}, pt{hi, f.bottom}, pt{hi, f.top}, pt{lo, f.top})
}

func remarksSize(notes []remark) (width, height float64) {
	for _, n := range notes {
		width = max(width, noteFace.wide(n.text))
	}
	return width + 18, 10.5*float64(len(notes)) + 3
}

// remarks writes a block of lines at s.
func (p *page) remarks(notes []remark, s slab) {
	if len(notes) == 0 {
		return
	}
	p.plate(s)
	for i, n := range notes {
		base := s.centre.y + s.height/2 - 9.5 - 10.5*float64(i)
		p.marker(n.look, pt{s.centre.x - s.width/2 + 6, base + 2.8}, 2.4)
		p.text(noteFace, n.look.text, pt{s.centre.x - s.width/2 + 13, base}, n.text)
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
func arrange(tags []tag, land *terrain) []spot {
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

// coverCurve is the cost that no other reason together reaches.
const coverCurve = 100

// covers is what it costs to put a label at s over what is there.
func covers(s slab, tags []tag, land *terrain) float64 {
	cost := 0.0
	for _, t := range land.taken {
		if s.meets(t) {
			cost += coverCurve
		}
	}
	for _, g := range land.curves {
		if s.crosses(g) {
			cost += coverCurve
		}
	}
	for _, t := range tags {
		for _, x := range []float64{t.left, t.right} {
			if s.crosses(segment{pt{x, land.bounds.bottom}, pt{x, land.bounds.top}}) {
				cost += 6
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
