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
func WriteMarkdown(w io.Writer, set *Set) error {
	var b bytes.Buffer
	b.WriteString("# When a worker pool pays off\n\n")
	if m := MachineLine(set); m != "" {
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
	section("Which one?", AnswersOf(set).Which, true)
	section("How short?", AnswersOf(set).Short, false)
	section("Where did the speedup go?", AnswersOf(set).Where, true)
	section("Can I trust it?", AnswersOf(set).Trust, false)
	if len(Scalings(set)) > 0 {
		b.WriteString("## Speedup\n\nAgainst the plain loop, within blocks. `*` is the choice, `=` is as good.")
		if slices.ContainsFunc(Scalings(set), func(s Scaling) bool { return s.Partial }) {
			b.WriteString(" Grains that only some of the executors were measured at, to find where they pay off, count in the sizes of tasks below.")
		}
		b.WriteString("\n\n")
		for i, s := range Scalings(set) {
			if s.Partial {
				continue
			}
			scalingMarkdown(&b, s)
			if text := CostSentence(set, i); text != "" && len(s.Series) > 0 {
				fmt.Fprintf(&b, "%s.\n\n", words.MarkdownText(words.Capital(text)))
			}
		}
	}
	if len(Sweeps(set)) > 0 {
		b.WriteString("## Size of a task\n\n")
		sweepMarkdown(&b, set)
	}
	if tables := WhereTables(set); len(tables) > 0 {
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

func sweepMarkdown(b *bytes.Buffer, set *Set) {
	for i, s := range Sweeps(set) {
		if i > 0 && Sweeps(set)[i-1].Workload == s.Workload {
			continue
		}
		fmt.Fprintf(b, "### Sizes of %s\n\n", words.MarkdownText(s.Workload))
		for _, t := range SizeTables(set, s.Workload) {
			fmt.Fprintf(b, "%s\n\n", words.MarkdownText(t.Caption))
			words.MarkdownTable(b, t.Left, t.Header, t.Rows)
		}
	}
}
