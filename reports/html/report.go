// Package html renders an analysis as one self-contained page: no script, no
// font, no picture or style from elsewhere. Charts are inlined as SVG whose
// colours follow the reader's light or dark preference. It is a pure function of
// its arguments: the same Data gives the same bytes.
package html

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"poolbench/reports"
	"poolbench/reports/charts"
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

var pageTemplate = template.Must(template.New("report").Parse(pageText))

// Write writes the report of d to w. Drawings are shown beside the workload they
// are about; one that cannot be rendered leaves a sentence in its place. Nothing
// is written when the page cannot be made; otherwise the error is that of w.
func Write(w io.Writer, d *reports.Data, drawings []reports.Drawing) error {
	return WriteWithRecord(w, d, drawings, nil)
}

// WriteWithRecord is Write with the text of the record folded into the page, for
// the reader to look into: all of it, or its first lines when it is larger than
// 4 MiB.
func WriteWithRecord(w io.Writer, d *reports.Data, drawings []reports.Drawing, record []byte) error {
	if d == nil {
		return fmt.Errorf("html: no data to report")
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, newPage(d, drawings, record)); err != nil {
		return fmt.Errorf("html: making the page: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// page is what the template sees. Strings are plain text; the template escapes.
type page struct {
	Style    template.CSS
	Facts    []string // machine, Go version, start, seed
	Chips    []chip
	Badge    badge
	Warnings []reports.Warning
	Which    []whichView
	Short    []string
	Where    []reports.Sentence
	Losses   []words.Table
	Sweeps   []sweepView
	Others   []figure
	Trust    []string
	Failures []failureView
	Noisy    []string
	NoisyOf  int
	Capacity []capacityView
	Method   methodView
	Keys     []keyValue
	Raw      string
	RawNote  string
}

// A chip is the verdict on one workload in a few words. Kind is also its class:
// "win", "none" or "unsure"; Sign and Word say the same without colour.
type chip struct{ Kind, Sign, Workload, Word, Anchor string }

// A badge says how far the run can be trusted.
type badge struct{ Kind, Sign, Word string }

type figure struct {
	SVG     template.HTML
	Caption string
	Failed  string // why there is no picture
}

type failureView struct {
	Name, Reason string
	Block        int
}

type capacityView struct {
	Workers         int
	Capacity, Share string
}

type keyValue struct{ Key, Value string }

type methodView struct {
	Blocks, Confidence, MinBlocks string
}

func newPage(d *reports.Data, drawings []reports.Drawing, record []byte) *page {
	figures := render(drawings)
	p := &page{
		Style:    style(),
		Facts:    facts(d),
		Badge:    trustBadge(d),
		Warnings: d.Warnings,
		Which:    whichViews(d, figures),
		Sweeps:   sweepViews(d, figures),
		Short:    texts(d.Answers.Short),
		Where:    d.Answers.Where,
		Losses:   reports.WhereTables(d),
		Trust:    texts(d.Answers.Trust),
		Capacity: capacities(d),
		Keys:     keys(d),
		Method: methodView{
			Blocks:     words.Count(d.Blocks, "block"),
			Confidence: words.Percent(estimate.Confidence),
			MinBlocks:  fmt.Sprint(estimate.MinBlocks),
		},
	}
	for _, v := range p.Which {
		p.Chips = append(p.Chips, v.Chip)
	}
	for _, f := range figures {
		if !f.used {
			p.Others = append(p.Others, f.figure)
		}
	}
	for _, f := range d.Failures {
		p.Failures = append(p.Failures, failureView{f.Name, f.Reason, f.Block})
	}
	p.Noisy, p.NoisyOf = reports.NoisyArms(d)
	p.Raw = string(record)
	p.RawNote = fmt.Sprintf("%s, %d KiB", words.Count(bytes.Count(record, []byte{'\n'}), "line"), (len(record)+1023)/1024)
	if len(record) > maxRecord {
		cut := bytes.LastIndexByte(record[:maxRecord], '\n') + 1
		p.Raw = string(record[:cut])
		p.RawNote += fmt.Sprintf("; the first %d MiB are here, the file has the rest", maxRecord>>20)
	}
	return p
}

// style is the style sheet with the colours of the charts in front, so that both
// come from one list.
func style() template.CSS {
	var light, dark, rules strings.Builder
	for _, r := range charts.Roles() {
		fmt.Fprintf(&light, "--%s:#%02x%02x%02x;", r.Name, r.Light.R, r.Light.G, r.Light.B)
		fmt.Fprintf(&dark, "--%s:#%02x%02x%02x;", r.Name, r.Dark.R, r.Dark.G, r.Dark.B)
		fmt.Fprintf(&rules, ".f-%s{fill:var(--%s)}.k-%s{stroke:var(--%s)}\n", r.Name, r.Name, r.Name, r.Name)
	}
	css := strings.NewReplacer("/*light*/", light.String(), "/*dark*/", dark.String(), "/*roles*/", rules.String()).Replace(styleText)
	return template.CSS(css) // ours alone: nothing from a record is in it
}

func facts(d *reports.Data) []string {
	m := d.Machine
	var out []string
	add := func(format, value string) {
		if value != "" {
			out = append(out, fmt.Sprintf(format, value))
		}
	}
	add("%s", m.CPU)
	if m.Cores > 0 {
		out = append(out, words.Count(m.Cores, "core"))
	}
	add("Go %s", strings.TrimPrefix(m.GoVersion, "go"))
	add("%s", strings.Trim(m.OS+"/"+m.Arch, "/"))
	add("%s", m.Start)
	if d.Blocks > 0 {
		out = append(out, words.Count(d.Blocks, "block"))
	}
	add("seed %s", m.Seed)
	return out
}

func trustBadge(d *reports.Data) badge {
	var doubts []string
	if n := len(d.Warnings); n > 0 {
		doubts = append(doubts, words.Count(n, "doubt"))
	}
	if noisy, of := reports.NoisyArms(d); len(noisy) > 0 {
		doubts = append(doubts, fmt.Sprintf("noisy: %d of %s", len(noisy), words.Count(of, "arm")))
	}
	switch {
	case len(d.Failures) > 0:
		return badge{"bad", "✗", words.Count(len(d.Failures), "trial") + " failed"}
	case pairs(d) < estimate.MinBlocks:
		return badge{"unsure", "?", "too few blocks for intervals"}
	case len(doubts) > 0:
		return badge{"unsure", "!", strings.Join(doubts, ", ")}
	}
	return badge{"win", "✓", "clean"}
}

// pairs is the most blocks, or results paired by their order, behind an estimate.
func pairs(d *reports.Data) int {
	n := d.Blocks
	for _, s := range d.Scalings {
		n = max(n, s.Serial.N)
	}
	return n
}

func texts(sentences []reports.Sentence) []string {
	var out []string
	for _, s := range sentences {
		out = append(out, words.Sentence(s.Text))
	}
	return out
}

func keys(d *reports.Data) []keyValue {
	if d.Record == nil {
		return nil
	}
	var out []keyValue
	for _, f := range d.Record.Config {
		out = append(out, keyValue{f.Key, f.Value})
	}
	for _, f := range d.Record.Notes {
		out = append(out, keyValue{f.Key, f.Value})
	}
	return out
}
