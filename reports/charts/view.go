package charts

import (
	"cmp"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A view is a panel at its place on the page.
type view struct {
	*Panel
	plot  *plot.Plot
	tile  draw.Canvas // what the plot is drawn in
	frame draw.Canvas // the part with the data
	land  terrain
	aside map[markKey]vg.Length // how far a marker stands beside its place
	tags  []tag
	note  spot // of the remarks
}

func (v *view) at(p Point) vg.Point {
	x, y := v.plot.Transforms(&v.frame)
	return vg.Point{X: x(p.X), Y: y(p.Value)}
}

func (v *view) path(points []Point) []vg.Point {
	var out []vg.Point
	for _, p := range points {
		out = append(out, v.at(p))
	}
	return out
}

// radius of a marker.
func (n *Panel) radius() vg.Length {
	if n.Small {
		return 1.7
	}
	return 3.1
}

// settle measures the frame in the tile, and finds what the marks of the panel cover.
func (v *view) settle() {
	v.frame = v.plot.DataCanvas(v.tile)
	x, y := v.plot.Transforms(&v.frame)
	v.plot.X.Tick.Marker = thinned(v.X.ticks(), x, func(s string) vg.Length { return tickFace.wide(s)/2 + 2.5 })
	v.plot.Y.Tick.Marker = thinned(v.Y.ticks(), y, func(string) vg.Length { return tickFace.size / 2 })
	v.frame = v.plot.DataCanvas(v.tile)
	if !v.Small {
		v.aside = setAside(v.Series, v.at)
	}
	v.land = terrain{bounds: v.frame.Rectangle}
	cover := func(points []Point) { v.land.lines = append(v.land.lines, pieces(v.path(points))...) }
	mark := func(at vg.Point, size vg.Length) {
		v.land.marks = append(v.land.marks, slab{centre: at, width: size, height: size})
	}
	if v.shaded() {
		cover(v.upright(v.Shade.From))
	}
	for _, g := range v.Guides {
		cover(g.Line)
	}
	for _, s := range v.Series {
		cover(s.Points)
		for _, p := range s.Points {
			mark(v.marker(s, p), 2*v.radius()+2)
		}
		for _, ring := range v.bands(s) {
			if !v.Small { // many intervals would leave no place
				cover(ring)
			}
		}
		if k := s.Call; k != nil {
			mark(v.at(At(k.At.Value, k.Meets)), 9)
			v.land.faint = append(v.land.faint, pieces(v.path(v.upright(k.At.Value)))...)
		}
	}
}

// marker is where the marker of a point stands.
func (v *view) marker(s Series, p Point) vg.Point {
	at := v.at(p)
	at.X += v.aside[markKey{s.Name, p.X}]
	return at
}

// plan finds places for the labels of calls and remarks. It reports false when
// they would have to cover a series: then they belong in the margin.
func (v *view) plan() bool {
	if v.ghosts != nil {
		return true // they stand over the panel
	}
	if text := v.remarks(); len(text) > 0 {
		width, height := text.size()
		width = min(width+6, v.frame.Max.X-v.frame.Min.X-12)
		v.note, _ = v.land.put(anywhere(v.frame.Rectangle, width, height+2, func(left, right, bottom, top vg.Length) vg.Length {
			return min(left, right) + min(top, bottom)
		}))
	}
	if v.callsInMargin {
		return true
	}
	v.tags = tags(v.Series, func(k Call) vg.Length { return v.at(At(k.At.Value, k.Meets)).X })
	for i := range v.tags {
		var free bool
		if v.tags[i].spot, free = v.land.put(v.tags[i].spots(v.frame.Rectangle)); !free {
			v.tags, v.callsInMargin = nil, true
			return false
		}
	}
	return true
}

// remarks are what is said of the series without a call.
func (v *view) remarks() block {
	var out block
	for _, s := range v.Series {
		if s.Call == nil && s.Remark != "" {
			look := s.look()
			out = append(out, row{&look, []span{{noteFace, look.text, s.Name + ": " + s.Remark}}})
		}
	}
	return out
}

// title is what stands over a small multiple.
func (n *Panel) title(s Series) block {
	switch {
	case s.Call != nil:
		return named(s, append([]string{s.Call.Title}, strings.Split(s.Call.Detail, " · ")...)...)
	case s.Remark != "":
		return named(s, smallFace.wrap(s.Remark, 94, 3)...)
	}
	return named(s, s.Details...)
}

// paint draws the panel; width is the room for text in its margin.
func (v *view) paint(c draw.Canvas, width vg.Length) {
	v.plot.Draw(v.tile)
	for _, s := range v.Series {
		for _, p := range s.Points {
			s.look().mark(c, v.marker(s, p), v.radius())
		}
		if s.Call != nil {
			if at := v.at(At(s.Call.At.Value, s.Call.Meets)); v.frame.Contains(at) {
				s.look().mark(c, at, 3.4)
			}
		}
	}
	if v.ghosts != nil {
		title := v.title(v.Series[0])
		_, height := title.size()
		title.paint(c, vg.Point{X: v.frame.Min.X, Y: v.frame.Max.Y + height + 3}, v.frame.Max.X-v.frame.Min.X)
		return
	}
	if text := v.remarks(); len(text) > 0 {
		plate(c, v.note.slab, text)
	}
	for _, t := range v.tags {
		t.paint(c)
	}
	labels := v.nameGuides(c)
	v.nameShade(c)
	for _, s := range v.Series {
		line := s.look().line
		if len(s.Along) > 0 {
			line = guide // or it would look like the interval
		}
		labels = append(labels, direct{text: v.label(s), end: v.at(s.Last()), line: line})
	}
	drawMargin(c, labels, v.frame.Rectangle, width)
}

// label is what stands in the margin beside a series.
func (n *Panel) label(s Series) block {
	if n.callsInMargin && s.Call != nil {
		return named(s, s.Call.Title, strings.Replace(s.Call.Detail, "95 % CI [", "[", 1))
	}
	return named(s, s.Details...)
}

// nameGuides writes the names of the guides beside their lines, where there is
// room, and returns labels for the others.
func (v *view) nameGuides(c draw.Canvas) []direct {
	var labels []direct
	for _, g := range v.Guides {
		if g.Name == "" {
			continue
		}
		text := muted
		if g.Strong {
			text = strong
		}
		for _, path := range v.frame.ClipLinesXY(v.path(g.Line)) {
			end := path[len(path)-1]
			switch {
			case g.Along > 0 && v.nameAlong(c, path, g, text):
			case g.Along > 0 && end.Y > v.frame.Max.Y-1 && end.X < v.frame.Max.X-20:
				// It leaves through the top: the label goes above it.
				name := cmp.Or(g.Short, g.Name)
				write(c, noteFace, text, vg.Point{X: end.X - noteFace.wide(name)/2, Y: v.frame.Max.Y + 3}, name)
			default:
				labels = append(labels, direct{text: block{rowOf(noteFace, text, g.Name)}, end: end, line: guide})
			}
		}
	}
	return labels
}

// nameAlong writes the name of a guide, or the short one, where there is room along
// a line.
func (v *view) nameAlong(c draw.Canvas, line []vg.Point, g Guide, text Role) bool {
	for _, name := range []string{g.Name, cmp.Or(g.Short, g.Name)} {
		s, free := v.land.put(beside(line, noteFace.wide(name)+4, 9, g.Along))
		if !free {
			continue
		}
		style := noteFace.style(text)
		style.Rotation, style.XAlign = s.slab.angle, draw.XCenter
		const drop = 3.2 // from the middle of the text to its baseline
		c.FillText(style, s.slab.at(0, -drop), name)
		return true
	}
	return false
}

// nameShade says what the shading means, where there is room for it, low before high.
func (v *view) nameShade(c draw.Canvas) {
	if !v.shaded() {
		return
	}
	r := v.frame.Rectangle
	r.Min.X = max(r.Min.X, v.at(At(v.Shade.From, v.Y.hi)).X)
	for most := 1; most <= 3; most++ {
		var text block
		for _, l := range noteFace.wrap(v.Shade.Label, noteFace.wide(v.Shade.Label)/vg.Length(most)+12, most) {
			text = append(text, rowOf(noteFace, muted, l))
		}
		width, height := text.size()
		spots := anywhere(r, width, height, func(left, _, bottom, _ vg.Length) vg.Length { return 2*bottom + left })
		if s, free := v.land.put(spots); free {
			text.paint(c, vg.Point{X: s.slab.centre.X - width/2, Y: s.slab.centre.Y + height/2}, width)
			return
		}
	}
}
