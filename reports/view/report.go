// Package view shows the answers of questions: in a terminal (Text), as Markdown, as one
// self-contained page (HTML), and for programs (JSON). A view is a loop over the sections
// of a Report. It knows no question, no executor and no workload: what is to be known of
// a sentence, a table or a drawing stands in it. Equal reports give equal bytes.
package view

import (
	"image/color"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/words"
)

// A Report is what views show.
type Report struct {
	Title    string
	Machine  string // where it was measured, one line; empty when unknown
	Sections []reports.Section
	Facts    []record.Field // what the record says of the run
	Record   []byte         // its text; nil to leave it out

	// Colours are those that drawings are made of, so that a page may show the dark ones
	// in place of the light.
	Colours []Colour
}

// A Colour is a colour by what it is for.
type Colour struct {
	Name        string // CSS-friendly
	Light, Dark color.NRGBA
}

// New asks the questions and puts the drawings to their answers.
func New(s *reports.Set, questions []reports.Question, drawings []reports.Drawing) *Report {
	r := &Report{
		Title:    "When a worker pool pays off",
		Machine:  reports.MachineLine(s),
		Sections: reports.Illustrate(reports.Answer(s, questions...), drawings),
	}
	if s.Record != nil {
		r.Facts, r.Record = slices.Concat(s.Record.Config, s.Record.Notes), s.Record.Text
	}
	return r
}

// A group is what a section says of one subject.
type group struct {
	Subject   string
	Sentences []reports.Sentence
	Drawings  []reports.Drawing
	Tables    []words.Table
}

// groups are the subjects that have tables or drawings, in the order of the section; a
// sentence on one of them stands with it. First comes what is about no such subject.
func groups(s reports.Section) (first group, subjects []*group) {
	find := func(subject string, add bool) *group {
		for _, g := range subjects {
			if g.Subject == subject {
				return g
			}
		}
		if !add || subject == "" {
			return &first
		}
		subjects = append(subjects, &group{Subject: subject})
		return subjects[len(subjects)-1]
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
	return first, subjects
}

// plainRows are the rows of a table where a cell is no more than its text and the sign of
// its mark.
func plainRows(t words.Table) [][]string {
	out := make([][]string, len(t.Rows))
	for i, cells := range t.Rows {
		for _, c := range cells {
			text := c.Text
			if c.Mark != nil {
				text += " " + c.Mark.Sign
			}
			out[i] = append(out[i], text)
		}
	}
	return out
}
