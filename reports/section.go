package reports

import (
	"strings"

	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A Question asks the measurements something and answers with a Section. Questions are
// values: whoever makes a report takes ours, theirs, or both.
type Question struct {
	Name  string // a lower-case word, safe as an XML id
	Title string // as people would ask it, in a few words: "Which one?"
	Doc   string // the whole question, for lists and headings
	// Answer is a pure function of the Set, which it does not change. Name, Title and Doc
	// of the Section are filled in. One without sentences, tables and warnings is left
	// out of the report.
	Answer func(*Set) Section
}

// A Section is the answer to one question. Views print it without knowing which. What is
// about one Subject stands together.
type Section struct {
	Name, Title, Doc string // of the question
	Sentences        []Sentence
	Tables           []words.Table
	Drawings         []Drawing
	Warnings         []Warning
	Reading          string // how to read its tables and drawings, in sentences, for who asks; may be empty
}

// Empty reports whether there is nothing to show.
func (s Section) Empty() bool {
	return len(s.Sentences)+len(s.Tables)+len(s.Drawings)+len(s.Warnings) == 0
}

// A Sentence is one finding.
type Sentence struct {
	Subject string // what it is about, where Text does not say it: the workload; may be empty
	Text    string // one line
	Claims  []Claim
	Verdict *Verdict // nil for a finding that does not sum up its subject
}

// A Verdict sums up a subject, or the run, in a few words.
type Verdict struct {
	Kind VerdictKind
	Word string // "goroutines × 2, 1.9×", "cannot tell"
}

// A VerdictKind is how a verdict turned out.
type VerdictKind string

const (
	Win    VerdictKind = "win"    // a pool pays
	None   VerdictKind = "none"   // none does
	Unsure VerdictKind = "unsure" // cannot tell, or not without doubt
	Clean  VerdictKind = "clean"  // nothing is wrong
	Bad    VerdictKind = "bad"    // something failed
)

// A Claim is what a sentence states, for those who would rather have the number: that
// the value of Relation, from Subject to Object, is Value.
type Claim struct {
	Subject  string            // what it is about: "goroutines with 2 workers on spin"
	Relation string            // "speedup", "crossover", …
	Object   string            // against what: "serial"; may be empty
	Unit     string            // of Value: words.Seconds, words.Times, …, or the unit of a benchmark
	Value    estimate.Estimate // with its interval, its method and the blocks it was made from
	Outcome  string            // in place of a value: "always", "never", "several" (then Value is the last), "cannot tell"; empty when there is one
}

// crossing is the claim that Relation holds from Value on.
func crossing(subject, relation, object string, unit string, c estimate.Crossing) Claim {
	out := Claim{Subject: subject, Relation: relation, Object: object, Unit: unit, Outcome: words.OutcomeText(c.Outcome)}
	if c.Outcome == estimate.Crosses || c.Outcome == estimate.Several {
		out.Value = c.At
	}
	return out
}

// A Warning is something that lowers trust, with its cure. Both are sentences.
type Warning struct{ What, Cure string }

// String is the warning in one line: what, then the cure.
func (w Warning) String() string { return strings.TrimSpace(w.What + " " + w.Cure) }

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

// Answer asks the questions in their order and leaves out those that the Set says
// nothing about.
func Answer(s *Set, questions ...Question) []Section {
	var out []Section
	for _, q := range questions {
		section := q.Answer(s)
		section.Name, section.Title, section.Doc = q.Name, q.Title, q.Doc
		if !section.Empty() {
			out = append(out, section)
		}
	}
	return out
}

// Illustrate puts every drawing into the section of its question; those of other
// questions make a section of their own, the last.
func Illustrate(sections []Section, drawings []Drawing) []Section {
	other := Section{Name: "charts", Title: "More charts"}
next:
	for _, d := range drawings {
		for i := range sections {
			if sections[i].Name == d.Section {
				sections[i].Drawings = append(sections[i].Drawings, d)
				continue next
			}
		}
		other.Drawings = append(other.Drawings, d)
	}
	if other.Empty() {
		return sections
	}
	return append(sections, other)
}
