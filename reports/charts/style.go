package charts

import (
	"image/color"
	"maps"
	"slices"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"poolbench/reports"
)

// A Role is a colour by what it is for. Pictures are drawn in Light; whoever
// embeds the SVG may put Dark in its place.
type Role struct {
	Name        string // CSS-friendly
	Light, Dark color.NRGBA
}

// The roles. Series colours are those of Okabe and Ito; the light ones keep a
// contrast of at least 3:1 on white and stay apart under protan, deutan and
// tritan sight, the text shades keep 5:1.
var (
	paper  = Role{"paper", rgb(0xFFFFFF), rgb(0x0D1117)}
	ink    = Role{"ink", rgb(0x1F2328), rgb(0xE6EDF3)}
	muted  = Role{"muted", rgb(0x59636E), rgb(0x9DA7B3)}
	guide  = Role{"guide", rgb(0x858E99), rgb(0x768390)}
	strong = Role{"strong", rgb(0x3F4852), rgb(0xC3CBD4)}
	grid   = Role{"grid", rgb(0xE6EAEE), rgb(0x262C36)}
	tint   = Role{"tint", rgb(0xF3F5F7), rgb(0x161B22)}
)

// Roles lists every colour a drawing may hold.
func Roles() []Role {
	roles := []Role{paper, ink, muted, guide, strong, grid, tint}
	for _, l := range append(slots[:], shared) {
		roles = append(roles, l.line, l.text)
	}
	return roles
}

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 255}
}

// faded is the role's light colour at the given alpha, never fully transparent.
func (r Role) faded(alpha uint8) color.NRGBA {
	c := r.Light
	c.A = alpha
	return c
}

// stroke is a line of the role; dashes alternate on and off, none is solid.
func (r Role) stroke(width vg.Length, dashes ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: r.Light, Width: width, Dashes: dashes}
}

// A Look is how one executor is drawn everywhere. The zero Look is that of those
// that have none of their own: they are not told apart, so each gets a panel.
type Look struct {
	line, text Role
	marker     draw.GlyphDrawer
}

var slots = [...]Look{
	{Role{"s1", rgb(0x0072B2), rgb(0x56B4E9)}, Role{"t1", rgb(0x00659E), rgb(0x7CC4EE)}, draw.CircleGlyph{}},
	{Role{"s2", rgb(0xD55E00), rgb(0xD55E00)}, Role{"t2", rgb(0xB34F00), rgb(0xF0894A)}, draw.BoxGlyph{}},
	{Role{"s3", rgb(0x009E73), rgb(0x009E73)}, Role{"t3", rgb(0x007657), rgb(0x3CC79B)}, draw.PyramidGlyph{}},
	{Role{"s4", rgb(0xCC79A7), rgb(0xCC79A7)}, Role{"t4", rgb(0x9C4A78), rgb(0xDFA0C4)}, diamond{}},
}

// shared is how those without a look of their own are drawn.
var shared = Look{Role{"s5", rgb(0x6F4BB8), rgb(0xB79CF0)}, Role{"t5", rgb(0x5B3A9E), rgb(0xC9B6F5)}, draw.CircleGlyph{}}

// known fixes the look of the built-in executors.
var known = map[string]int{"goroutines": 0, "processes": 1, "threads": 2, "spawn": 3}

// Looks gives the executors of a set their looks by label, the same in all charts: the
// built-in ones have theirs, and so have those of other runtimes that are of their kind;
// others take what is left in the order of their names. At most four of a runtime have one,
// which is the number that can be told apart in a panel.
func Looks(set *reports.Set) map[string]Look {
	kinds := map[string]map[string]string{} // by runtime and label
	add := func(f reports.Family, p reports.Pool) {
		if kinds[f.Runtime()] == nil {
			kinds[f.Runtime()] = map[string]string{}
		}
		kinds[f.Runtime()][p.Label()] = f.Kind(p)
	}
	for _, s := range reports.Scalings(set) {
		for _, series := range s.Series {
			add(s.Family, series.Pool)
		}
	}
	for _, s := range reports.Sweeps(set) {
		for _, series := range s.Series {
			add(s.Family, series.Pool)
		}
	}
	looks := map[string]Look{}
	for _, runtime := range slices.Sorted(maps.Keys(kinds)) {
		assign(looks, kinds[runtime])
	}
	return looks
}

// assign adds the looks of the executors of a runtime, whose kinds are given by label. One
// that another runtime has by the same name keeps its look.
func assign(looks map[string]Look, kinds map[string]string) {
	var others []string
	var taken [len(slots)]bool
	for _, label := range slices.Sorted(maps.Keys(kinds)) {
		slot, ok := known[kinds[label]]
		if look, has := looks[label]; has {
			slot, ok = slices.Index(slots[:], look), true
		}
		if ok {
			looks[label], taken[slot] = slots[slot], true
		} else {
			others = append(others, label)
		}
	}
	for slot, l := range slots {
		if len(others) > 0 && !taken[slot] {
			looks[others[0]], others = l, others[1:]
		}
	}
}

// diamond is the shape that gonum has not.
type diamond struct{}

func (diamond) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	r := 1.3 * style.Radius
	c.FillPolygon(style.Color, []vg.Point{{X: at.X, Y: at.Y + r}, {X: at.X + r, Y: at.Y}, {X: at.X, Y: at.Y - r}, {X: at.X - r, Y: at.Y}})
}

// mark draws a point over a disc of paper that keeps it crisp on lines and bands.
func (l Look) mark(c draw.Canvas, at vg.Point, radius vg.Length) {
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: paper.Light, Radius: radius + 1.1, Shape: l.marker}, at)
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: l.line.Light, Radius: radius, Shape: l.marker}, at)
}

// A face is a weight and size of the one family in use.
type face struct {
	bold bool
	size vg.Length
}

var (
	titleFace    = face{true, 13.5}
	subtitleFace = face{false, 9.5}
	tickFace     = face{false, 9}
	nameFace     = face{true, 9.5}
	noteFace     = face{false, 8}
	smallFace    = face{false, 7.5}
	callFace     = face{true, 8.5}
)

// FontStack are the faces whose widths the labels are laid out for, best first.
const FontStack = "Liberation Sans, Arial, Helvetica, sans-serif"

var fonts = text.Plain{Fonts: font.NewCache(liberation.Collection())}

func (f face) style(r Role) text.Style {
	weight := xfont.WeightNormal
	if f.bold {
		weight = xfont.WeightBold
	}
	return text.Style{Color: r.Light, Handler: fonts,
		Font: font.Font{Typeface: "Liberation", Variant: "Sans", Weight: weight, Size: f.size}}
}

func (f face) wide(s string) vg.Length { return f.style(ink).Width(s) }
