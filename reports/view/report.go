// Package view shows the answers of questions: in a terminal (Text), as Markdown, as one
// self-contained page (HTML), and for programs (JSON). A view is a loop over the sections
// of a Report. It knows no question, no executor and no workload: what is to be known of
// a sentence, a table or a drawing stands in it. Equal reports give equal bytes.
package view

import (
	"image/color"
	"strconv"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/words"
)

// A Report is what views show.
type Report struct {
	Title    string            `json:"title"`
	Machine  string            `json:"machine"` // where it was measured, one line; empty when unknown
	Sections []reports.Section `json:"sections"`
	Next     reports.Step      `json:"-"` // what would tell more
	Record   *record.Record    `json:"-"` // to show what the report was made from; nil to leave it out

	// Colours are those that drawings are made of, so that a page may show the dark ones
	// in place of the light.
	Colours []Colour `json:"-"`
}

// A Colour is a colour by what it is for.
type Colour struct {
	Name        string // CSS-friendly
	Light, Dark color.NRGBA
}

// New asks the questions and puts the drawings to their answers.
func New(s *reports.Set, questions []reports.Question, drawings []reports.Drawing) *Report {
	return &Report{
		Title:    "When a worker pool pays off",
		Machine:  reports.MachineLine(s),
		Sections: reports.Illustrate(reports.Answer(s, questions...), drawings),
		Next:     reports.Next(s),
		Record:   s.Record,
	}
}

// A group is what a section says of one subject.
type group struct {
	ID        string // in a page
	Subject   string
	Sentences []reports.Sentence
	Drawings  []reports.Drawing
	Tables    []words.Table
}

// groups are, first, what is about no subject that has tables or drawings, then the
// subjects that do, in the order of the section.
func groups(s reports.Section) []*group {
	out := []*group{{ID: s.Name}}
	find := func(subject string, add bool) *group {
		for _, g := range out {
			if g.Subject == subject {
				return g
			}
		}
		if !add {
			return out[0]
		}
		out = append(out, &group{ID: s.Name + "-" + strconv.Itoa(len(out)), Subject: subject})
		return out[len(out)-1]
	}
	for _, t := range s.Tables {
		g := find(t.Subject, true)
		g.Tables = append(g.Tables, t)
	}
	for _, d := range s.Drawings {
		g := find(d.Subject, true)
		g.Drawings = append(g.Drawings, d)
	}
	for _, sentence := range s.Sentences {
		g := find(sentence.Subject, false)
		g.Sentences = append(g.Sentences, sentence)
	}
	return out
}

// plainRows are the rows of a table where a cell is text, its interval where that is
// wanted, and the sign of its mark.
func plainRows(t words.Table, intervals bool) [][]string {
	out := make([][]string, len(t.Rows))
	for i, cells := range t.Rows {
		for _, c := range cells {
			out[i] = append(out[i], c.Plain(intervals))
		}
	}
	return out
}

// legend says what the marks in tables mean, each: "* the choice".
func legend(tables []words.Table) (out []string) {
	for _, t := range tables {
		for _, c := range t.Cells() {
			if c.Mark != nil {
				out = with(out, c.Mark.Sign+" "+c.Mark.Doc)
			}
		}
	}
	return out
}
