package gate

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"poolbench/reports/words"
)

// WriteMarkdown prints a comparison as Markdown for a job summary or a comment, the
// verdict first, the changed cases in a table, the rest folded away. It stays below
// maxMarkdown bytes: what does not fit is counted. It returns the first error of w.
func WriteMarkdown(w io.Writer, r *Report) error {
	var b bytes.Buffer
	names := r.wording()
	fmt.Fprintf(&b, "# %s\n\n", words.MarkdownText(strings.TrimSuffix(r.Headline(), ".")))
	fmt.Fprintf(&b, "%s against %s", words.MarkdownCode(r.Head), words.MarkdownCode(r.Base))
	if r.NotComparable == "" && r.Unmeasured == "" {
		fmt.Fprintf(&b, ", %s; limit %s", r.how(), words.Percent(r.Limit))
	}
	b.WriteString("\n\n")
	listed, more := r.listed(20)
	var rows [][]string
	for _, b := range listed { // names and remarks to the left, numbers to the right
		c := b.lead()
		rows = append(rows, []string{c.word(), names.title(c), b.remark(), c.values(), c.change()})
	}
	if len(rows) > 0 {
		words.MarkdownTable(&b, 3, []string{"verdict", "benchmark", "remark", "base → head", "change"}, rows)
	}
	for _, l := range append(names.causes(), names.notes(more)...) {
		fmt.Fprintf(&b, "- %s: %s\n", l.label, words.MarkdownText(l.text))
	}
	codeBlock(&b, "Why", r.Unmeasured)
	r.writeNext(&b)
	names.folded(&b, "measured, and not judged", Case.ofTheRun)
	names.folded(&b, "without change", func(c Case) bool { return c.Verdict == NoChange })
	_, err := w.Write(b.Bytes())
	return err
}

// maxMarkdown is below what a comment on GitHub may have, 65,536 characters.
const maxMarkdown = 60_000

// how says how the two were compared.
func (r *Report) how() string {
	return map[Method]string{
		Interleaved:   "measured turn by turn in " + words.Count(r.Blocks, "block"),
		OneRun:        "of one run, block by block",
		DifferentRuns: "of different runs",
	}[r.Method]
}

// folded lists the results that are so, in what is left of maxMarkdown.
func (w wording) folded(b *bytes.Buffer, what string, is func(Case) bool) {
	var rows [][]string
	for _, c := range w.Cases {
		if is(c) {
			rows = append(rows, []string{w.title(c), c.values(), c.change()})
		}
	}
	if len(rows) == 0 {
		return
	}
	// Cut by the longest row, so that the size is kept whatever the rows are.
	longest := 0
	for _, row := range rows {
		longest = max(longest, 2*len(strings.Join(row, " | "))+16)
	}
	shown := min(len(rows), max(0, (maxMarkdown-b.Len()-200)/longest))
	fmt.Fprintf(b, "\n<details><summary>%s %s</summary>\n\n", words.Count(len(rows), "result"), what)
	words.MarkdownTable(b, 1, []string{"benchmark", "base → head", "change"}, rows[:shown])
	if shown < len(rows) {
		fmt.Fprintf(b, "and %d more\n\n", len(rows)-shown)
	}
	b.WriteString("</details>\n")
}
