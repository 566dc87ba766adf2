package charts

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

// marksOf lists what a picture shows, read back from its SVG: areas, lines, markers
// and text by role, with places rounded to points. Grid and ticks are left out;
// the grey series behind small multiples are counted. It fails when the SVG is not
// well-formed, lacks its description, or holds what is no number.
func marksOf(t *testing.T, name string, svg []byte) string {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	found := map[string]int{}
	var out []string
	ghosts, last, text := 0, "", ""
	add := func(kind, places string) {
		if kind == last { // markers of one series stand on one line
			out[len(out)-1] += " " + places
			return
		}
		out, last = append(out, kind+" "+places), ""
		if strings.HasPrefix(kind, "marker") {
			last = kind
		}
	}
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		switch e := token.(type) {
		case xml.CharData:
			if text != "" {
				add(text, strconv.Quote(strings.TrimSpace(string(e))))
				text = ""
			}
		case xml.StartElement:
			found[e.Name.Local]++
			attr := map[string]string{}
			for _, a := range e.Attr {
				attr[a.Name.Local] = a.Value
				if strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
					t.Errorf("%s: %s of %s is %q", name, a.Name.Local, e.Name.Local, a.Value)
				}
			}
			style := map[string]string{}
			for part := range strings.SplitSeq(attr["style"], ";") {
				key, value, _ := strings.Cut(strings.TrimSpace(part), ":")
				style[key] = value
			}
			switch e.Name.Local {
			case "text":
				text = fmt.Sprintf("text %s %s,%s", roleOf(style["fill"]), rounded(attr["x"]), rounded(attr["y"]))
			case "path":
				switch kind, role, places := shapeOf(attr["d"], style); {
				case kind == "line" && role == "guide" && style["stroke-opacity"] != "":
					ghosts++
				case kind != "" && role != "paper" && role != "grid":
					add(kind+" "+role, places)
				}
			}
		}
	}
	for _, e := range []string{"svg", "title", "desc"} {
		if found[e] != 1 {
			t.Errorf("%s has %d <%s>", name, found[e], e)
		}
	}
	if ghosts > 0 {
		out = append(out, fmt.Sprintf("%d series behind the others", ghosts))
	}
	return strings.Join(out, "\n") + "\n"
}

var numbers = regexp.MustCompile(`-?[0-9.]+(?:e[-+]?[0-9]+)?`)

func rounded(s string) string {
	v, _ := strconv.ParseFloat(s, 64)
	return strings.Replace(strconv.FormatFloat(v, 'f', 0, 64), "-", "", 1) // text is upside down
}

// shapeOf tells areas, lines and markers from each other; ticks are none.
func shapeOf(d string, style map[string]string) (kind, role, places string) {
	var xs, ys []vg.Length
	var at []string
	arc := strings.Contains(d, "A")
	for i, n := range numbers.FindAllString(d, -1) {
		v, _ := strconv.ParseFloat(n, 64)
		if arc && i >= 2 {
			break // the start of a circle is enough
		}
		if i%2 == 0 {
			xs = append(xs, vg.Length(v))
		} else {
			ys = append(ys, vg.Length(v))
			at = append(at, fmt.Sprintf("%.0f,%.0f", xs[len(xs)-1], v))
		}
	}
	if len(ys) == 0 {
		return "", "", ""
	}
	lo, hi := vg.Point{X: xs[0], Y: ys[0]}, vg.Point{X: xs[0], Y: ys[0]}
	for i := range ys {
		lo, hi = vg.Point{X: min(lo.X, xs[i]), Y: min(lo.Y, ys[i])}, vg.Point{X: max(hi.X, xs[i]), Y: max(hi.Y, ys[i])}
	}
	if stroke := style["stroke"]; stroke != "" {
		if len(ys) == 2 && lo.X == hi.X && hi.Y-lo.Y < 4.1 {
			return "", "", ""
		}
		kind = "line"
		if style["stroke-dasharray"] != "" {
			kind = "dashes"
		}
		return kind, roleOf(stroke), strings.Join(at, " ")
	}
	if arc || hi.X-lo.X < 9 && hi.Y-lo.Y < 9 {
		return "marker", roleOf(style["fill"]), fmt.Sprintf("%.0f,%.0f", (lo.X+hi.X)/2, (lo.Y+hi.Y)/2)
	}
	return "area", roleOf(style["fill"]), strings.Join(at, " ")
}

// roleOf is the role of a colour; translucent ones are written one off.
func roleOf(hex string) string {
	v, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil {
		return "black"
	}
	apart := func(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }
	for _, r := range Roles() {
		if c := rgb(uint32(v)); apart(c.R, r.Light.R)+apart(c.G, r.Light.G)+apart(c.B, r.Light.B) < 12 {
			return r.Name
		}
	}
	return hex
}
