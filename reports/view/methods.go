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
			out = with(out, methodsOf(t)...)
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

// with adds what is not there yet.
func with[T comparable](all []T, more ...T) []T {
	var none T
	for _, v := range more {
		if v != none && !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all
}
