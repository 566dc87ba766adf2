package reports

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"poolbench/reports/words"
)

// WriteMarkdown prints an analysis as summary.md: the answers, then a table for
// every Sweep and every Scaling but Partial ones. It returns the first error of w.
func WriteMarkdown(w io.Writer, d *Data) error {
	var b bytes.Buffer
	b.WriteString("# When a worker pool pays off\n\n")
	if m := MachineLine(d); m != "" {
		fmt.Fprintf(&b, "%s\n\n", words.MarkdownText(m))
	}
	section := func(title string, sentences []Sentence, subject bool) {
		if len(sentences) == 0 {
			return
		}
		fmt.Fprintf(&b, "## %s\n\n", title)
		for _, s := range sentences {
			if subject {
				fmt.Fprintf(&b, "- **%s**: %s\n", words.MarkdownText(s.Subject), words.MarkdownText(s.Text))
			} else {
				fmt.Fprintf(&b, "- %s\n", words.MarkdownText(s.Text))
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
				fmt.Fprintf(&b, "%s.\n\n", words.MarkdownText(words.Capital(text)))
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
			fmt.Fprintf(&b, "### %s\n\n%s\n\n", words.MarkdownText(t.Title), words.MarkdownText(t.Caption))
			words.MarkdownTable(&b, t.Left, t.Header, t.Rows)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

func scalingMarkdown(b *bytes.Buffer, s Scaling) {
	fmt.Fprintf(b, "### %s\n\n", words.MarkdownText(words.Task(s.Workload, s.Grain, s.Payload)))
	fmt.Fprintf(b, "Plain loop %s", words.MarkdownText(words.DurationEstimate(s.Serial)))
	if s.Tasks > 0 {
		fmt.Fprintf(b, " for %s", words.Count(s.Tasks, "task"))
	}
	fmt.Fprintf(b, ". %s.\n\n", words.MarkdownText(words.Capital(s.Best.Sentence)))
	if len(s.Series) == 0 {
		return
	}
	header, rows := speedupRows(s)
	words.MarkdownTable(b, 1, header, rows)
}

func sweepMarkdown(b *bytes.Buffer, d *Data) {
	for i, s := range d.Sweeps {
		if i > 0 && d.Sweeps[i-1].Workload == s.Workload {
			continue
		}
		fmt.Fprintf(b, "### Sizes of %s\n\n", words.MarkdownText(s.Workload))
		for _, t := range SizeTables(d, s.Workload) {
			fmt.Fprintf(b, "%s\n\n", words.MarkdownText(t.Caption))
			words.MarkdownTable(b, t.Left, t.Header, t.Rows)
		}
	}
}
