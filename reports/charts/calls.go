package charts

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A tag is the label of one call, or of several whose lines are so near to each
// other that labels of their own would not tell them apart.
type tag struct {
	series      []Series // ascending in the place of their calls
	left, right vg.Length
	spot        spot
}

// shareLabel is how close two dashed lines are, in points, to share a label.
const shareLabel = 34

// tags puts the calls of series together whose lines are close; at gives their
// places.
func tags(series []Series, at func(Call) vg.Length) []tag {
	called := slices.DeleteFunc(slices.Clone(series), func(s Series) bool { return s.Call == nil })
	slices.SortStableFunc(called, func(a, b Series) int { return cmp.Compare(a.Call.At.Value, b.Call.At.Value) })
	var out []tag
	for _, s := range called {
		x := at(*s.Call)
		if n := len(out); n > 0 && x-out[n-1].right < shareLabel {
			out[n-1].series, out[n-1].right = append(out[n-1].series, s), x
			continue
		}
		out = append(out, tag{series: []Series{s}, left: x, right: x})
	}
	return out
}

func (t tag) text() block {
	first := t.series[0].Call
	if len(t.series) == 1 {
		return block{rowOf(callFace, t.series[0].look().text, first.Title), rowOf(smallFace, muted, t.series[0].Name+" · "+first.Detail)}
	}
	out := block{rowOf(noteFace, muted, first.Head)}
	for _, s := range t.series {
		look := s.look()
		out = append(out, row{&look, []span{
			{callFace, look.text, s.Name + " " + s.Call.Value}, {smallFace, muted, s.Call.Detail}}})
	}
	return out
}

// spots lists the places for a label: beside its lines, better right than left,
// high than low, near than far.
func (t tag) spots(f vg.Rectangle) []spot {
	width, height := t.text().size()
	width, height = width+6, height+2
	var out []spot
	for y := f.Max.Y - height/2 - 2; y >= f.Min.Y+height/2+2; y -= 3 {
		for _, gap := range []vg.Length{5, 14, 24, 40, 60, 85, 115, 150} {
			for _, side := range []vg.Length{1, -1} {
				x, cost := t.right, gap/12+(f.Max.Y-y)/60
				if side < 0 {
					x, cost = t.left, cost+1.5
				}
				out = append(out, spot{slab{centre: vg.Point{X: x + side*(gap+width/2), Y: y}, width: width, height: height},
					piece(vg.Point{X: x + side, Y: y}, vg.Point{X: x + side*gap, Y: y}), float64(cost)})
			}
		}
	}
	return out
}

// paint writes the label at its place.
func (t tag) paint(c draw.Canvas) {
	if g := t.spot.leader; g.width > 6 {
		c.StrokeLines(guide.stroke(0.75), g.corners()[:2])
	}
	plate(c, t.spot.slab, t.text())
}

// plate writes a block at a place, over paper so that no grid runs through it.
func plate(c draw.Canvas, s slab, b block) {
	c.FillPolygon(paper.faded(225), s.corners())
	_, height := b.size()
	b.paint(c, vg.Point{X: s.centre.X - s.width/2 + 3, Y: s.centre.Y + height/2}, s.width-6)
}
