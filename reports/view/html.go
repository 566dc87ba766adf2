package view

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// maxRecord bounds the record text that is embedded, in bytes: browsers lay out
// a page of this size without complaint.
const maxRecord = 4 << 20

//go:embed report.tmpl
var pageText string

//go:embed style.css
var styleText string

var pageTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"sentence": words.Sentence,
	"class":    cellClass,
	"hint":     cellHint,
	"below":    cellNote,
	"tinted":   tinted,
	"picture":  func(svg string) template.HTML { return template.HTML(svg) },
}).Parse(pageText))

// HTML writes a report as one self-contained page: no script, no font, no picture or
// style from elsewhere. Drawings are inlined as SVG whose colours follow the reader's
// light or dark preference; one that cannot be rendered leaves a sentence in its place.
// The text of the record is folded into the page, its first lines when it is larger than
// 4 MiB. Nothing is written when the page cannot be made; otherwise the error is that of w.
func HTML(w io.Writer, r *Report) error {
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, newPage(r)); err != nil {
		return fmt.Errorf("making the page: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// htmlPage is what the template sees. Strings are plain text; the template escapes.
type htmlPage struct {
	*Report
	Style    template.CSS
	Parts    []part
	Warnings []record.Warning
	Made     []words.Table // from what, and how
	Raw      string
	RawNote  string
	figures  int // so far
}

// A part is a section with what is about one subject together.
type part struct {
	reports.Section
	Groups []*group
}

func newPage(r *Report) *htmlPage {
	p := &htmlPage{Report: r, Style: style(r.Colours)}
	for _, s := range r.Sections {
		p.Parts = append(p.Parts, part{s, groups(s)})
		p.Warnings = append(p.Warnings, s.Warnings...)
	}
	if used := methods(r.Sections); len(used) > 0 {
		p.Made = append(p.Made, methodTable(used))
	}
	if r.Record != nil {
		p.Made = append(p.Made, factTable(r.Record))
		p.raw(r.Record.Text)
	}
	return p
}

// raw puts the text of the record into the page.
func (p *htmlPage) raw(text []byte) {
	p.Raw = string(text)
	p.RawNote = fmt.Sprintf("%s, %d KiB", words.Count(bytes.Count(text, []byte{'\n'}), "line"), (len(text)+1023)/1024)
	if len(text) > maxRecord {
		p.Raw = p.Raw[:bytes.LastIndexByte(text[:maxRecord], '\n')+1]
		p.RawNote += fmt.Sprintf("; the first %d MiB are here, the file has the rest", maxRecord>>20)
	}
}

// Figure renders a drawing of the page.
func (p *htmlPage) Figure(d reports.Drawing) figure {
	p.figures++
	return newFigure(d, fmt.Sprintf("c%d-", p.figures), p.Colours)
}

// Sign says what the kind of a verdict says, where there are no colours.
func (p *htmlPage) Sign(k reports.VerdictKind) string {
	return map[reports.VerdictKind]string{reports.Win: "▲", reports.None: "–", reports.Unsure: "?", reports.Clean: "✓", reports.Bad: "✗"}[k]
}

func methodTable(all []*estimate.Method) words.Table {
	t := words.Table{Title: "Methods by which the numbers were made", Folded: true, Left: 3, Header: []string{"method", "why", "described by"}}
	for _, m := range all {
		t.Rows = append(t.Rows, words.Row(m.Name, m.Reason, m.Source))
	}
	return t
}

// tinted reports whether the cells of a table say how good they are.
func tinted(t words.Table) bool {
	return slices.ContainsFunc(t.Cells(), func(c words.Cell) bool { return c.Level > 0 })
}

// cellClass is the class of the cell in column j of t.
func cellClass(t words.Table, j int, c words.Cell) string {
	var out []string
	if j >= t.Left {
		out = append(out, "n")
	}
	if len([]rune(c.Text)) > 48 {
		out = append(out, "wrap")
	}
	if c.Level > 0 {
		out = append(out, fmt.Sprintf("e%d", min(c.Level, 6)))
	}
	switch c.Mark {
	case nil:
	case words.Best:
		out = append(out, "best")
	default:
		out = append(out, "tie")
	}
	return strings.Join(out, " ")
}

// cellNote is what stands below the text of a cell.
func cellNote(c words.Cell) string {
	note := cmp.Or(c.Note, c.Interval)
	if c.Mark != nil {
		note = strings.TrimPrefix(note+" · "+c.Mark.Word, " · ")
	}
	return note
}

// cellHint is what the pointer shows over a cell.
func cellHint(c words.Cell) string {
	hint := ""
	if c.Interval != "" {
		hint = words.Percent(estimate.Confidence) + " interval " + c.Interval
	}
	if c.Method != nil {
		hint = strings.TrimPrefix(hint+", "+c.Method.Name, ", ")
	}
	return hint
}

// style is the style sheet with the colours of the drawings, so that both come from one
// list.
func style(colours []Colour) template.CSS {
	var light, dark, rules strings.Builder
	for _, c := range colours {
		fmt.Fprintf(&light, "--%s:#%02x%02x%02x;", c.Name, c.Light.R, c.Light.G, c.Light.B)
		fmt.Fprintf(&dark, "--%s:#%02x%02x%02x;", c.Name, c.Dark.R, c.Dark.G, c.Dark.B)
		fmt.Fprintf(&rules, ".f-%s{fill:var(--%s)}.k-%s{stroke:var(--%s)}\n", c.Name, c.Name, c.Name, c.Name)
	}
	css := strings.NewReplacer("/*light*/", light.String(), "/*dark*/", dark.String(), "/*roles*/", rules.String()).Replace(styleText)
	return template.CSS(css) // nothing from a record is in it
}
