package charts

import (
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	nameRoom  = 19 // over each panel, for what its y axis is
	titleRoom = 15 // below, for what its x axis is
	cellRoom  = 92 // for a small multiple with its axis, but without its title
)

// split reports whether the panels become small multiples.
func (p Picture) split() bool { return slices.ContainsFunc(p.Panels, Panel.crowded) }

// room is the height of a panel without what its y axis is, or of all its multiples.
func (p Picture) room(n Panel) vg.Length {
	switch {
	case p.split():
		_, rows := n.cells()
		return vg.Length(rows)*(cellRoom+n.cellHead()) + titleRoom
	case n.Height > 0:
		return vg.Length(n.Height)
	}
	return 239
}

// areas gives each panel its part of the page, from the top down, below the name of
// its y axis.
func (p Picture) areas(c draw.Canvas, margin vg.Length) []draw.Canvas {
	var out []draw.Canvas
	top := c.Max.Y - headRoom
	for _, n := range p.Panels {
		area := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: edge, Y: top - nameRoom - p.room(n)}, Max: vg.Point{X: c.Max.X - margin, Y: top - nameRoom}}}
		out, top = append(out, area), area.Min.Y
	}
	return out
}

// single lays out panels below each other with their labels in the margin, whose
// width it gives.
func (p Picture) single(c draw.Canvas) ([]*view, vg.Length) {
	width := vg.Length(60)
	for _, n := range p.Panels {
		for _, g := range n.Guides {
			if len(g.Names) > 0 {
				width = max(width, noteFace.wide(g.Names[0]))
			}
		}
		for _, s := range n.Series {
			wide, _ := n.label(s).size()
			width = max(width, wide)
		}
	}
	width = min(width, 142)
	var views []*view
	var left vg.Length
	for i, area := range p.areas(c, leader+width+edge/2) {
		v := &view{Panel: &p.Panels[i], plot: p.Panels[i].plot(), tile: area}
		if i == len(p.Panels)-1 {
			v.xTitle = v.X.Title
			v.tile.Min.Y += titleRoom
		}
		left = max(left, v.plot.DataCanvas(v.tile).Min.X)
		views = append(views, v)
	}
	for _, v := range views {
		// plot.Align would give all panels one height.
		v.tile.Min.X += left - v.plot.DataCanvas(v.tile).Min.X
		v.frame = v.plot.DataCanvas(v.tile)
		v.settle()
	}
	return views, width
}

// cells is how many columns and rows the multiples of a panel have.
func (n Panel) cells() (columns, rows int) {
	switch {
	case len(n.Series) <= 4:
		columns = 2
	case len(n.Series) <= 9:
		columns = 3
	default:
		columns = 4
	}
	return columns, (len(n.Series) + columns - 1) / columns
}

// title is what stands over the multiple of a series.
func (n Panel) title(s Series) block {
	look := s.look()
	out := block{{mark: &look, spans: []span{{nameFace, look.text, s.Name}}}}
	switch {
	case s.Call != nil:
		out = append(out, lines(false, append([]string{s.Call.Title}, strings.Split(s.Call.Detail, " · ")...)...)...)
	case s.Remark != "":
		out = append(out, lines(false, smallFace.wrap(s.Remark, 98, 3)...)...)
	default:
		out = append(out, lines(false, s.Details...)...)
	}
	return out
}

func (n Panel) cellHead() vg.Length {
	var most vg.Length
	for _, s := range n.Series {
		_, h := n.title(s).size()
		most = max(most, h)
	}
	return most + 5
}

// multiples draws each panel as small multiples.
func (p Picture) multiples(c draw.Canvas) {
	for i, area := range p.areas(c, edge) {
		n := p.Panels[i]
		write(c, tickFace, muted, vg.Point{X: edge, Y: area.Max.Y + 7}, n.Y.Title)
		n.legend(c, vg.Point{X: edge + tickFace.wide(n.Y.Title) + 14, Y: area.Max.Y + 7})
		columns, rows := n.cells()
		room := n.cellHead()
		plots := make([][]*plot.Plot, rows)
		var views []*view
		for k, one := range n.multiples() {
			if k%columns == 0 {
				plots[k/columns] = make([]*plot.Plot, columns)
			} else {
				one.Y.Label = func(float64) string { return " " } // the first of the row has it; the grid stays
			}
			views = append(views, &view{Panel: &one, plot: one.plot()})
			plots[k/columns][k%columns] = views[k].plot
		}
		if i == len(p.Panels)-1 {
			area.Min.Y += titleRoom
			write(c, tickFace, muted, vg.Point{X: area.Center().X - tickFace.wide(n.X.Title)/2, Y: area.Min.Y - 11}, n.X.Title)
		}
		tiles := plot.Align(plots, draw.Tiles{Cols: columns, Rows: rows, PadX: 12, PadY: room, PadTop: room}, area)
		for k, v := range views {
			v.tile = tiles[k/columns][k%columns]
			v.frame = v.plot.DataCanvas(v.tile)
			v.settle()
			v.paint(c, 0)
			v.title(v.Series[0]).paint(c, vg.Point{X: v.frame.Min.X, Y: v.frame.Max.Y + room - 2}, v.frame.Max.X-v.frame.Min.X)
		}
	}
}

// legend says what the lines behind the series of multiples are.
func (n Panel) legend(c draw.Canvas, at vg.Point) {
	entry := func(name string, style draw.LineStyle) {
		c.StrokeLines(style, []vg.Point{{X: at.X, Y: at.Y + 2.7}, {X: at.X + 16, Y: at.Y + 2.7}})
		write(c, smallFace, muted, vg.Point{X: at.X + 19, Y: at.Y}, name)
		at.X += 19 + smallFace.wide(name) + 10
	}
	for _, g := range n.Guides {
		if len(g.Names) > 0 {
			entry(g.Names[0], g.style())
		}
	}
	entry("the others", ghost)
}
