package charts

import (
	"image/color"

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
	for _, s := range n.Stacks {
		for _, b := range s.Bars {
			const half = 0.36 // of a row
			low, high := b.Row-half, b.Row+half
			area(s.Look.line.faded(190), []Point{At(b.From, low), At(b.To, low), At(b.To, high), At(b.From, high)})
		}
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
		p.Add(&plotter.Line{XYs: xys(s.Along), LineStyle: draw.LineStyle{Color: s.look().line.faded(90), Width: 6}})
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
