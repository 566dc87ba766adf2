package view

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"poolbench/reports/words"
)

// Options say what the terminal can show, and how much is wanted.
type Options struct {
	Color   bool // ANSI colours; they only repeat what words say
	ASCII   bool // the terminal is not UTF-8: "x", "us", "+-"
	Width   int  // columns that text is wrapped to; 0 means 110 (80 for the answers of Text alone), and fewer than 60 are not used
	Verbose bool // also by which method numbers were made, and what drawings show
}

// An Ink is how a word stands out where there are colours.
type Ink string

// The inks.
const (
	Bold   Ink = "\x1b[1m"
	Red    Ink = "\x1b[31m"
	Green  Ink = "\x1b[32m"
	Yellow Ink = "\x1b[33m"
	plain      = "\x1b[0m"
)

// A Page collects what goes to a terminal: text and tables behind a column of labels.
type Page struct {
	out     bytes.Buffer
	options Options
	labels  int // width of the column of labels, with the space behind it
}

// NewPage is an empty page; labels is how wide the column of labels is.
func NewPage(o Options, labels int) *Page {
	o.Width = max(cmp.Or(o.Width, 110), 60)
	return &Page{options: o, labels: labels}
}

// Empty reports whether nothing was printed yet.
func (p *Page) Empty() bool { return p.out.Len() == 0 }

// WriteTo writes the page and returns the first error of w.
func (p *Page) WriteTo(w io.Writer) (int64, error) { return p.out.WriteTo(w) }

// Print prints a line of text at the margin, as it is.
func (p *Page) Print(text string) { fmt.Fprintln(&p.out, p.clean(text)) }

// Line prints text behind a label as it is, without wrapping it; both may be empty.
func (p *Page) Line(label string, ink Ink, text string) {
	fmt.Fprintf(&p.out, "%s\n", strings.TrimRight(p.label(label, ink)+p.clean(text), " "))
}

// Wrapped prints text behind a label; later lines are indented by hang more.
func (p *Page) Wrapped(label string, ink Ink, text string, hang int) {
	text = p.clean(text)
	if len([]rune(label)) >= p.labels {
		p.Line(label, ink, "")
		label = ""
	}
	p.out.WriteString(p.label(label, ink))
	column, width := 0, p.options.Width-p.labels
	for i, word := range strings.Split(text, " ") {
		n := len([]rune(word))
		switch {
		case i == 0:
		case column+1+n > width:
			p.out.WriteString("\n" + strings.Repeat(" ", p.labels+hang))
			column = hang
		default:
			p.out.WriteByte(' ')
			column++
		}
		p.out.WriteString(word)
		column += n
	}
	p.out.WriteByte('\n')
}

// under prints paragraphs, the first of them behind a label.
func (p *Page) under(label string) func(text string, hang int) {
	return func(text string, hang int) {
		p.Wrapped(label, Bold, text, hang)
		label = ""
	}
}

// Table prints rows in columns, indented by two spaces.
func (p *Page) Table(rows [][]string) {
	for _, line := range p.columns(rows) {
		p.out.WriteString(strings.TrimRight("  "+line, " ") + "\n")
	}
}

// Labelled prints rows in columns, the first of which is that of the labels; ink says how
// each of them stands out.
func (p *Page) Labelled(rows [][]string, ink func(label string) Ink) {
	rest := make([][]string, len(rows))
	for i, row := range rows {
		rest[i] = row[1:]
	}
	for i, line := range p.columns(rest) {
		p.out.WriteString(strings.TrimRight(p.label(rows[i][0], ink(rows[i][0]))+line, " ") + "\n")
	}
}

// columns lays rows out, a line a row.
func (p *Page) columns(rows [][]string) []string {
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		row = slices.Clone(row)
		for i, cell := range row {
			row[i] = p.clean(cell) // before the layout: signs change width
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	w.Flush()
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")[:len(rows)]
}

// label is padded before the colour is put in, which would count as width.
func (p *Page) label(text string, ink Ink) string {
	text = p.clean(text)
	padding := strings.Repeat(" ", max(0, p.labels-len([]rune(text))))
	if p.options.Color && ink != "" && text != "" {
		text = string(ink) + text + plain
	}
	return text + padding
}

// clean is text in one line that the terminal can show.
func (p *Page) clean(text string) string {
	text = strings.NewReplacer("\n", " ", "\t", " ").Replace(words.Printable(text))
	if p.options.ASCII {
		text = words.ASCII(text)
	}
	return text
}
