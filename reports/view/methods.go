package view

import (
	"slices"

	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// methods are those by which the numbers of the sections were made, in the order of their
// first use.
func methods(sections []reports.Section) (out []*estimate.Method) {
	for _, s := range sections {
		for _, sentence := range s.Sentences {
			for _, c := range sentence.Claims {
				out = with(out, c.Value.Method)
			}
		}
		for _, t := range s.Tables {
			for _, m := range methodsOf(t) {
				out = with(out, m)
			}
		}
	}
	return out
}

func methodsOf(t words.Table) (out []*estimate.Method) {
	for _, cell := range t.Cells() {
		out = with(out, cell.Method)
	}
	return out
}

func with(all []*estimate.Method, m *estimate.Method) []*estimate.Method {
	if m == nil || slices.Contains(all, m) {
		return all
	}
	return append(all, m)
}
