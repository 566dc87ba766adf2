package html

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"

	"poolbench/reports"
	"poolbench/reports/charts"
)

// rendered is a drawing ready for the page.
type rendered struct {
	figure
	section, subject string
	used             bool
}

func render(drawings []reports.Drawing) []*rendered {
	var out []*rendered
	for i, d := range drawings {
		r := &rendered{section: d.Section, subject: d.Subject, figure: figure{Caption: d.Alt}}
		var svg []byte
		err := errors.New("it has no SVG")
		if d.SVG != nil {
			svg, err = d.SVG()
		}
		if err == nil {
			r.SVG, err = inline(svg, fmt.Sprintf("c%d-", i+1))
		}
		if err != nil {
			r.Failed = "The chart could not be drawn: " + err.Error()
		}
		out = append(out, r)
	}
	return out
}

// take gives the figures of a question about a workload, and marks them as shown.
func take(all []*rendered, section, subject string) []figure {
	var out []figure
	for _, r := range all {
		if !r.used && r.section == section && r.subject == subject {
			r.used = true
			out = append(out, r.figure)
		}
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
func inline(svg []byte, prefix string) (template.HTML, error) {
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
			writeStart(&b, t, prefix, depth == 0)
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
	return template.HTML(b.String()), nil
}

var elements = map[string]bool{"svg": true, "title": true, "desc": true, "g": true, "path": true, "text": true}

// attributes that are kept as they are; the others are handled or dropped.
var attributes = map[string]bool{"d": true, "x": true, "y": true, "transform": true, "viewBox": true, "role": true}

func writeStart(b *strings.Builder, t xml.StartElement, prefix string, root bool) {
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
			presentation(attr, a.Value)
		case attributes[key]:
			attr(key, a.Value)
		}
	}
	if root {
		attr("width", "100%")
		attr("font-family", charts.FontStack)
		attr("class", "chart")
	}
	b.WriteString(">")
}

// presentation turns "k:v;k:v" into attributes.
func presentation(attr func(key, value string), style string) {
	var classes []string
	for part := range strings.SplitSeq(style, ";") {
		key, value, ok := strings.Cut(part, ":")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if !ok || value == "" || value == "normal" || key == "font-family" {
			continue
		}
		if key == "fill" || key == "stroke" {
			if role, ok := roleOf(value); ok {
				classes = append(classes, map[string]string{"fill": "f-", "stroke": "k-"}[key]+role)
			}
		}
		attr(key, value)
	}
	if len(classes) > 0 {
		attr("class", strings.Join(classes, " "))
	}
}

// roleOf finds the role whose light colour is nearest: gonum writes translucent
// colours one off.
func roleOf(value string) (string, bool) {
	hex, ok := strings.CutPrefix(value, "#")
	rgb, err := strconv.ParseUint(hex, 16, 32)
	if !ok || err != nil || len(hex) != 6 {
		return "", false
	}
	best, least := "", 40
	for _, r := range charts.Roles() {
		d := apart(int(rgb>>16), int(r.Light.R)) + apart(int(rgb>>8&255), int(r.Light.G)) + apart(int(rgb&255), int(r.Light.B))
		if d < least {
			best, least = r.Name, d
		}
	}
	return best, best != ""
}

func apart(a, b int) int { return max(a-b, b-a) }

// escape writes text for XML and HTML alike.
func escape(b *strings.Builder, s string) {
	_ = xml.EscapeText(b, []byte(s)) // a Builder does not fail
}
