package gate

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"poolbench/reports"
	"poolbench/reports/words"
)

// WriteText prints a comparison for a terminal: one line for each cell that failed,
// changed or is unsure, counts for the rest, and the verdict last. It returns the
// first error of w.
func WriteText(w io.Writer, r *Report, options reports.TextOptions) error {
	p, names := &page{options: options}, r.wording()
	var rows [][]string
	const most = 10
	for _, c := range r.listed(most) {
		rows = append(rows, names.row(c))
	}
	p.table(rows)
	p.line("…", r.unlisted(most))
	p.line("Same", r.same())
	p.line("New", names.lone(New))
	p.line("Missing", names.lone(Missing))
	p.line("Busy", r.Busy)
	p.line("Blind", r.Blind)
	p.line("Controls", r.controls())
	p.line("Usual", names.usual())
	for _, warning := range r.Warnings {
		p.line("Note", warning.String())
	}
	if p.out.Len() > 0 {
		p.out.WriteString("\n")
	}
	p.out.WriteString(p.plain(r.Headline()) + "\n")
	_, err := w.Write(p.out.Bytes())
	return err
}

// A page collects what goes to a terminal.
type page struct {
	out     bytes.Buffer
	options reports.TextOptions
}

// wordWidth is the width of the first column.
const wordWidth = 10

// plain is text that the terminal can show.
func (p *page) plain(text string) string {
	text = strings.NewReplacer("\n", " ", "\t", " ").Replace(words.Printable(text))
	if p.options.ASCII {
		text = words.ASCII(text)
	}
	return text
}

// line prints text behind a word; nothing when there is no text.
func (p *page) line(word, text string) {
	if text != "" {
		word = p.plain(word)
		fmt.Fprintf(&p.out, "%s%s %s\n", p.colored(word), strings.Repeat(" ", max(0, wordWidth-1-len([]rune(word)))), p.plain(text))
	}
}

// table prints rows in columns, the first of fixed width and coloured.
func (p *page) table(rows [][]string) {
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		columns := make([]string, len(row)-1)
		for i, text := range row[1:] {
			columns[i] = p.plain(text)
		}
		fmt.Fprintln(w, strings.Join(columns, "\t"))
	}
	w.Flush()
	i := 0
	for line := range strings.Lines(out.String()) {
		word := p.plain(rows[i][0])
		fmt.Fprintf(&p.out, "%s%s%s\n", p.colored(word), strings.Repeat(" ", wordWidth-len(word)), strings.TrimRight(line, " \n"))
		i++
	}
}

const (
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	plain  = "\x1b[0m"
)

func (p *page) colored(word string) string {
	color := map[string]string{"Failed": red, "Slower": red, "Worse": red, "Faster": green, "Better": green,
		"Layout": yellow, "Busy": yellow, "Blind": yellow}[word]
	if !p.options.Color || color == "" {
		return word
	}
	return color + word + plain
}
