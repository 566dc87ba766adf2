package reports

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
)

// WriteGateText prints a comparison for a terminal: one line for each cell that is
// slower, faster or unsure, counts for the rest, and the verdict last. It returns
// the first error of w.
func WriteGateText(w io.Writer, g *GateReport, options TextOptions) error {
	p := &page{options: options}
	if g.NotComparable != "" {
		p.printf("Not comparable: %s.\n", g.NotComparable)
	}
	p.loneLine(g, Failed)
	p.verdicts(g, 10)
	p.sameLine(g)
	p.loneLine(g, New)
	p.loneLine(g, Missing)
	for _, warning := range g.Warnings {
		p.printf("Note      %s\n", warning)
	}
	p.printf("\n%s\n", g.Headline())
	_, err := w.Write(p.Bytes())
	return err
}

// word is the first word of a cell's line.
func (c GateCell) word() string {
	slower, faster := "Slower", "Faster"
	if c.Unit != "sec/op" {
		slower, faster = "Worse", "Better"
	}
	switch c.Verdict {
	case Regressed:
		return slower
	case Improved:
		return faster
	}
	return "Unsure"
}

// row is the columns of a cell: word, name, values, change, interval, remark.
func (c GateCell) row(limit float64) []string {
	return []string{c.word(), c.title(), c.values(), c.change(), c.remark(limit)}
}

// title is the cell for people, with its unit when that is not time.
func (c GateCell) title() string {
	if c.Unit == "sec/op" {
		return displayName(c.Name)
	}
	return displayName(c.Name) + ", " + c.Unit
}

func (c GateCell) values() string {
	return Quantity(c.Base, c.Unit) + " → " + Quantity(c.Head, c.Unit)
}

// change is "+14 % [+9, +19]".
func (c GateCell) change() string {
	switch {
	case c.Ratio.Value == 0:
		return ""
	case c.Exact:
		return Change(c.Ratio.Value) + " (exact)"
	case !c.Ratio.Known():
		return Change(c.Ratio.Value)
	}
	return Change(c.Ratio.Value) + " " + ChangeInterval(c.Ratio.Low, c.Ratio.High)
}

func (c GateCell) remark(limit float64) string {
	switch {
	case c.Reason != "":
		return c.Reason
	case c.Exact:
		return ""
	case c.Verdict != Inconclusive:
		return "limit " + Percent(limit)
	}
	sees := fmt.Sprintf("would have seen %s", Change(1+c.Detectable))
	if c.More > 0 {
		return fmt.Sprintf("%s; needs about %.0f× the blocks", sees, math.Ceil(c.More))
	}
	return sees + "; far too noisy for the limit"
}

// listed are the cells that get a line each: all regressions, and of the
// inconclusive and the improved ones as many of each as most says, the worst first.
func (g *GateReport) listed(most int) []GateCell {
	var out []GateCell
	count := map[Verdict]int{}
	for _, c := range g.Cells {
		switch c.Verdict {
		case Inconclusive, Improved:
			if count[c.Verdict]++; count[c.Verdict] > most {
				continue
			}
		case Regressed:
		default:
			continue
		}
		out = append(out, c)
	}
	return out
}

// unlisted counts what listed left out: "79 more are unsure, 3 more are faster".
func (g *GateReport) unlisted(most int) string {
	var parts []string
	for _, v := range []struct {
		verdict Verdict
		word    string
	}{{Inconclusive, "unsure"}, {Improved, "faster"}} {
		if n := g.Count(v.verdict) - most; n > 0 {
			parts = append(parts, plural(n, "more is ", "more are ")+v.word)
		}
	}
	return strings.Join(parts, ", ")
}

// verdicts prints a line for each listed cell, with its word coloured.
func (p *page) verdicts(g *GateReport, most int) {
	var rows [][]string
	for _, c := range g.listed(most) {
		rows = append(rows, c.row(g.Limit))
	}
	part := &page{options: p.options}
	part.table(rows)
	for line := range strings.Lines(part.String()) {
		line = strings.TrimPrefix(line, "  ")
		word, rest, _ := strings.Cut(line, " ")
		p.WriteString(p.colored(word) + " " + rest)
	}
	if more := g.unlisted(most); more != "" {
		p.printf("…         %s\n", more)
	}
}

func (p *page) colored(word string) string {
	color := map[string]string{"Failed": red, "Slower": red, "Worse": red, "Faster": green, "Better": green}[word]
	if !p.options.Color || color == "" {
		return word
	}
	return color + word + plain
}

// sameLine counts the cells without change and says what would have shown.
func (p *page) sameLine(g *GateReport) {
	if s := g.same(); s != "" {
		p.printf("Same      %s\n", s)
	}
}

func (g *GateReport) same() string {
	n := g.Count(NoChange)
	if n == 0 {
		return ""
	}
	sees := 0.0
	for _, c := range g.Cells {
		if c.Verdict == NoChange && !c.Exact {
			sees = math.Max(sees, c.Detectable)
		}
	}
	if sees == 0 {
		return Count(n, "cell")
	}
	return fmt.Sprintf("%s (a change above %s would have shown)", Count(n, "cell"), Percent(sees))
}

func (p *page) loneLine(g *GateReport, v Verdict) {
	if s := g.lone(v); s != "" {
		word := strings.ToUpper(v.String()[:1]) + v.String()[1:]
		p.WriteString(p.colored(word) + strings.Repeat(" ", 9-len(word)))
		p.printf(" %s\n", s)
	}
}

func (g *GateReport) lone(v Verdict) string {
	var names []string
	for _, c := range g.Cells {
		if c.Verdict == v {
			name := displayName(c.Name)
			if c.Reason != "" {
				name += " (" + c.Reason + ")"
			}
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("%s: %s", Count(len(names), "cell"), shortList(names))
}

// Headline is the verdict on the whole in one sentence: "1 regression, 2
// inconclusive, 20 without change."
func (g *GateReport) Headline() string {
	if g.NotComparable != "" {
		return "No verdict: " + g.NotComparable + "."
	}
	parts := []string{}
	add := func(v Verdict, one, many string) {
		if n := g.Count(v); n > 0 {
			parts = append(parts, plural(n, one, many))
		}
	}
	add(Failed, "failed", "failed")
	add(Regressed, "regression", "regressions")
	add(Improved, "improvement", "improvements")
	add(Inconclusive, "inconclusive", "inconclusive")
	add(NoChange, "without change", "without change")
	add(New, "new", "new")
	add(Missing, "missing", "missing")
	if !g.Regressed() && !g.Failed() {
		parts = append([]string{"No regression"}, parts...)
	}
	return strings.Join(parts, ", ") + "."
}

// WriteGateMarkdown prints a comparison as Markdown, the verdict first. It returns
// the first error of w.
func WriteGateMarkdown(w io.Writer, g *GateReport) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n\n", markdownText(strings.TrimSuffix(g.Headline(), ".")))
	fmt.Fprintf(&b, "`%s` against `%s`", strings.ReplaceAll(markdownCode(g.Head), "`", ""), strings.ReplaceAll(markdownCode(g.Base), "`", ""))
	if g.NotComparable == "" {
		how := "of different runs"
		if g.Paired {
			how = "of one run, block by block"
		}
		fmt.Fprintf(&b, ", %s; limit %s", how, Percent(g.Limit))
	}
	b.WriteString("\n\n")
	var rows [][]string
	for _, c := range g.listed(20) {
		rows = append(rows, []string{c.word(), c.Name, c.values(), c.change(), c.remark(g.Limit)})
	}
	if len(rows) > 0 {
		markdownTable(&b, 2, []string{"verdict", "benchmark", "base → head", "change", "remark"}, rows)
	}
	for _, line := range []struct{ label, text string }{
		{"Failed", g.lone(Failed)}, {"Not listed", g.unlisted(20)}, {"Same", g.same()}, {"New", g.lone(New)}, {"Missing", g.lone(Missing)}} {
		if line.text != "" {
			fmt.Fprintf(&b, "- %s: %s\n", line.label, markdownText(line.text))
		}
	}
	for _, warning := range g.Warnings {
		fmt.Fprintf(&b, "- Note: %s\n", markdownText(warning.String()))
	}
	_, err := w.Write(b.Bytes())
	return err
}

// markdownCode is text for a code span.
func markdownCode(text string) string {
	return strings.ReplaceAll(printable(text), "\n", " ")
}
