package flame

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"

	"poolbench/reports/words"
)

// A Title is what stands over a picture.
type Title struct {
	Name string // safe as an XML id: it is the first part of those in the picture
	Text string // the finding, or what it is of
	Note string // below it: what was drawn, and how; may be empty
}

const (
	width     = 1080
	rowHeight = 17
	headRoom  = 50
	edge      = 10
	least     = 0.4 // points: frames below are too narrow to be seen
	letter    = 6.1 // width of a letter of text, in points
)

// SVG is the flame graph of a tree.
func SVG(t *Tree, title Title) []byte {
	p := picture{tree: t, title: title, details: func(f, _ *Frame) string { return "" },
		fill: func(f, _ *Frame) string { return warm(f.Name) },
		alt:  "Flame graph of " + quantity(t.Root.Value, t.Unit) + " of " + t.Type + ". " + t.widest()}
	return p.draw()
}

// Between is the difference of two trees of one type: frames of head, by what they have of
// all samples there against base. Red has more, blue less; the title says how all of it
// changed where note is true for that: profiles of equal work have totals that compare.
func Between(base, head *Tree, title Title) ([]byte, error) {
	if base.Type != head.Type || base.Unit != head.Unit {
		return nil, fmt.Errorf("flame: %s in %s and %s in %s do not compare", base.Type, base.Unit, head.Type, head.Unit)
	}
	ratio := float64(head.Root.Value)/float64(base.Root.Value) - 1
	total := fmt.Sprintf("%s to %s (%+.1f %%)", quantity(base.Root.Value, base.Unit), quantity(head.Root.Value, head.Unit), 100*ratio)
	title.Text = strings.TrimPrefix(title.Text+": "+total, ": ")
	change := func(f, b *Frame) float64 {
		before := 0.0
		if b != nil {
			before = float64(b.Value) / float64(base.Root.Value)
		}
		return float64(f.Value)/float64(head.Root.Value) - before
	}
	p := picture{tree: head, base: &base.Root, title: title,
		fill: func(f, b *Frame) string { return diverging(change(f, b)) },
		details: func(f, b *Frame) string {
			return fmt.Sprintf(", %+.1f points against the base", 100*change(f, b))
		},
		alt: "Difference of two flame graphs of " + head.Type + ", " + total + ". Frames are as wide as in the second; red has a larger share there, blue a smaller one. " + head.widest()}
	return p.draw(), nil
}

// widest names the leaf with the most samples of its own.
func (t *Tree) widest() string {
	name, most := "", int64(0)
	own := map[string]int64{}
	var walk func(f *Frame)
	walk = func(f *Frame) {
		left := f.Value
		for _, c := range f.Children {
			left -= c.Value
			walk(c)
		}
		own[f.Name] += left
	}
	walk(&t.Root)
	for n, v := range own {
		if v > most || v == most && n < name {
			name, most = n, v
		}
	}
	return fmt.Sprintf("The most of its own has %s, %s.", name, percent(most, t.Root.Value))
}

func percent(part, whole int64) string {
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}

// quantity is a value for people.
func quantity(v int64, unit string) string {
	x := float64(v)
	switch unit {
	case "nanoseconds":
		for _, u := range []struct {
			size float64
			name string
		}{{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}} {
			if x >= u.size {
				return strconv.FormatFloat(x/u.size, 'f', 2, 64) + " " + u.name
			}
		}
		return strconv.FormatInt(v, 10) + " ns"
	case "bytes":
		for i, name := range []string{"GiB", "MiB", "KiB"} {
			if size := math.Exp2(float64(30 - 10*i)); x >= size {
				return strconv.FormatFloat(x/size, 'f', 1, 64) + " " + name
			}
		}
		return strconv.FormatInt(v, 10) + " B"
	}
	return strconv.FormatInt(v, 10) + " " + unit
}

type picture struct {
	tree    *Tree
	base    *Frame // nil without
	title   Title
	alt     string
	fill    func(f, base *Frame) string
	details func(f, base *Frame) string
	out     bytes.Buffer
}

// styles have what a style attribute cannot: the pointer, and dark. Text on frames is black on
// both, as frames are light.
const styles = `text{font-family:"Liberation Sans",Arial,Helvetica,sans-serif}` +
	`.frame:hover{stroke:#1F2328 !important}` +
	`@media (prefers-color-scheme:dark){.page{fill:#0D1117 !important}.title{fill:#E6EDF3 !important}.note{fill:#9DA7B3 !important}.frame{stroke:#0D1117 !important}.frame:hover{stroke:#E6EDF3 !important}}`

func (p *picture) draw() []byte {
	height := headRoom + (p.tree.Depth+1)*rowHeight + edge
	name := p.title.Name
	fmt.Fprintf(&p.out, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-labelledby="%s-title %s-desc">`+"\n",
		width, height, width, height, text(name), text(name))
	fmt.Fprintf(&p.out, "<title id=\"%s-title\">%s</title>\n<desc id=\"%s-desc\">%s</desc>\n<style>%s</style>\n", text(name), text(p.title.Text), text(name), text(p.alt), styles)
	fmt.Fprintf(&p.out, `<rect class="page" x="0" y="0" width="%d" height="%d" style="fill:#FFFFFF"/>`+"\n", width, height)
	fmt.Fprintf(&p.out, `<text class="title" x="%d" y="22" style="fill:#1F2328;font-size:15px;font-weight:bold">%s</text>`+"\n", edge, text(fit(p.title.Text, 1.35, width-2*edge)))
	fmt.Fprintf(&p.out, `<text class="note" x="%d" y="39" style="fill:#59636E;font-size:11px">%s</text>`+"\n", edge, text(fit(p.title.Note, 1, width-2*edge)))
	whole := p.tree.Root
	whole.Name = "all"
	p.frame(&whole, p.base, edge, float64(width-2*edge), 0)
	p.out.WriteString("</svg>\n")
	return p.out.Bytes()
}

// frame draws a frame and what it calls, the callers on top.
func (p *picture) frame(f, base *Frame, x, wide float64, depth int) {
	if wide < least {
		return
	}
	y := headRoom + depth*rowHeight
	hint := fmt.Sprintf("%s: %s, %s of all%s", f.Name, quantity(f.Value, p.tree.Unit), percent(f.Value, p.tree.Root.Value), p.details(f, base))
	fmt.Fprintf(&p.out, `<g><title>%s</title><rect class="frame" x="%.1f" y="%d" width="%.1f" height="%d" rx="1.5" style="fill:%s;stroke:#FFFFFF;stroke-width:0.7"/>`,
		text(hint), x, y, wide, rowHeight-1, p.fill(f, base))
	if label := fit(words.Function(f.Name), 1, wide-6); label != "" {
		fmt.Fprintf(&p.out, `<text x="%.1f" y="%d" style="fill:#000000;font-size:11px">%s</text>`, x+3, y+12, text(label))
	}
	p.out.WriteString("</g>\n")
	for _, c := range f.Children {
		part := wide * float64(c.Value) / float64(f.Value)
		p.frame(c, base.find(c.Name), x, part, depth+1)
		x += part
	}
}

// fit is a text cut to a width, with letters some times as wide as those of frames; "" where
// fewer than 3 have room.
func fit(s string, larger float64, wide float64) string {
	most, runes := int(wide/(letter*larger)), []rune(s)
	switch {
	case len(runes) <= most:
		return s
	case most < 3:
		return ""
	}
	return string(runes[:most-1]) + "…"
}

// text is safe in XML, whatever a profile holds.
func text(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}

// warm is a light colour from yellow to red, the same for a name everywhere.
func warm(name string) string {
	hash := uint32(2166136261) // FNV-1a, of the package, so that its functions look alike
	pkg, _, _ := strings.Cut(words.Function(name), ".")
	for _, b := range []byte(pkg) {
		hash = (hash ^ uint32(b)) * 16777619
	}
	return mixed([3]float64{253, 208, 110}, [3]float64{240, 140, 100}, float64(hash%97)/96)
}

// fullChange is the change of a share that has the full colour.
const fullChange = 0.10

// diverging is red for more, blue for less, and grey for the same.
func diverging(change float64) string {
	grey, to := [3]float64{200, 206, 212}, [3]float64{229, 88, 72}
	if change < 0 {
		to = [3]float64{82, 150, 214}
	}
	return mixed(grey, to, math.Min(1, math.Sqrt(math.Abs(change)/fullChange)))
}

func mixed(a, b [3]float64, share float64) string {
	var c [3]int
	for i := range c {
		c[i] = int(math.Round(a[i] + share*(b[i]-a[i])))
	}
	return fmt.Sprintf("#%02X%02X%02X", c[0], c[1], c[2])
}
