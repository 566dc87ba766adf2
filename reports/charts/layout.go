package charts

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	edge      = 16 // margin of the page on the left and on the right, in points as all lengths
	headRoom  = 48 // for title and subtitle
	nameRoom  = 19 // over each panel, for what its y axis is
	titleRoom = 15 // below, for what its x axis is
	cellRoom  = 92 // for a small multiple with its axis, but without its title
)

// A sheet is the panels of a Picture, or their multiples.
type sheet []Panel

// split reports whether the panels become small multiples.
func (ps sheet) split() bool { return slices.ContainsFunc(ps, Panel.crowded) }

// room is the height of a panel, or of all its multiples, without the titles of axes.
func (ps sheet) room(n Panel) vg.Length {
	if ps.split() {
		_, rows := n.cells()
		return vg.Length(rows) * (cellRoom + n.cellHead())
	}
	return vg.Length(cmp.Or(n.Height, 224))
}

// areas gives each panel its part of the page, from the top down, below the title of
// its y axis.
func (ps sheet) areas(c draw.Canvas) []draw.Canvas {
	var out []draw.Canvas
	top, right := c.Max.Y-headRoom, c.Max.X-edge
	if !ps.split() {
		right = c.Max.X - leaderRoom - ps.marginWidth() - edge/2
	}
	for _, n := range ps {
		area := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: edge, Y: top - nameRoom - ps.room(n)}, Max: vg.Point{X: right, Y: top - nameRoom}}}
		out, top = append(out, area), area.Min.Y
	}
	return out
}

// views lays out the panels, or their multiples.
func (ps sheet) views(c draw.Canvas) []*view {
	var out []*view
	var left vg.Length
	for i, area := range ps.areas(c) {
		cells, columns, rows, head := []*Panel{&ps[i]}, 1, 1, vg.Length(0)
		if ps.split() {
			cells, head = ps[i].multiples(), ps[i].cellHead()
			columns, rows = ps[i].cells()
		}
		plots := make([][]*plot.Plot, rows)
		for k := range cells {
			if k%columns == 0 {
				plots[k/columns] = make([]*plot.Plot, columns)
			} else {
				cells[k].Y.Label = func(float64) string { return " " } // the first of the row has it; the grid stays
			}
			plots[k/columns][k%columns] = cells[k].plot()
		}
		tiles := plot.Align(plots, draw.Tiles{Cols: columns, Rows: rows, PadX: 12, PadY: head, PadTop: head}, area)
		for k := range cells {
			v := &view{Panel: cells[k], plot: plots[k/columns][k%columns], tile: tiles[k/columns][k%columns]}
			left = max(left, v.plot.DataCanvas(v.tile).Min.X)
			out = append(out, v)
		}
	}
	for _, v := range out {
		if !ps.split() { // plot.Align would align them, but give them one height
			v.tile.Min.X += left - v.plot.DataCanvas(v.tile).Min.X
		}
		v.settle()
	}
	return out
}

// cells is how many columns and rows the multiples of a panel have.
func (n Panel) cells() (columns, rows int) {
	columns = 2
	for columns < 4 && columns*columns < len(n.Series) {
		columns++
	}
	return columns, (len(n.Series) + columns - 1) / columns
}

// cellHead is the room for the titles of multiples.
func (n Panel) cellHead() vg.Length {
	var most vg.Length
	for _, s := range n.Series {
		_, h := n.title(s).size()
		most = max(most, h)
	}
	return most + 5
}

// marginWidth is the room that labels beside the panels need.
func (ps sheet) marginWidth() vg.Length {
	width := vg.Length(60)
	for _, n := range ps {
		for _, g := range n.Guides {
			width = max(width, noteFace.wide(g.Name))
		}
		for _, s := range n.Series {
			wide, _ := n.label(s).size()
			width = max(width, wide)
		}
	}
	return min(width, 142)
}

// axisTitles names the axes of all panels. gonum would turn the title of a y axis by a
// quarter, and put that of a logarithmic x axis where the middle of its values is.
func (ps sheet) axisTitles(c draw.Canvas) {
	areas := ps.areas(c)
	for i, n := range ps {
		at := vg.Point{X: edge, Y: areas[i].Max.Y + 7}
		write(c, tickFace, muted, at, n.Y.Title)
		n.key(c, vg.Point{X: at.X + tickFace.wide(n.Y.Title) + 14, Y: at.Y})
		if ps.split() {
			n.legend(c, vg.Point{X: at.X + tickFace.wide(n.Y.Title) + 14, Y: at.Y})
		}
	}
	last := areas[len(areas)-1]
	x := ps[len(areas)-1].X.Title
	write(c, tickFace, muted, vg.Point{X: last.Center().X - tickFace.wide(x)/2, Y: last.Min.Y - 11}, x)
}

// key names the colours of stacks.
func (n Panel) key(c draw.Canvas, at vg.Point) {
	for _, s := range n.Stacks {
		const side = 7
		c.FillPolygon(s.Look.line.faded(190), []vg.Point{at, {X: at.X + side, Y: at.Y}, {X: at.X + side, Y: at.Y + side}, {X: at.X, Y: at.Y + side}})
		write(c, smallFace, muted, vg.Point{X: at.X + side + 3, Y: at.Y + 0.5}, s.Name)
		at.X += side + 3 + smallFace.wide(s.Name) + 12
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
		if g.Name != "" {
			entry(g.Name, g.style())
		}
	}
	entry("the others", ghost)
}
