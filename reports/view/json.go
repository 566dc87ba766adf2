package view

import (
	"encoding/json"
	"io"
	"math"

	"poolbench/reports"
)

// Schema names the form of what JSON writes: what is there keeps its name and meaning,
// new fields may come.
const Schema = "poolbench.report/1"

// A file is a report for programs. Numbers are plain, in the units that are named.
type file struct {
	Schema   string        `json:"schema"`
	Title    string        `json:"title"`
	Machine  string        `json:"machine"`
	Facts    []factJSON    `json:"facts"`
	Sections []sectionJSON `json:"sections"`
	Methods  []methodJSON  `json:"methods"` // by which the numbers were made
}

type factJSON struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// A section is the answer to a question.
type sectionJSON struct {
	Name      string         `json:"name"` // of the question
	Title     string         `json:"title"`
	Sentences []sentenceJSON `json:"sentences"`
	Warnings  []warningJSON  `json:"warnings"`
	Tables    []tableJSON    `json:"tables"`
	Drawings  []drawingJSON  `json:"drawings"`
}

type sentenceJSON struct {
	Subject string              `json:"subject,omitempty"`
	Text    string              `json:"text"`
	Verdict reports.VerdictKind `json:"verdict,omitempty"` // "win", "none", "unsure", "clean" or "bad"
	Short   string              `json:"short,omitempty"`   // the verdict in a few words
	Claims  []claimJSON         `json:"claims"`
}

// A claim says that the value of the relation from subject to object is so much.
type claimJSON struct {
	Subject  string   `json:"subject"`
	Relation string   `json:"relation"`
	Object   string   `json:"object,omitempty"`
	Unit     string   `json:"unit"`              // "sec", "ratio", "fraction" (0.5 is 50 %), "number", or the unit of a benchmark
	Outcome  string   `json:"outcome,omitempty"` // "always", "never", "several" or "cannot tell", instead of one value
	Value    *float64 `json:"value,omitempty"`
	Low      *float64 `json:"low,omitempty"` // with high the interval; absent without one
	High     *float64 `json:"high,omitempty"`
	Blocks   int      `json:"blocks"`           // that it was made from
	Method   string   `json:"method,omitempty"` // by which the interval was made, see methods
}

type warningJSON struct {
	What string `json:"what"`
	Cure string `json:"cure"`
}

type tableJSON struct {
	Title   string     `json:"title"`
	Subject string     `json:"subject,omitempty"`
	Header  []string   `json:"header"`
	Rows    [][]string `json:"rows"` // as they are printed, each as long as header
}

type drawingJSON struct {
	Name    string `json:"name"` // charts/NAME.svg
	Subject string `json:"subject,omitempty"`
	Title   string `json:"title"`
	Alt     string `json:"alt"`
}

type methodJSON struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
	Source string `json:"source,omitempty"`
}

// JSON writes a report for programs. It returns the first error of w.
func JSON(w io.Writer, r *Report) error {
	out := file{Schema: Schema, Title: r.Title, Machine: r.Machine, Facts: []factJSON{}, Sections: []sectionJSON{}, Methods: []methodJSON{}}
	for _, f := range r.Facts {
		out.Facts = append(out.Facts, factJSON{f.Key, f.Value})
	}
	for _, s := range r.Sections {
		out.Sections = append(out.Sections, newSectionJSON(s))
	}
	for _, m := range methods(r.Sections) {
		out.Methods = append(out.Methods, methodJSON{m.Name, m.Reason, m.Source})
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(out)
}

func newSectionJSON(s reports.Section) sectionJSON {
	out := sectionJSON{Name: s.Name, Title: s.Title, Sentences: []sentenceJSON{}, Warnings: []warningJSON{}, Tables: []tableJSON{}, Drawings: []drawingJSON{}}
	for _, sentence := range s.Sentences {
		x := sentenceJSON{Subject: sentence.Subject, Text: sentence.Text, Claims: []claimJSON{}}
		if v := sentence.Verdict; v != nil {
			x.Verdict, x.Short = v.Kind, v.Word
		}
		for _, c := range sentence.Claims {
			x.Claims = append(x.Claims, newClaimJSON(c))
		}
		out.Sentences = append(out.Sentences, x)
	}
	for _, warning := range s.Warnings {
		out.Warnings = append(out.Warnings, warningJSON(warning))
	}
	for _, t := range s.Tables {
		out.Tables = append(out.Tables, tableJSON{t.Title, t.Subject, t.Header, plainRows(t)})
	}
	for _, d := range s.Drawings {
		out.Drawings = append(out.Drawings, drawingJSON{d.Name, d.Subject, d.Title, d.Alt})
	}
	return out
}

func newClaimJSON(c reports.Claim) claimJSON {
	out := claimJSON{Subject: c.Subject, Relation: c.Relation, Object: c.Object, Unit: c.Unit, Outcome: c.Outcome, Blocks: c.Value.N}
	if c.Outcome == "" || c.Value.N > 0 {
		out.Value = finite(c.Value.Value)
	}
	if c.Value.Method != nil {
		out.Low, out.High, out.Method = finite(c.Value.Low), finite(c.Value.High), c.Value.Method.Name
	}
	return out
}

// finite is nil for what JSON cannot hold.
func finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}
