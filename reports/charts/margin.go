package charts

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A direct label stands in the margin beside what it names, which is read sooner
// than a legend, all that gonum has.
type direct struct {
	text block
	end  vg.Point  // where the thing it names ends
	line Role      // of the leader
	y    vg.Length // of its middle, set by stackUp
}

func (d direct) height() vg.Length {
	_, h := d.text.size()
	return h + 2
}

// stackUp sets the y of each label as near to the end of its line as the others
// allow, in the order of the ends, between bottom and top. Equal ends keep their
// order.
//
// Labels that would overlap are moved together, as in pool-adjacent-violators:
// each group stands around the mean of what its members want.
func stackUp(labels []direct, bottom, top vg.Length) {
	slices.SortStableFunc(labels, func(a, b direct) int { return cmp.Compare(b.end.Y, a.end.Y) })
	type group struct {
		first, n     int
		wish, height vg.Length // of its middle
	}
	var groups []group
	settle := func(g group) group {
		g.wish = max(min(g.wish, top-g.height/2), bottom+g.height/2)
		return g
	}
	for i, l := range labels {
		g := settle(group{i, 1, l.end.Y, l.height()})
		for len(groups) > 0 {
			last := groups[len(groups)-1]
			if last.wish-last.height/2 >= g.wish+g.height/2 {
				break
			}
			groups = groups[:len(groups)-1]
			wish := (last.wish*vg.Length(last.n) + g.wish*vg.Length(g.n)) / vg.Length(last.n+g.n)
			g = settle(group{last.first, last.n + g.n, wish, last.height + g.height})
		}
		groups = append(groups, g)
	}
	for _, g := range groups {
		y := g.wish + g.height/2
		for i := g.first; i < g.first+g.n; i++ {
			labels[i].y = y - labels[i].height()/2
			y -= labels[i].height()
		}
	}
}

// leaderRoom is the room between a panel and the labels in its margin.
const leaderRoom = 16

// drawMargin draws the labels right of a frame, each with a leader from the end of
// its line; width is the room for their text.
func drawMargin(c draw.Canvas, labels []direct, f vg.Rectangle, width vg.Length) {
	stackUp(labels, f.Min.Y-10, f.Max.Y+8)
	x := f.Max.X + leaderRoom
	for _, l := range labels {
		top := l.y + l.height()/2 - 1
		heart := top - l.text[0].height()*0.45
		start := l.end.X + 5
		if start > f.Max.X-25 {
			start = f.Max.X // nothing goes on beyond it
		}
		c.StrokeLines(l.line.stroke(0.75), []vg.Point{{X: start, Y: l.end.Y}, {X: max(f.Max.X+2, start), Y: l.end.Y}, {X: x - 4, Y: heart}})
		l.text.paint(c, vg.Point{X: x, Y: top}, width)
	}
}
