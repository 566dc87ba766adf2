package view

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// Text prints a report for a terminal: the brief tables first, then the sentences behind
// the titles of their questions, so that they stand where the eye is when it is done. It
// returns the first error of w.
func Text(w io.Writer, r *Report, o Options) error {
	p := NewPage(o, 17)
	if r.Machine != "" {
		p.Text("Machine", Bold, r.Machine, 0)
		p.Print("")
	}
	var drawings []string
	for _, s := range r.Sections {
		p.tables(s.Tables)
		for _, d := range s.Drawings {
			drawings = append(drawings, d.Name)
		}
	}
	for _, s := range r.Sections {
		p.section(s)
	}
	if len(drawings) > 0 {
		p.Text("Charts", Bold, strings.Join(drawings, ", "), 0)
	}
	if o.Verbose {
		p.methods(methods(r.Sections))
	}
	_, err := p.WriteTo(w)
	return err
}

// tables prints the brief ones, and what their marks mean.
func (p *Page) tables(all []words.Table) {
	var marks []string
	for _, t := range all {
		if !t.Brief {
			continue
		}
		p.Print(t.Title)
		used := methodsOf(t)
		rows := [][]string{t.Header}
		for _, cells := range t.Rows {
			row := make([]string, len(cells))
			for j, c := range cells {
				row[j] = c.Text
				if c.Mark != nil {
					row[j] += " " + c.Mark.Sign
					if text := c.Mark.Sign + " " + c.Mark.Doc; !slices.Contains(marks, text) {
						marks = append(marks, text)
					}
				}
				if p.options.Verbose && c.Method != nil {
					row[j] = strings.TrimSpace(row[j] + " " + c.Interval)
					if len(used) > 1 {
						row[j] += " (" + c.Method.Name + ")"
					}
				}
			}
			rows = append(rows, row)
		}
		p.Table(rows)
		if p.options.Verbose && len(used) == 1 {
			p.Print("  all intervals: "+used[0].Name)
		}
		p.Print("")
	}
	if len(marks) > 0 {
		p.Print(strings.Join(marks, "    "))
		p.Print("")
	}
}

// section prints its sentences and warnings behind its title, subjects in a column.
func (p *Page) section(s reports.Section) {
	label, width := s.Title, 0
	for _, sentence := range s.Sentences {
		width = max(width, len([]rune(sentence.Subject)))
	}
	line := func(text string, hang int) {
		p.Text(label, Bold, text, hang)
		label = ""
	}
	for _, sentence := range s.Sentences {
		text := sentence.Text
		if p.options.Verbose {
			text = withMethods(sentence)
		}
		if sentence.Subject == "" {
			line(text, 2)
		} else {
			line(fmt.Sprintf("%-*s  %s", width, sentence.Subject, text), width+2)
		}
	}
	for _, warning := range s.Warnings {
		line(warning.String(), 2)
	}
	if p.options.Verbose {
		for _, d := range s.Drawings {
			line(fmt.Sprintf("%s (chart %s)", d.Title, d.Name), 2)
		}
	}
}

// withMethods is the text of a sentence with the method behind every interval; behind the
// sentence where the interval is not printed.
func withMethods(s reports.Sentence) string {
	text, after := s.Text, ""
	for _, c := range s.Claims {
		if c.Value.Method == nil {
			continue
		}
		named := " (" + c.Value.Method.Name + ")"
		interval := words.IntervalOf(c.Value, c.Unit)
		if i := strings.Index(text, interval); interval != "" && i >= 0 && !strings.HasPrefix(text[i+len(interval):], " (") {
			text = text[:i+len(interval)] + named + text[i+len(interval):]
		} else if !strings.Contains(after, c.Relation+named) {
			after += "; " + c.Relation + named
		}
	}
	return text + after
}

func (p *Page) methods(all []*estimate.Method) {
	label := "Methods"
	for _, m := range all {
		text := m.Name + ": " + m.Reason
		if m.Source != "" {
			text += " (" + m.Source + ")"
		}
		p.Text(label, Bold, text, 2)
		label = ""
	}
}
