package words

import (
	"bytes"
	"fmt"
	"strings"
)

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
	return markdownSigns.Replace(Printable(text))
}

var markdownSigns = strings.NewReplacer("\n", " ", "\t", " ", `\`, `\\`, "|", `\|`, "<", "&lt;", ">", "&gt;", "&", "&amp;",
	"*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`)

// MarkdownCode is text as a code span; empty text is a dash.
func MarkdownCode(text string) string {
	text = strings.NewReplacer("\n", " ", "`", "").Replace(Printable(text))
	if text == "" {
		return "–"
	}
	return "`" + text + "`"
}
