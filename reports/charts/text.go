package charts

import (
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"poolbench/reports/words"
)

// write puts s with its baseline at a place.
func write(c draw.Canvas, f face, r Role, at vg.Point, s string) {
	style := f.style(r)
	// FillText hangs text below a place that is the size above the baseline's ascent.
	at.Y += style.FontExtents().Ascent - f.size
	c.FillText(style, at, s)
}

// fit makes s printable and cuts it to the width, with an ellipsis where it was cut.
func (f face) fit(s string, width vg.Length) string {
	if s = clean(s); f.wide(s) <= width {
		return s
	}
	runes := []rune(s)
	for len(runes) > 0 && f.wide(string(runes)+"…") > width {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), " ·,:") + "…"
}

// clean makes a text of any length printable.
func clean(s string) string {
	fields := strings.Fields(s)
	for i, f := range fields {
		fields[i] = words.OneLine(f)
	}
	return strings.Join(fields, " ")
}

// shrunk is the face in a size that s fits into the width with, at least the given.
func (f face) shrunk(s string, width, least vg.Length) face {
	for f.size > least && f.wide(s) > width {
		f.size -= 0.25
	}
	return f
}

// wrap breaks s into lines that fit the width, at most the given number; the
// last is cut if there is more.
func (f face) wrap(s string, width vg.Length, most int) []string {
	var lines []string
	rest := strings.Fields(s)
	for len(rest) > 0 {
		n := 1
		for n < len(rest) && f.wide(strings.Join(rest[:n+1], " ")) <= width {
			n++
		}
		if len(lines) == most-1 {
			n = len(rest)
		}
		lines = append(lines, f.fit(strings.Join(rest[:n], " "), width))
		rest = rest[n:]
	}
	return lines
}

// A span is text in one style.
type span struct {
	face face
	role Role
	text string
}

// A row is spans side by side, maybe behind a marker.
type row struct {
	mark  *Look
	spans []span
}

// A block is the text of one label. Behind a marker all rows are indented.
type block []row

const (
	markWidth = 9
	spanGap   = 4
)

// rowOf is a row of one span.
func rowOf(f face, r Role, text string) row { return row{spans: []span{{f, r, text}}} }

func (r row) height() vg.Length {
	var size vg.Length
	for _, s := range r.spans {
		size = max(size, s.face.size)
	}
	return 1.27 * size
}

func (b block) indent() vg.Length {
	if slices.ContainsFunc(b, func(r row) bool { return r.mark != nil }) {
		return markWidth
	}
	return 0
}

func (b block) size() (width, height vg.Length) {
	for _, r := range b {
		wide := b.indent() - spanGap
		for _, s := range r.spans {
			wide += spanGap + s.face.wide(s.text)
		}
		width, height = max(width, wide), height+r.height()
	}
	return width, height
}

// paint writes the block below and right of a corner, cut to the width.
func (b block) paint(c draw.Canvas, corner vg.Point, width vg.Length) {
	y := corner.Y
	for _, r := range b {
		y -= r.height()
		base := y + 0.3*r.height()
		if r.mark != nil {
			r.mark.mark(c, vg.Point{X: corner.X + 3, Y: base + 0.25*r.height()}, 0.22*r.height())
		}
		x := corner.X + b.indent()
		for _, s := range r.spans {
			t := s.face.fit(s.text, corner.X+width-x+0.1)
			write(c, s.face, s.role, vg.Point{X: x, Y: base}, t)
			x += s.face.wide(t) + spanGap
		}
	}
}
