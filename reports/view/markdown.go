package view

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"strings"

	"poolbench/reports/words"
)

// Markdown prints a report as summary.md: of every question the sentences, then the
// pictures and tables of each subject. Pictures are linked as charts/NAME.svg. It returns
// the first error of w.
func Markdown(w io.Writer, r *Report) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n\n", words.MarkdownText(r.Title))
	if r.Machine != "" {
		fmt.Fprintf(&b, "%s\n\n", words.MarkdownText(r.Machine))
	}
	for _, s := range r.Sections {
		fmt.Fprintf(&b, "## %s\n\n", words.MarkdownText(s.Title))
		for _, sentence := range s.Sentences {
			if sentence.Subject != "" {
				fmt.Fprintf(&b, "- **%s**: %s\n", words.MarkdownText(sentence.Subject), words.MarkdownText(sentence.Text))
			} else {
				fmt.Fprintf(&b, "- %s\n", words.MarkdownText(sentence.Text))
			}
		}
		for _, warning := range s.Warnings {
			fmt.Fprintf(&b, "- %s\n", words.MarkdownText(warning.String()))
		}
		if len(s.Sentences)+len(s.Warnings) > 0 {
			b.WriteString("\n")
		}
		if marks := legend(s.Tables); len(marks) > 0 {
			fmt.Fprintf(&b, "In the tables: %s.\n\n", words.MarkdownText(strings.Join(marks, "; ")))
		}
		for _, g := range groups(s) {
			if g.Subject != "" {
				fmt.Fprintf(&b, "### %s\n\n", words.MarkdownText(g.Subject))
			}
			for _, d := range g.Drawings {
				fmt.Fprintf(&b, "![%s](charts/%s.svg)\n\n", words.MarkdownText(d.Alt), url.PathEscape(d.Name))
			}
			for _, t := range g.Tables {
				markdownTable(&b, t)
			}
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

func markdownTable(b *bytes.Buffer, t words.Table) {
	switch {
	case t.Folded:
		fmt.Fprintf(b, "<details><summary>%s</summary>\n\n", words.MarkdownText(t.Title))
	case t.Title != "":
		fmt.Fprintf(b, "**%s**\n\n", words.MarkdownText(t.Title))
	}
	if t.Caption != "" {
		fmt.Fprintf(b, "%s\n\n", words.MarkdownText(t.Caption))
	}
	words.MarkdownTable(b, t.Left, t.Header, plainRows(t, true))
	if t.Folded {
		b.WriteString("</details>\n\n")
	}
}
