package view

import (
	"encoding/json"
	"io"

	"poolbench/reports/estimate"
)

// Schema names the form of what JSON writes. What is there keeps its name and meaning; new
// fields may come.
const Schema = "poolbench.report/1"

// JSON writes a report for programs, and returns the first error of w:
//
//	schema, title, machine
//	sections   name, title and question; then what there is of
//	  sentences  subject, text, verdict (kind, word), claims
//	    claims     subject, relation, object, unit, value, low, high, blocks, method, outcome
//	  warnings   what, cure
//	  tables     title, caption, subject, header, rows (as they are printed)
//	  drawings   name (charts/NAME.svg), subject, title, alt
//	methods    name, reason and source of those that claims name
//
// A claim says that the value of the relation, from subject to object, is so much: "sec",
// "ratio", "fraction" (0.5 is 50 %), "number", or the unit of a benchmark. In place of a
// value the outcome may be "always", "never", "several" or "cannot tell".
func JSON(w io.Writer, r *Report) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		Schema string `json:"schema"`
		*Report
		Methods []*estimate.Method `json:"methods"`
	}{Schema, r, methods(r.Sections)})
}
