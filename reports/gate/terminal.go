package gate

import (
	"bytes"
	"fmt"
	"strings"
	"text/tabwriter"

	"poolbench/reports/words"
)

// TextOptions say what a terminal can show.
type TextOptions struct {
	Color bool // ANSI colours; they only repeat what words say
	ASCII bool // the terminal is not UTF-8: "x", "us", "+-"
}

// A page collects what goes to a terminal.
type page struct {
	out     bytes.Buffer
	options TextOptions
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
