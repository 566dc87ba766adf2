package view

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// Text prints a report for a terminal: its answers in a line each, as they fit on one
// screen with what the program says after them. With Options.Verbose it prints all: the
// brief tables first, then the sentences behind the titles of their questions, so that
// they stand where the eye is when it is done. It returns the first error of w.
func Text(w io.Writer, r *Report, o Options) error {
	labels := 17
	if !o.Verbose {
		o.Width, labels = cmp.Or(o.Width, 80), BriefLabels
	}
	p := NewPage(o, labels)
	if r.Machine != "" {
		p.Wrapped("Machine", Bold, r.Machine, 0)
		p.Print("")
	}
	if !o.Verbose {
		for _, s := range r.Sections {
			p.brief(s)
		}
		_, err := p.WriteTo(w)
		return err
	}
	for _, s := range r.Sections {
		p.tables(s.Tables)
	}
	for _, s := range r.Sections {
		p.section(s)
	}
	p.drawings(r.Sections)
	p.methods(methods(r.Sections))
	_, err := p.WriteTo(w)
	return err
}

// Answers prints what the named sections of a report say, in full, behind the titles of their
// questions: of a report that was made to answer one question no more than its answer. Sections
// that are not there are left out. It returns the first error of w.
func Answers(w io.Writer, r *Report, o Options, names ...string) error {
	o.Width = cmp.Or(o.Width, 80)
	p := NewPage(o, BriefLabels)
	if r.Machine != "" {
		p.Wrapped("Machine", Bold, r.Machine, 0)
		p.Print("")
	}
	for _, name := range names {
		for _, s := range r.Sections {
			if s.Name != name {
				continue
			}
			line := p.under(s.Title)
			for _, sentence := range s.Sentences {
				line(sentence.Text, 2)
			}
		}
	}
	_, err := p.WriteTo(w)
	return err
}

const (
	// BriefLabels is the width of the column of labels on the last screen.
	BriefLabels = 12
	// mostBrief is how many lines a section has there at most.
	mostBrief = 8
)

// brief prints the sentences of a section that are for the last screen.
func (p *Page) brief(s reports.Section) {
	all := slices.DeleteFunc(slices.Clone(s.Sentences), func(s reports.Sentence) bool { return s.Brief == "" })
	line, width, more := p.under(s.Title), 0, 0
	if len(all) > mostBrief {
		all, more = all[:mostBrief-1], len(all)-mostBrief+1
	}
	for _, sentence := range all {
		width = max(width, len([]rune(sentence.Subject)))
	}
	for _, sentence := range all {
		if sentence.Subject == "" {
			line(sentence.Brief, 2)
		} else {
			line(fmt.Sprintf("%-*s  %s", width, sentence.Subject, sentence.Brief), width+2)
		}
	}
	if more > 0 {
		line(fmt.Sprintf("and %d more in the report", more), 0)
	}
}

// tables prints the brief ones, and what their marks mean.
func (p *Page) tables(all []words.Table) {
	all = slices.DeleteFunc(slices.Clone(all), func(t words.Table) bool { return !t.Brief })
	for _, t := range all {
		p.Print(t.Title)
		rows, used := plainRows(t, p.options.Verbose), methodsOf(t)
		for i, cells := range t.Rows {
			for j, c := range cells {
				if p.options.Verbose && len(used) > 1 && c.Method != nil {
					rows[i][j] += " (" + c.Method.Name + ")"
				}
			}
		}
		p.Table(append([][]string{t.Header}, rows...))
		if p.options.Verbose && len(used) == 1 {
			p.Print("  all intervals: " + used[0].Name)
		}
		p.Print("")
	}
	if marks := legend(all); len(marks) > 0 {
		p.Print(strings.Join(marks, "    "))
		p.Print("")
	}
}

// section prints its sentences and warnings behind its title, subjects in a column.
func (p *Page) section(s reports.Section) {
	line, width := p.under(s.Title), 0
	for _, sentence := range s.Sentences {
		width = max(width, len([]rune(sentence.Subject)))
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
}

// drawings prints the names of all of them, or what each shows.
func (p *Page) drawings(sections []reports.Section) {
	line := p.under("Charts")
	var names []string
	for _, s := range sections {
		for _, d := range s.Drawings {
			names = append(names, d.Name)
			if p.options.Verbose {
				line(d.Name+": "+d.Title, 2)
			}
		}
	}
	if len(names) > 0 && !p.options.Verbose {
		line(strings.Join(names, ", "), 0)
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
		interval, named := words.IntervalOf(c.Value, c.Unit), " ("+c.Value.Method.Name+")"
		if head, tail, ok := strings.Cut(text, interval); ok && interval != "" {
			text = head + interval + named + strings.TrimPrefix(tail, named)
		} else if !strings.Contains(after, string(c.Relation)+named) {
			after += "; " + string(c.Relation) + named
		}
	}
	if after != "" {
		text += " {" + after[len("; "):] + "}"
	}
	return text
}

func (p *Page) methods(all []*estimate.Method) {
	line := p.under("Methods")
	for _, m := range all {
		text := m.Name + ": " + m.Reason
		if m.Source != "" {
			text += " (" + m.Source + ")"
		}
		line(text, 2)
	}
}
