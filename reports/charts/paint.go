package charts

import (
	"cmp"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

func xys(points []Point) plotter.XYs {
	var out plotter.XYs
	for _, p := range points {
		out = append(out, plotter.XY{X: p.X, Y: p.Value})
	}
	return out
}

// upright is a line over the whole height of the panel.
func (n *Panel) upright(x float64) []Point { return []Point{At(x, n.Y.lo), At(x, n.Y.hi)} }

// ghost is how the series of other panels are drawn.
var ghost = draw.LineStyle{Color: guide.faded(120), Width: 0.75}

func (g Guide) style() draw.LineStyle {
	role := guide
	if g.Strong {
		role = strong
	}
	style := role.stroke(vg.Length(g.Width))
	for _, d := range g.Dashes {
		style.Dashes = append(style.Dashes, vg.Length(d))
	}
	return style
}

// plot makes gonum's plot of the panel: axes, grid, and all marks that need no
// place of their own.
func (n *Panel) plot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	area := func(c color.Color, ring []Point) {
		p.Add(&plotter.Polygon{XYs: []plotter.XYs{xys(ring)}, Color: c, LineStyle: draw.LineStyle{Color: c}})
	}
	column := func(from, to float64) []Point { return append(n.upright(from), At(to, n.Y.hi), At(to, n.Y.lo)) }
	line := func(points []Point, style draw.LineStyle) { p.Add(&plotter.Line{XYs: xys(points), LineStyle: style}) }

	if n.shaded() {
		area(tint.Light, column(n.Shade.From, n.X.hi))
		line(n.upright(n.Shade.From), guide.stroke(1, 1, 3))
	}
	lines := &plotter.Grid{Horizontal: grid.stroke(0.75)}
	if n.X.Ticks == nil {
		lines.Vertical = grid.stroke(0.75)
	}
	p.Add(lines)
	for _, g := range n.Guides {
		line(g.Line, g.style())
	}
	for _, s := range n.ghosts {
		line(s.Points, ghost)
	}
	for _, s := range n.Series {
		if k := s.Call; k != nil && k.At.Known() && k.At.Low < k.At.High {
			area(s.look().line.faded(34), column(max(k.At.Low, -1e18), min(k.At.High, 1e18)))
		}
	}
	for _, s := range n.Series {
		for _, ring := range n.bands(s) {
			area(s.look().line.faded(46), ring)
		}
	}
	for _, s := range n.Series {
		line(s.Points, s.look().line.stroke(2))
		line(s.Model, s.look().text.stroke(1, 1, 2.2))
		if s.Call != nil {
			line(n.upright(s.Call.At.Value), s.look().line.stroke(1.1, 5, 3))
		}
	}
	n.X.onto(&p.X) // after all Adds, each of which widens the axes
	n.Y.onto(&p.Y)
	p.Y.LineStyle.Width, p.Y.Tick.Length = 0, 0
	return p
}

func (n *Panel) shaded() bool { return n.Shade.Label != "" && n.Shade.From < n.X.hi }

// A view is a panel at its place on the page.
type view struct {
	*Panel
	plot  *plot.Plot
	tile  draw.Canvas // what the plot is drawn in
	frame draw.Canvas // the part with the data
	land  terrain
	aside map[mark]vg.Length // how far a marker stands beside its place
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
	x, _ := v.plot.Transforms(&v.frame)
	v.plot.X.Tick.Marker = thinned(v.X.ticks(), x)
	v.frame = v.plot.DataCanvas(v.tile)
	v.setAside()
	v.land = terrain{bounds: v.frame.Rectangle}
	cover := func(points []Point) { v.land.lines = append(v.land.lines, segments(v.path(points))...) }
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
			v.land.faint = append(v.land.faint, segments(v.path(v.upright(k.At.Value)))...)
		}
	}
}

// mark names the marker of one point.
type mark struct {
	series string
	x      float64
}

// marker is where the marker of a point stands.
func (v *view) marker(s Series, p Point) vg.Point {
	at := v.at(p)
	at.X += v.aside[mark{s.Name, p.X}]
	return at
}

// setAside spreads markers that would hide each other. Only the markers move,
// and only sideways: lines and values stay where they are.
func (v *view) setAside() {
	v.aside = map[mark]vg.Length{}
	if v.Small {
		return
	}
	columns, height := map[float64][]mark{}, map[mark]vg.Length{}
	for _, s := range v.Series {
		for _, p := range s.Points {
			m := mark{s.Name, p.X}
			columns[p.X], height[m] = append(columns[p.X], m), v.at(p).Y
		}
	}
	for _, marks := range columns {
		slices.SortStableFunc(marks, func(a, b mark) int { return cmp.Compare(height[a], height[b]) })
		for first := 0; first < len(marks); {
			last := first
			for last+1 < len(marks) && height[marks[last+1]]-height[marks[last]] < 4.5 {
				last++
			}
			group := marks[first : last+1]
			slices.SortStableFunc(group, func(a, b mark) int { return cmp.Compare(a.series, b.series) })
			for i, m := range group {
				v.aside[m] = (vg.Length(i) - vg.Length(len(group)-1)/2) * 6.2
			}
			first = last + 1
		}
	}
}

// plan finds places for the labels of calls and remarks. It reports false when
// they would have to cover a series: then they belong in the margin.
func (v *view) plan() bool {
	if v.ghosts != nil {
		return true // they stand over the panel
	}
	if text := v.remarks(); len(text) > 0 {
		width, height := text.size()
		v.note, _ = v.land.put(anywhere(v.frame.Rectangle, width+6, height+2, func(left, right, bottom, top vg.Length) vg.Length {
			return min(left, right) + min(top, bottom)
		}))
	}
	if v.inMargin {
		return true
	}
	v.tags = tags(v.Series, func(k Call) vg.Length { return v.at(At(k.At.Value, k.Meets)).X })
	for i := range v.tags {
		var free bool
		if v.tags[i].spot, free = v.land.put(v.tags[i].spots(v.frame.Rectangle)); !free {
			v.tags, v.inMargin = nil, true
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
		labels = append(labels, direct{text: v.label(s), end: v.at(s.Last()), line: s.look().line})
	}
	inMargin(c, labels, v.frame.Rectangle, width)
}

// label is what stands in the margin beside a series.
func (n *Panel) label(s Series) block {
	if n.inMargin && s.Call != nil {
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
				labels = append(labels, direct{text: block{line(noteFace, text, g.Name)}, end: end, line: guide})
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
		sin, cos := math.Sincos(s.slab.angle)
		const drop = 3.2 // from the middle of the text to its baseline
		c.FillText(style, vg.Point{X: s.slab.centre.X + drop*vg.Length(sin), Y: s.slab.centre.Y - drop*vg.Length(cos)}, name)
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
			text = append(text, line(noteFace, muted, l))
		}
		width, height := text.size()
		spots := anywhere(r, width, height, func(left, _, bottom, _ vg.Length) vg.Length { return 2*bottom + left })
		if s, free := v.land.put(spots); free {
			text.paint(c, vg.Point{X: s.slab.centre.X - width/2, Y: s.slab.centre.Y + height/2}, width)
			return
		}
	}
}
