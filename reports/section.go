package reports

import (
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/words"
)

// A Question asks the measurements something and answers with a Section. Questions are
// values: whoever makes a report takes ours, theirs, or both.
type Question struct {
	Name  string // a lower-case word, safe as an XML id
	Title string // as people would ask it, in a few words: "Which one?"
	Doc   string // the whole question, for lists and headings
	// Answer is a pure function of the Set, which it does not change. Name, Title and Doc
	// of the Section are filled in. Sentences without a claim are left out, and a Section
	// without sentences, tables and warnings too.
	Answer func(*Set) Section
}

// A Section is the answer to one question. Views print it without knowing which. What is
// about one Subject stands together.
type Section struct {
	Name      string           `json:"name"` // these three are of the question
	Title     string           `json:"title"`
	Doc       string           `json:"question"`
	Sentences []Sentence       `json:"sentences,omitempty"`
	Warnings  []record.Warning `json:"warnings,omitempty"`
	Tables    []words.Table    `json:"tables,omitempty"`
	Drawings  []Drawing        `json:"drawings,omitempty"`
	Reading   string           `json:"-"` // how to read its tables and drawings, in sentences, for who asks; may be empty
}

// Empty reports whether there is nothing to show.
func (s Section) Empty() bool {
	return len(s.Sentences)+len(s.Tables)+len(s.Drawings)+len(s.Warnings) == 0
}

// add appends the tables that are not empty, all about one subject.
func (s *Section) add(subject string, tables ...words.Table) {
	for _, t := range tables {
		if len(t.Rows) > 0 {
			t.Subject = subject
			s.Tables = append(s.Tables, t)
		}
	}
}

// A Drawing is a picture of a Section, rendered when it is asked for.
type Drawing struct {
	Name    string                 `json:"name"` // "speedup-spin": unique within a report, safe as a file name and as an XML id
	Section string                 `json:"-"`    // name of the question it illustrates
	Subject string                 `json:"subject,omitempty"`
	Title   string                 `json:"title"` // the finding, one sentence without a full stop
	Alt     string                 `json:"alt"`   // what a reader who cannot see it needs to know; a few sentences
	SVG     func() ([]byte, error) `json:"-"`
	PNG     func() ([]byte, error) `json:"-"`
}

// Answer asks the questions in their order and leaves out those that the Set says
// nothing about.
func Answer(s *Set, questions ...Question) []Section {
	var out []Section
	for _, q := range questions {
		section := q.Answer(s)
		section.Name, section.Title, section.Doc = q.Name, q.Title, q.Doc
		section.Sentences = slices.DeleteFunc(section.Sentences, func(s Sentence) bool { return len(s.Claims) == 0 })
		if !section.Empty() {
			out = append(out, section)
		}
	}
	return out
}

// nothing is the sentence of a question that a record does not answer.
func nothing(text string) Sentence {
	return Sentence{Text: text, Brief: text, Claims: []Claim{{Subject: "the record", Relation: Absent, Unit: words.Plain}}}
}

// Illustrate puts every drawing into the section of its question; those of other
// questions make a section of their own, the last.
func Illustrate(sections []Section, drawings []Drawing) []Section {
	other := Section{Name: "charts", Title: "More charts"}
	for _, d := range drawings {
		if i := slices.IndexFunc(sections, func(s Section) bool { return s.Name == d.Section }); i >= 0 {
			sections[i].Drawings = append(sections[i].Drawings, d)
		} else {
			other.Drawings = append(other.Drawings, d)
		}
	}
	if other.Empty() {
		return sections
	}
	return append(sections, other)
}

// Questions are the built-in ones, in the order of a report.
func Questions() []Question {
	return []Question{Which, Lock, Short, Load, Latencies, Runtimes, Expect, Faults, Where, Help, Units, Trust}
}
