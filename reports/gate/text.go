package gate

import (
	"fmt"
	"io"

	"poolbench/bench/record"
	"poolbench/reports/view"
	"poolbench/reports/words"
)

// wordWidth is the width of the first column.
const wordWidth = 10

func ink(word string) view.Ink {
	return map[string]view.Ink{"Failed": view.Red, "Slower": view.Red, "Worse": view.Red, "Faster": view.Green, "Better": view.Green,
		"Layout": view.Yellow}[word]
}

// WriteText prints a comparison for a terminal: one line for each benchmark that failed,
// changed or is unsure, counts for the rest, what to do next, and the verdict last. It returns the
// first error of w.
func WriteText(w io.Writer, r *Report, options view.Options) error {
	p, names := view.NewPage(options, wordWidth), r.wording()
	listed, more := r.listed(10)
	var rows [][]string
	for _, b := range listed {
		c := b.lead()
		rows = append(rows, []string{c.word(), names.title(c), c.values(), c.change(), b.remark()})
	}
	p.Labelled(rows, ink)
	for _, l := range append(names.causes(), names.notes(more)...) {
		p.Line(l.word, ink(l.word), l.text)
	}
	for _, n := range r.next() {
		p.Line(n.word, "", n.text)
	}
	if !p.Empty() {
		p.Print("")
	}
	p.Print(r.Headline())
	_, err := p.WriteTo(w)
	return err
}

// WriteHistoryText prints what a history says, one line for each change. It returns
// the first error of w.
func WriteHistoryText(w io.Writer, h *History, options view.Options) error {
	p := view.NewPage(options, wordWidth)
	var rows [][]string
	for _, c := range h.Changes {
		word := "Faster"
		if c.Ratio > 1 {
			word = "Slower"
		}
		rows = append(rows, []string{word, display(c.Name), words.Change(c.Ratio), c.where()})
	}
	p.Labelled(rows, ink)
	switch {
	case h.Benchmarks == 0:
	case len(h.Changes) == 0:
		p.Line("History", "", fmt.Sprintf("no change of level in %s of %s", words.Count(h.Snapshots, "snapshot"), words.Count(h.Benchmarks, "benchmark")))
	default:
		c := h.Changes[0]
		bare, _ := record.SplitProcs(c.Name)
		p.Line("History", "", fmt.Sprintf("%s in %s; to look closer: poolbench gate -base %s -head %s -bench '%s'",
			words.Count(len(h.Changes), "change"), words.Count(h.Snapshots, "snapshot"), short(c.Before), short(c.After), benchPattern(bare)))
	}
	for _, warning := range h.Warnings {
		p.Line("Note", "", warning.String())
	}
	_, err := p.WriteTo(w)
	return err
}
