package reports

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
)

// WriteMarkdown prints an analysis as summary.md: the answers, then a table for
// every Sweep and every Scaling but Partial ones. It returns the first error of w.
func WriteMarkdown(w io.Writer, d *Data) error {
	var b bytes.Buffer
	b.WriteString("# When a worker pool pays off\n\n")
	if m := MachineLine(d); m != "" {
		fmt.Fprintf(&b, "%s\n\n", MarkdownText(m))
	}
	section := func(title string, sentences []Sentence, subject bool) {
		if len(sentences) == 0 {
			return
		}
		fmt.Fprintf(&b, "## %s\n\n", title)
		for _, s := range sentences {
			if subject {
				fmt.Fprintf(&b, "- **%s**: %s\n", MarkdownText(s.Subject), MarkdownText(s.Text))
			} else {
				fmt.Fprintf(&b, "- %s\n", MarkdownText(s.Text))
			}
		}
		b.WriteString("\n")
	}
	section("Which one?", d.Answers.Which, true)
	section("How short?", d.Answers.Short, false)
	section("Where did the speedup go?", d.Answers.Where, true)
	section("Can I trust it?", d.Answers.Trust, false)
	if len(d.Scalings) > 0 {
		b.WriteString("## Speedup\n\nAgainst the plain loop, within blocks. `*` is the choice, `=` is as good.")
		if slices.ContainsFunc(d.Scalings, func(s Scaling) bool { return s.Partial }) {
			b.WriteString(" Grains that only some of the executors were measured at, to find where they pay off, count in the sizes of tasks below.")
		}
		b.WriteString("\n\n")
		for i, s := range d.Scalings {
			if s.Partial {
				continue
			}
			scalingMarkdown(&b, s)
			if text := CostSentence(d, i); text != "" && len(s.Series) > 0 {
				fmt.Fprintf(&b, "%s.\n\n", MarkdownText(capitalised(text)))
			}
		}
	}
	if len(d.Sweeps) > 0 {
		b.WriteString("## Size of a task\n\n")
		sweepMarkdown(&b, d)
	}
	if tables := WhereTables(d); len(tables) > 0 {
		b.WriteString("## Losses\n\n")
		for _, t := range tables {
			fmt.Fprintf(&b, "### %s\n\n%s\n\n", MarkdownText(t.Title), MarkdownText(t.Caption))
			MarkdownTable(&b, t.Left, t.Header, t.Rows)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

func scalingMarkdown(b *bytes.Buffer, s Scaling) {
	fmt.Fprintf(b, "### %s\n\n", MarkdownText(taskName(s)))
	fmt.Fprintf(b, "Plain loop %s", MarkdownText(DurationEstimate(s.Serial)))
	if s.Tasks > 0 {
		fmt.Fprintf(b, " for %s", Count(s.Tasks, "task"))
	}
	fmt.Fprintf(b, ". %s.\n\n", MarkdownText(capitalised(s.Best.Sentence)))
	if len(s.Series) == 0 {
		return
	}
	header, rows := speedupRows(s)
	MarkdownTable(b, 1, header, rows)
}

func sweepMarkdown(b *bytes.Buffer, d *Data) {
	for i, s := range d.Sweeps {
		if i > 0 && d.Sweeps[i-1].Workload == s.Workload {
			continue
		}
		fmt.Fprintf(b, "### Sizes of %s\n\n", MarkdownText(s.Workload))
		for _, t := range SizeTables(d, s.Workload) {
			fmt.Fprintf(b, "%s\n\n", MarkdownText(t.Caption))
			MarkdownTable(b, t.Left, t.Header, t.Rows)
		}
	}
}

// CrossingText is a crossing for a table: "0.47 µs [0.43, 0.52]", "always (from
// 100 ns)", "never (to 10 ms)", "several, last 40 µs", "cannot tell".
func CrossingText(c Crossing) string {
	switch c.Outcome {
	case Crosses:
		return DurationEstimate(c.At)
	case Always:
		return fmt.Sprintf("always (from %s)", Duration(c.From))
	case Never:
		return fmt.Sprintf("never (to %s)", Duration(c.To))
	case Several:
		return fmt.Sprintf("several, last %s", Duration(c.At.Value))
	}
	return "cannot tell"
}

// MarkdownTable prints a table whose first columns, as many as left says, hold
// names and the others numbers.
func MarkdownTable(b *bytes.Buffer, left int, header []string, rows [][]string) {
	line := func(cells []string) {
		escaped := make([]string, len(cells))
		for i, c := range cells {
			escaped[i] = MarkdownText(c)
		}
		fmt.Fprintf(b, "| %s |\n", strings.Join(escaped, " | "))
	}
	line(header)
	rule := "|" + strings.Repeat("---|", left) + strings.Repeat("---:|", len(header)-left)
	fmt.Fprintln(b, rule)
	for _, r := range rows {
		line(r)
	}
	b.WriteString("\n")
}

// MarkdownText makes text from a record harmless in Markdown: one line, no markup
// and no HTML.
func MarkdownText(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, Printable(text))
	return markdownSigns.Replace(text)
}

var markdownSigns = strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", ">", "&gt;", "&", "&amp;",
	"*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`)

func capitalised(text string) string {
	if text == "" {
		return ""
	}
	runes := []rune(text)
	return strings.ToUpper(string(runes[:1])) + string(runes[1:])
}
