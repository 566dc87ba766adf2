package charts

import (
	"image/color"
	"sort"

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
	for _, s := range slots {
		roles = append(roles, s.line, s.text)
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

// A Marker is the shape of a point.
type Marker string

// The markers, one per series.
const (
	Circle   Marker = "circle"
	Square   Marker = "square"
	Triangle Marker = "triangle"
	Diamond  Marker = "diamond"
)

// A look is how one executor is drawn everywhere.
type look struct {
	line, text Role
	marker     Marker
}

var slots = [...]look{
	{Role{"s1", rgb(0x0072B2), rgb(0x56B4E9)}, Role{"t1", rgb(0x00659E), rgb(0x7CC4EE)}, Circle},
	{Role{"s2", rgb(0xD55E00), rgb(0xD55E00)}, Role{"t2", rgb(0xB34F00), rgb(0xF0894A)}, Square},
	{Role{"s3", rgb(0x009E73), rgb(0x009E73)}, Role{"t3", rgb(0x007657), rgb(0x3CC79B)}, Triangle},
	{Role{"s4", rgb(0xCC79A7), rgb(0xCC79A7)}, Role{"t4", rgb(0x9C4A78), rgb(0xDFA0C4)}, Diamond},
}

// known fixes the look of the built-in executors.
var known = map[string]int{"goroutines": 0, "processes": 1, "threads": 2, "spawn": 3}

// serialName is the baseline, which is a line of its own and never a series.
const serialName = "serial"

// looks gives each executor of d its look, the same in all charts: the built-in
// ones have theirs, others take what is left in the order of their names. At most
// four have one, which is the number that can be told apart.
func looks(d *reports.Data) map[string]look {
	names := map[string]bool{}
	for _, s := range d.Scalings {
		for _, series := range s.Series {
			names[series.Executor] = true
		}
	}
	for _, s := range d.Sweeps {
		for _, series := range s.Series {
			names[series.Executor] = true
		}
	}
	delete(names, serialName)
	var taken [len(slots)]bool
	out := map[string]look{}
	for name, slot := range known {
		if names[name] {
			out[name], taken[slot] = slots[slot], true
		}
	}
	var others []string
	for name := range names {
		if _, ok := known[name]; !ok {
			others = append(others, name)
		}
	}
	sort.Strings(others)
	for slot := range slots {
		if !taken[slot] && len(others) > 0 {
			out[others[0]], others = slots[slot], others[1:]
		}
	}
	return out
}
