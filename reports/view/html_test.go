package view

import (
	"encoding/xml"
	"io"
	"regexp"
	"strings"
	"testing"

	"poolbench/bench/record"
)

func TestSelfContained(t *testing.T) {
	page := show(t, "report.html", sample(""))
	for _, what := range []string{"http://", "https://", "url(", "@import", "<script", "<link", "src="} {
		if strings.Contains(page, what) {
			t.Errorf("the page holds %q", what)
		}
	}
}

func TestIdsAreUnique(t *testing.T) {
	r := sample("")
	r.Sections[0].Drawings = append(r.Sections[0].Drawings, r.Sections[0].Drawings...)
	page, seen := show(t, "report.html", r), map[string]bool{}
	for _, m := range regexp.MustCompile(`\bid="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if seen[m[1]] {
			t.Errorf("id %q twice", m[1])
		}
		seen[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`(?:aria-labelledby="([^"]*)"|href="#([^"]*)")`).FindAllStringSubmatch(page, -1) {
		for id := range strings.FieldsSeq(m[1] + " " + m[2]) {
			if !seen[id] {
				t.Errorf("nothing has the id %q", id)
			}
		}
	}
}

func TestInline(t *testing.T) {
	svg, _ := picture("x", "", "", "A picture.").SVG()
	out, err := inline(svg, "x-", sample("").Colours)
	if err != nil {
		t.Fatal(err)
	}
	decoder, painted := xml.NewDecoder(strings.NewReader(string(out))), 0
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		attrs := map[string]string{}
		for _, a := range e.Attr {
			attrs[a.Name.Local] = a.Value
		}
		if attrs["style"] != "" {
			t.Errorf("%s has a style attribute", e.Name.Local)
		}
		for _, paint := range []string{"fill", "stroke"} {
			if v := attrs[paint]; v != "" && v != "none" {
				painted++
				if !strings.Contains(attrs["class"], map[string]string{"fill": "f-", "stroke": "k-"}[paint]) {
					t.Errorf("%s %s has no role", paint, v)
				}
			}
		}
	}
	if painted != 3 {
		t.Errorf("%d paints", painted)
	}
}

func TestInlineRefuses(t *testing.T) {
	if _, err := inline([]byte("<svg><g></svg>"), "", nil); err == nil {
		t.Error("no error for broken XML")
	}
	out, err := inline([]byte(`<svg onload="x"><script>alert(1)</script><text onclick="x">a</text></svg>`), "", nil)
	if err != nil || strings.Contains(string(out), "script") || strings.Contains(string(out), "onclick") || strings.Contains(string(out), "onload") {
		t.Error(out, err)
	}
}

// One drawing that fails leaves a sentence, not a hole.
func TestBrokenDrawing(t *testing.T) {
	if page := show(t, "report.html", sample("")); !strings.Contains(page, "The chart could not be drawn: no ink") {
		t.Error("nothing is said of the drawing that failed")
	}
}

func TestLargeRecordIsCut(t *testing.T) {
	line := strings.Repeat("x", 1023) + "\n"
	page := show(t, "report.html", &Report{Record: &record.Record{Text: []byte(strings.Repeat(line, 5<<10))}})
	if len(page) > maxRecord+1<<20 || !strings.Contains(page, "the file has the rest") {
		t.Errorf("%d bytes", len(page))
	}
}
