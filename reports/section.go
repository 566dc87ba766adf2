package reports

import (
	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A Question asks the measurements something and answers with a Section. Questions are
// values: whoever makes a report takes ours, theirs, or both.
type Question struct {
	Name  string // a lower-case word
	Title string // as people would ask it: "Which one?"
	Doc   string // one line, for lists
	// Answer is a pure function of the Set, which it does not change. A Section without
	// sentences, tables and warnings is left out of the report.
	Answer func(*Set) Section
}

// A Section is the answer to one question. Views print it without knowing which.
type Section struct {
	Name, Title string // of the question
	Sentences   []Sentence
	Tables      []words.Table
	Drawings    []Drawing
	Warnings    []record.Warning
}

// A Claim is what a sentence states, for those who would rather have the number: that
// the value of Relation, from Subject to Object, is Value.
type Claim struct {
	Subject  string            // what it is about: "goroutines with 2 workers"
	Relation string            // "speedup", "crossover", …
	Object   string            // against what: "serial"; may be empty
	Unit     string            // of Value: "ratio", "sec", …
	Value    estimate.Estimate // with its interval, its method and the blocks it was made from
}

// A Drawing is a picture of a Section, rendered when it is asked for.
type Drawing struct {
	Name    string // "speedup-spin": unique within a report, safe as a file name and as an XML id
	Section string // name of the question it illustrates
	Subject string // the workload it is about
	Title   string // the finding, one sentence without a full stop
	Alt     string // what a reader who cannot see it needs to know; a few sentences
	SVG     func() ([]byte, error)
	PNG     func() ([]byte, error)
}
