package reports

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// TextOptions say what the terminal can show.
type TextOptions struct {
	Color bool // ANSI colours; they only repeat what words say
	ASCII bool // the terminal is not UTF-8: "x", "us", "+-"
	Width int  // columns that text is wrapped to; 0 means 110, and fewer than 60 are not used
}

func (o TextOptions) width() int {
	if o.Width == 0 {
		return textWidth
	}
	return max(o.Width, 60)
}

// A page collects what goes to a terminal. Colours are put in when all is laid
// out, since they would count as width.
type page struct {
	bytes.Buffer
	options TextOptions
}

func (p *page) printf(format string, args ...any) {
	text := words.Printable(fmt.Sprintf(format, args...))
	if p.options.ASCII {
		text = words.ASCII(text)
	}
	p.WriteString(text)
}

// table prints rows of cells in columns, indented by two spaces.
func (p *page) table(rows [][]string) {
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		line := words.Printable("  " + strings.Join(row, "\t"))
		if p.options.ASCII {
			line = words.ASCII(line) // before the layout: the signs change width
		}
		fmt.Fprintln(w, line)
	}
	w.Flush()
	for line := range strings.Lines(out.String()) {
		p.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
}

// labelWidth is how far sentences are indented behind their label, and textWidth
// the column at which they are wrapped.
const (
	labelWidth = 17
	textWidth  = 110
)

// labelled prints lines behind a label: "How short?      goroutines pay off …".
// Long lines are wrapped and go on indented by hang more.
func (p *page) labelled(label string, hang int, lines []string) {
	for i, line := range lines {
		if i > 0 {
			label = ""
		}
		padded := fmt.Sprintf("%-*s", labelWidth, label)
		if p.options.Color && label != "" {
			padded = bold + padded + plain
		}
		p.WriteString(padded)
		p.printf("%s\n", wrap(line, p.options.width()-labelWidth, labelWidth+hang))
	}
}

// wrap breaks text at spaces so that no line is longer than width characters,
// except for words that are; lines after the first are indented.
func wrap(text string, width, indent int) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Split(text, " ") {
		n := len([]rune(word))
		switch {
		case i == 0:
		case column+1+n > width:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent - labelWidth
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}

const (
	bold  = "\x1b[1m"
	red   = "\x1b[31m"
	green = "\x1b[32m"
	plain = "\x1b[0m"
)

// WriteText prints the tables of an analysis and the three answers, for a
// terminal. It returns the first error of w.
func WriteText(w io.Writer, set *Set, options TextOptions) error {
	p := &page{options: options}
	if m := MachineLine(set); m != "" {
		p.labelled("Machine", 0, []string{m})
		p.printf("\n")
	}
	for _, s := range Headline(set) {
		p.speedups(s)
	}
	if len(Scalings(set)) > 0 {
		p.printf("* the choice below    = as good, but larger or dearer\n\n")
	}
	for _, s := range HeadlineSweeps(set) {
		p.levels(s)
	}
	p.answers(set)
	_, err := w.Write(p.Bytes())
	return err
}

// levels prints what shares of the ideal need on one Sweep, when any is known.
func (p *page) levels(s Sweep) {
	rows := [][]string{{"share of ideal"}}
	for _, e := range efficiencies {
		rows[0] = append(rows[0], words.Percent(e))
	}
	known := false
	for _, series := range s.Series {
		row := []string{series.Executor}
		for _, e := range efficiencies {
			l := series.level(e)
			text := outcomeText(l.Work)
			if l.Work.Outcome == estimate.Crosses {
				text, known = words.Duration(l.Work.At.Value)+" ("+words.Duration(l.METG.At.Value)+")", true
			}
			row = append(row, text)
		}
		rows = append(rows, row)
	}
	if !known {
		return
	}
	p.printf("%s with %s: useful work that a task needs (METG: with the overhead)\n", s.Workload, words.Count(s.Workers, "worker"))
	p.table(rows)
	p.printf("\n")
}

// outcomeText is an outcome in a word.
func outcomeText(c estimate.Crossing) string {
	switch c.Outcome {
	case estimate.Always:
		return "always"
	case estimate.Never:
		return "never"
	case estimate.Several:
		return "several"
	}
	return "?"
}

func (p *page) answers(set *Set) {
	width := 0
	for _, s := range AnswersOf(set).Which {
		width = max(width, len([]rune(s.Subject)))
	}
	named := func(sentences []Sentence) []string {
		out := make([]string, len(sentences))
		for i, s := range sentences {
			out[i] = fmt.Sprintf("%-*s  %s", width, s.Subject, s.Text)
		}
		return out
	}
	p.labelled("Which one?", width+2, named(AnswersOf(set).Which))
	p.labelled("How short?", 2, texts(AnswersOf(set).Short))
	p.labelled("Where did it go?", width+2, named(AnswersOf(set).Where))
	p.labelled("Can I trust it?", 2, texts(AnswersOf(set).Trust))
}

func texts(sentences []Sentence) []string {
	out := make([]string, len(sentences))
	for i, s := range sentences {
		out[i] = s.Text
	}
	return out
}

// MachineLine is "2 cores · AMD EPYC · linux/amd64 · go1.26", without what the
// record does not say.
func MachineLine(set *Set) string {
	rec := set.Record
	var parts []string
	if cpu := rec.Key("cpu"); cpu != "" {
		parts = append(parts, cpu)
	}
	if rec.Facts.Cores > 0 {
		parts = append(parts, words.Count(rec.Facts.Cores, "core"))
	}
	if system := rec.Key("goos"); system != "" {
		parts = append(parts, strings.Trim(system+"/"+rec.Key("goarch"), "/"))
	}
	if version := rec.Key("go"); version != "" {
		parts = append(parts, version)
	}
	if !rec.Facts.Start.IsZero() {
		parts = append(parts, rec.Facts.Start.Format(time.RFC3339))
	}
	return strings.Join(parts, " · ")
}

// speedups prints one Scaling as executor × workers.
func (p *page) speedups(s Scaling) {
	head := words.Task(s.Workload, s.Grain, s.Payload)
	if s.Tasks > 0 {
		head += ", " + words.Count(s.Tasks, "task")
	}
	p.printf("%s: speedup against the plain loop, which takes %s\n", head, words.DurationEstimate(s.Serial))
	header, rows := speedupRows(s)
	p.table(append([][]string{header}, rows...))
	p.printf("\n")
}

// speedupRows is the matrix of speedups: a header, then a row an executor. The
// chosen arm is marked with "*" and those as good with "=".
func speedupRows(s Scaling) (header []string, rows [][]string) {
	var workers []int
	for _, series := range s.Series {
		for _, pt := range series.Points {
			workers = append(workers, pt.Workers)
		}
	}
	slices.Sort(workers)
	workers = slices.Compact(workers)
	header = []string{"workers"}
	for _, w := range workers {
		header = append(header, fmt.Sprint(w))
	}
	for _, series := range s.Series {
		row := make([]string, len(header))
		row[0] = series.Executor
		for i, w := range workers {
			row[i+1] = "–"
			for _, pt := range series.Points {
				if pt.Workers == w {
					row[i+1] = words.Ratio(pt.Speedup.Value) + mark(s.Best, series.Executor, w)
				}
			}
		}
		rows = append(rows, row)
	}
	return header, rows
}

func mark(c Choice, executor string, workers int) string {
	if c.Executor == executor && c.Workers == workers {
		return " *"
	}
	for _, t := range c.Ties {
		if t.Executor == executor && t.Workers == workers {
			return " ="
		}
	}
	return ""
}
