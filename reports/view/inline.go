package view

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"poolbench/reports"
)

// A figure is a drawing ready for the page.
type figure struct {
	SVG     string // safe in a page
	Caption string
	Failed  string // why there is no picture
}

// newFigure renders a drawing. The prefix makes the ids in it unique in the page.
func newFigure(d reports.Drawing, prefix string, colours []Colour) (out figure) {
	out.Caption = d.Alt
	svg, err := []byte(nil), errors.New("there is no picture")
	if d.SVG != nil {
		svg, err = d.SVG()
	}
	if err == nil {
		out.SVG, err = inline(svg, prefix, colours)
	}
	if err != nil {
		out.Failed = "The chart could not be drawn: " + err.Error()
	}
	return out
}

// inline rewrites a chart's SVG for use inside a page. It is read and written
// anew token by token, so the result is well-formed whatever came in, and only
// elements and attributes that a chart needs are let through.
//
//   - style attributes become presentation attributes, which a strict content
//     policy leaves alone, and every colour gets the class of its role: "f-…" for
//     fills, "k-…" for strokes;
//   - the fixed size becomes the width of the page, by the viewBox;
//   - ids get the prefix, so that they are unique in the page.
func inline(svg []byte, prefix string, colours []Colour) (string, error) {
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	var b strings.Builder
	depth := 0
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", fmt.Errorf("reading the chart's SVG: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if !elements[t.Name.Local] {
				if err := decoder.Skip(); err != nil {
					return "", fmt.Errorf("reading the chart's SVG: %w", err)
				}
				continue
			}
			writeStart(&b, t, prefix, depth == 0, colours)
			depth++
		case xml.EndElement:
			depth--
			b.WriteString("</" + t.Name.Local + ">")
		case xml.CharData:
			if text := string(t); strings.TrimSpace(text) != "" {
				escape(&b, text)
			}
		}
	}
	return b.String(), nil
}

var elements = map[string]bool{"svg": true, "title": true, "desc": true, "g": true, "path": true, "text": true, "rect": true}

// attributes that are kept as they are; the others are handled or dropped.
var attributes = map[string]bool{"d": true, "x": true, "y": true, "transform": true, "viewBox": true, "role": true, "rx": true}

func writeStart(b *strings.Builder, t xml.StartElement, prefix string, root bool, colours []Colour) {
	b.WriteString("<" + t.Name.Local)
	attr := func(key, value string) {
		b.WriteString(" " + key + `="`)
		escape(b, value)
		b.WriteString(`"`)
	}
	for _, a := range t.Attr {
		switch key := a.Name.Local; {
		case key == "id":
			attr("id", prefix+a.Value)
		case key == "aria-labelledby":
			var ids []string
			for id := range strings.FieldsSeq(a.Value) {
				ids = append(ids, prefix+id)
			}
			attr(key, strings.Join(ids, " "))
		case key == "style":
			presentation(attr, a.Value, colours)
		case attributes[key], !root && (key == "width" || key == "height"):
			attr(key, a.Value)
		}
	}
	if root {
		attr("width", "100%")
		attr("class", "chart")
	}
	b.WriteString(">")
}

// presentation turns "k:v;k:v" into attributes.
func presentation(attr func(key, value string), style string, colours []Colour) {
	var classes []string
	for part := range strings.SplitSeq(style, ";") {
		key, value, ok := strings.Cut(part, ":")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if !ok || value == "" || value == "normal" || key == "font-family" {
			continue
		}
		if key == "fill" || key == "stroke" {
			if role, ok := roleOf(value, colours); ok {
				classes = append(classes, map[string]string{"fill": "f-", "stroke": "k-"}[key]+role)
			}
		}
		attr(key, value)
	}
	if len(classes) > 0 {
		attr("class", strings.Join(classes, " "))
	}
}

// roleOf finds the colour whose light form is nearest: gonum writes translucent
// colours one off.
func roleOf(value string, colours []Colour) (string, bool) {
	hex, ok := strings.CutPrefix(value, "#")
	rgb, err := strconv.ParseUint(hex, 16, 32)
	if !ok || err != nil || len(hex) != 6 {
		return "", false
	}
	best, least := "", 40
	for _, c := range colours {
		d := apart(int(rgb>>16), int(c.Light.R)) + apart(int(rgb>>8&255), int(c.Light.G)) + apart(int(rgb&255), int(c.Light.B))
		if d < least {
			best, least = c.Name, d
		}
	}
	return best, best != ""
}

func apart(a, b int) int { return max(a-b, b-a) }

// escape writes text for XML and HTML alike.
func escape(b *strings.Builder, s string) {
	_ = xml.EscapeText(b, []byte(s)) // a Builder does not fail
}
