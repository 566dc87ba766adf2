package charts

import (
	"cmp"
	"math"
	"slices"

	"poolbench/reports/estimate"
)

// A Panel is one plot of a Picture: series over two axes, and what they are read
// against.
type Panel struct {
	X, Y   Axis
	Height float64 // with the axis, in points; 0 is 224
	Small  bool    // points are small, for series of many
	Shade  Shade
	Guides []Guide
	Series []Series // see Add
	Stacks []Stack  // bars side by side along rows, whose names stand above the panel

	left          int      // series beyond the most that are drawn
	ghosts        []Series // of the other panels, in grey
	callsInMargin bool     // for want of a place
}

// A Series is a line of points, with the name and the looks that it has everywhere.
type Series struct {
	Name    string
	Look    Look
	Points  []Point
	Model   []Point  // what a model says of it, dotted; may be empty
	Details []string // said below the name
	Call    *Call    // what it has on the x axis; may be nil
	Remark  string   // what is said in the panel of a series without a call
	Along   []Point  // an interval on the x axis, drawn as a bar; may be empty
}

// A Stack is one part of every row of a panel that has rows of bars: all bars of a colour.
type Stack struct {
	Name string
	Look Look
	Bars []Bar
}

// A Bar reaches along the x axis, at a row of the y axis.
type Bar struct{ Row, From, To float64 }

// A Call marks a place on the x axis that a series has: a dashed line over the band
// of its interval, a marker where the series is there, and a label.
type Call struct {
	At     estimate.Estimate // on the x axis
	Meets  float64           // value of the marker on the y axis
	Title  string            // the finding: "pays off above 0.47 µs"
	Head   string            // the finding when several share a label: "pay off above"
	Value  string            // and what each has of it: "0.47 µs"
	Detail string            // the interval, and more
}

// A Point is a value at X, shaded when it has an interval.
type Point struct {
	X float64
	estimate.Estimate
}

// At is a point without an interval.
func At(x, y float64) Point { return Point{x, estimate.Estimate{Value: y}} }

// A Guide is a line that series are read against. A single point is drawn as a bar.
type Guide struct {
	Name   string  // in the margin, or beside the line; may be empty
	Short  string  // for lack of room beside the line; may be empty
	Along  float64 // where beside the line the name is best, as a share of its length; 0 is in the margin
	Line   []Point
	Width  float64
	Dashes []float64
	Strong bool // darker than the others
}

// A Shade tints the panel from a value of x on, if it is below its end.
type Shade struct {
	From  float64
	Label string // what it means; empty is none
}

func (s Series) look() Look { return cmp.Or(s.Look, shared) }

// named is a series' marker and name with details below.
func named(s Series, details ...string) block {
	look := s.look()
	out := block{{&look, []span{{nameFace, look.text, s.Name}}}}
	for _, t := range details {
		out = append(out, rowOf(smallFace, muted, t))
	}
	return out
}

// Add adds a series in the order of x, with the points that the axes can show; it
// reports whether there are any. Calls that cannot be shown are left out, too.
func (n *Panel) Add(s Series) bool {
	s.Points, s.Model, s.Along = n.shown(s.Points), n.shown(s.Model), n.shown(s.Along)
	if s.Call != nil && !n.X.shows(s.Call.At.Value) {
		s.Call = nil
	}
	if len(s.Points) == 0 {
		return false
	}
	if len(n.Series) == mostSeries {
		n.left++
		return false
	}
	n.Series = append(n.Series, s)
	return true
}

// mostSeries bounds the length of a page: the renderer holds all of it.
const mostSeries = 64

// shown are the points that can be drawn, in the order of x. An interval that
// cannot be is none: beyond any sense it would overflow on a linear axis.
func (n *Panel) shown(points []Point) []Point {
	points = slices.DeleteFunc(slices.Clone(points), func(p Point) bool { return !n.X.shows(p.X) || !n.Y.shows(p.Value) })
	for i, p := range points {
		if !(math.Abs(p.Low) < 1e18 && math.Abs(p.High) < 1e18 && p.Low <= p.Value && p.Value <= p.High) {
			points[i].Low, points[i].High = p.Value, p.Value
		}
	}
	slices.SortStableFunc(points, func(a, b Point) int { return cmp.Compare(a.X, b.X) })
	return points
}

// banded reports whether the interval of a shown point is drawn.
func (p Point) banded() bool { return p.Known() && p.Low < p.High }

// xs are the places of all points, and of what else the x axis holds.
func (n *Panel) xs() []float64 {
	xs := slices.Clone(n.X.Holds)
	for _, s := range n.Series {
		for _, p := range append(slices.Clone(s.Points), s.Along...) {
			xs = append(xs, p.X)
		}
	}
	return xs
}

// fit is the panel as it is drawn: of what can be shown, with the ranges of its axes.
func (n Panel) fit() Panel {
	series := n.Series
	n.Series = nil
	for _, s := range series {
		n.Add(s)
	}
	var ys []float64
	for _, s := range n.Series {
		for _, p := range s.Points {
			// A wide interval may go beyond the picture: the points decide.
			ys = append(ys, p.Value, max(p.Low, min(p.Value/3, p.Value*3)), min(p.High, max(p.Value/3, p.Value*3)))
		}
	}
	n.X, n.Y = n.X.over(n.xs()), n.Y.over(ys)
	guides := n.Guides
	n.Guides = nil
	for _, g := range guides {
		g.Line = n.shown(g.Line)
		if len(g.Line) == 1 {
			p := g.Line[0]
			g.Line = []Point{At(n.X.shifted(p.X, -0.022), p.Value), At(n.X.shifted(p.X, 0.022), p.Value)}
		}
		if len(g.Line) > 0 {
			n.Guides = append(n.Guides, g)
		}
	}
	return n
}

// crowded reports whether the series cannot all be told apart in one panel.
func (n Panel) crowded() bool {
	return len(n.Series) > 1 && slices.ContainsFunc(n.Series, func(s Series) bool { return s.Look == (Look{}) })
}

// multiples are the panel once for each series, all with the same axes.
func (n Panel) multiples() []*Panel {
	var out []*Panel
	for i, s := range n.Series {
		one := n
		one.Series = []Series{s}
		one.ghosts = slices.Delete(slices.Clone(n.Series), i, i+1)
		out = append(out, &one)
	}
	return out
}

// bands are the outlines of the intervals, of each run of points that have one.
func (n *Panel) bands(s Series) [][]Point {
	var out [][]Point
	var low, high []Point
	flush := func() {
		if len(low) == 1 { // one interval alone is a bar
			before, after := n.X.shifted(low[0].X, -0.006), n.X.shifted(low[0].X, 0.006)
			low, high = []Point{At(before, low[0].Value), At(after, low[0].Value)}, []Point{At(before, high[0].Value), At(after, high[0].Value)}
		}
		if len(low) > 0 {
			slices.Reverse(high)
			out = append(out, append(low, high...))
		}
		low, high = nil, nil
	}
	for _, p := range s.Points {
		if !p.banded() {
			flush()
			continue
		}
		low, high = append(low, At(p.X, p.Low)), append(high, At(p.X, p.High))
	}
	flush()
	return out
}

// Best is the highest point, of equal ones the first.
func (s Series) Best() Point {
	return slices.MaxFunc(s.Points, func(a, b Point) int { return cmp.Compare(a.Value, b.Value) })
}

// Last is the point with the largest x.
func (s Series) Last() Point { return s.Points[len(s.Points)-1] }
