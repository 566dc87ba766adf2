package charts

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A page is the whole picture. Lengths are points, y grows upward, and the
// origin is the lower left corner.
type page struct {
	canvas        draw.Canvas
	width, height float64
}

// A pt is a place on the page.
type pt struct{ x, y float64 }

// A frame is an upright rectangle on the page.
type frame struct{ left, bottom, right, top float64 }

func (f frame) holds(p pt) bool {
	return p.x >= f.left && p.x <= f.right && p.y >= f.bottom && p.y <= f.top
}

const edge = 16 // margin of the page on the left and on the right

func newPage(canvas draw.Canvas, width, height float64) *page {
	p := &page{canvas, width, height}
	p.fill(paper.Light, pt{0, 0}, pt{width, 0}, pt{width, height}, pt{0, height})
	return p
}

func (p pt) vg() vg.Point { return vg.Point{X: vg.Length(p.x), Y: vg.Length(p.y)} }

// points converts places. One that is no number, or is absurdly far away, is a
// fault of a chart; it panics here, since rasterising it might never end.
func points(pts []pt) []vg.Point {
	out := make([]vg.Point, len(pts))
	for i, p := range pts {
		if !(math.Abs(p.x) < 1e6) || !(math.Abs(p.y) < 1e6) {
			panic(fmt.Sprintf("place (%g, %g) is not on any page", p.x, p.y))
		}
		out[i] = p.vg()
	}
	return out
}

// clipped is the canvas cut to f.
func (p *page) clipped(f frame) *draw.Canvas {
	return &draw.Canvas{Canvas: p.canvas.Canvas, Rectangle: vg.Rectangle{
		Min: pt{f.left, f.bottom}.vg(), Max: pt{f.right, f.top}.vg()}}
}

func (p *page) fill(c color.Color, pts ...pt) { p.canvas.FillPolygon(c, points(pts)) }

// fillIn fills the part of a polygon that is inside f.
func (p *page) fillIn(f frame, c color.Color, pts ...pt) {
	canvas := p.clipped(f)
	if cut := canvas.ClipPolygonXY(points(pts)); len(cut) > 2 {
		canvas.FillPolygon(c, cut)
	}
}

// A stroke is how a line is drawn; dashes alternate on and off, none is solid.
type stroke struct {
	role   Role
	width  float64
	dashes []float64
}

func (s stroke) style() draw.LineStyle {
	style := draw.LineStyle{Color: s.role.Light, Width: vg.Length(s.width)}
	for _, d := range s.dashes {
		style.Dashes = append(style.Dashes, vg.Length(d))
	}
	return style
}

func (p *page) line(s stroke, pts ...pt) {
	if len(pts) > 1 {
		p.canvas.StrokeLines(s.style(), points(pts))
	}
}

// lineIn draws the part of a line that is inside f.
func (p *page) lineIn(f frame, s stroke, pts ...pt) {
	if len(pts) < 2 {
		return
	}
	canvas := p.clipped(f)
	canvas.StrokeLines(s.style(), canvas.ClipLinesXY(points(pts))...)
}

// marker draws a point of the given radius over a disc of paper that keeps it
// crisp on lines and bands.
func (p *page) marker(l look, at pt, radius float64) {
	p.shape(l.marker, paper.Light, at, radius+1.1)
	p.shape(l.marker, l.line.Light, at, radius)
}

func (p *page) shape(m Marker, c color.Color, at pt, r float64) {
	switch m {
	case Square:
		r *= 0.9
		p.fill(c, pt{at.x - r, at.y - r}, pt{at.x + r, at.y - r}, pt{at.x + r, at.y + r}, pt{at.x - r, at.y + r})
	case Triangle:
		r *= 1.25
		dx, dy := r*math.Cos(math.Pi/6), r/2
		p.fill(c, pt{at.x, at.y + r}, pt{at.x + dx, at.y - dy}, pt{at.x - dx, at.y - dy})
	case Diamond:
		r *= 1.3
		p.fill(c, pt{at.x, at.y + r}, pt{at.x + r, at.y}, pt{at.x, at.y - r}, pt{at.x - r, at.y})
	default:
		var path vg.Path
		path.Move(pt{at.x + r, at.y}.vg())
		path.Arc(at.vg(), vg.Length(r), 0, 2*math.Pi)
		path.Close()
		p.canvas.SetColor(c)
		p.canvas.Fill(path)
	}
}

// A typeface is a weight and size of the one family in use.
type typeface struct {
	bold bool
	size float64
}

var (
	titleFace    = typeface{true, 13.5}
	subtitleFace = typeface{false, 9.5}
	tickFace     = typeface{false, 9}
	nameFace     = typeface{true, 9.5}
	noteFace     = typeface{false, 8}
	smallFace    = typeface{false, 7.5}
	callFace     = typeface{true, 8.5}
)

var fonts = font.NewCache(liberation.Collection())

func (f typeface) face() font.Face {
	weight := xfont.WeightNormal
	if f.bold {
		weight = xfont.WeightBold
	}
	return fonts.Lookup(font.Font{Typeface: "Liberation", Variant: "Sans", Weight: weight}, vg.Length(f.size))
}

// wide is the width of s.
func (f typeface) wide(s string) float64 {
	face := f.face()
	return float64(face.Width(s))
}

// fit cuts s to the width, with an ellipsis where it was cut.
func (f typeface) fit(s string, width float64) string {
	if f.wide(s) <= width {
		return s
	}
	runes := []rune(s)
	for len(runes) > 0 && f.wide(string(runes)+"…") > width {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), " ·,:") + "…"
}

// wrap breaks s into lines that fit the width, at most the given number; the
// last is cut if there is more.
func (f typeface) wrap(s string, width float64, most int) []string {
	var lines []string
	words := strings.Fields(s)
	for len(words) > 0 {
		n := 1
		for n < len(words) && f.wide(strings.Join(words[:n+1], " ")) <= width {
			n++
		}
		if len(lines) == most-1 {
			n = len(words)
		}
		lines = append(lines, f.fit(strings.Join(words[:n], " "), width))
		words = words[n:]
	}
	return lines
}

func (p *page) text(f typeface, r Role, at pt, s string) {
	if s == "" {
		return
	}
	p.canvas.SetColor(r.Light)
	p.canvas.FillString(f.face(), at.vg(), s)
}

func (p *page) textRight(f typeface, r Role, at pt, s string) {
	p.text(f, r, pt{at.x - f.wide(s), at.y}, s)
}

func (p *page) textCentre(f typeface, r Role, at pt, s string) {
	p.text(f, r, pt{at.x - f.wide(s)/2, at.y}, s)
}

// textAlong draws s with its baseline centre at the place, turned by the angle.
func (p *page) textAlong(f typeface, r Role, at pt, angle float64, s string) {
	p.canvas.Push()
	p.canvas.Translate(at.vg())
	p.canvas.Rotate(angle)
	p.text(f, r, pt{-f.wide(s) / 2, 0}, s)
	p.canvas.Pop()
}

// heading is the block over a chart: the finding, what was drawn and how, and
// what the y axis of the first panel means.
func (p *page) heading(title, subtitle, yAxis string) {
	room := p.width - 2*edge
	f := titleFace
	for f.size > 10.5 && f.wide(title) > room {
		f.size -= 0.25
	}
	p.text(f, ink, pt{edge, p.height - 28}, f.fit(title, room))
	s := subtitleFace
	for s.size > 7.5 && s.wide(subtitle) > room {
		s.size -= 0.25
	}
	p.text(s, muted, pt{edge, p.height - 43}, s.fit(subtitle, room))
	p.text(tickFace, muted, pt{edge, p.height - 62}, yAxis)
}

// footer writes notes from the bottom up, so that the last line is always at the
// same height. Each note starts a line; long ones take two.
func (p *page) footer(notes ...string) {
	var lines []string
	for _, n := range notes {
		lines = append(lines, smallFace.wrap(n, p.width-2*edge, 2)...)
	}
	for i, l := range lines {
		p.text(smallFace, muted, pt{edge, 9 + 9.5*float64(len(lines)-1-i)}, l)
	}
}

// footerLines is how many lines footer needs, to lay out what is above it.
func footerLines(width float64, notes ...string) int {
	n := 0
	for _, note := range notes {
		n += len(smallFace.wrap(note, width-2*edge, 2))
	}
	return n
}
