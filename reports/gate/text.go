package gate

import (
	"fmt"
	"io"

	"poolbench/reports/words"
)

// WriteText prints a comparison for a terminal: one line for each case that failed,
// changed or is unsure, counts for the rest, and the verdict last. It returns the
// first error of w.
func WriteText(w io.Writer, r *Report, options TextOptions) error {
	p, names := &page{options: options}, r.wording()
	listed, more := r.listed(10)
	var rows [][]string
	for _, c := range listed {
		rows = append(rows, []string{c.word(), names.title(c), c.values(), c.change(), c.remark()})
	}
	p.table(rows)
	for _, l := range names.notes(more) {
		p.line(l.word, l.text)
	}
	if p.out.Len() > 0 {
		p.out.WriteString("\n")
	}
	p.out.WriteString(p.plain(r.Headline()) + "\n")
	_, err := w.Write(p.out.Bytes())
	return err
}

// WriteHistoryText prints what a history says, one line for each change. It returns
// the first error of w.
func WriteHistoryText(w io.Writer, h *History, options TextOptions) error {
	p := &page{options: options}
	var rows [][]string
	for _, c := range h.Changes {
		word := "Faster"
		if c.Ratio > 1 {
			word = "Slower"
		}
		rows = append(rows, []string{word, display(c.Name), words.Change(c.Ratio), c.where()})
	}
	p.table(rows)
	switch {
	case h.Benchmarks == 0:
	case len(h.Changes) == 0:
		p.line("History", fmt.Sprintf("no change of level in %s of %s", words.Count(h.Snapshots, "snapshot"), words.Count(h.Benchmarks, "benchmark")))
	default:
		c := h.Changes[0]
		bare, _ := cutProcs(c.Name)
		p.line("History", fmt.Sprintf("%s in %s; to look closer: poolbench gate -base %s -head %s -bench '%s'",
			words.Count(len(h.Changes), "change"), words.Count(h.Snapshots, "snapshot"), short(c.Before), short(c.After), benchPattern(bare)))
	}
	for _, warning := range h.Warnings {
		p.line("Note", warning.String())
	}
	_, err := w.Write(p.out.Bytes())
	return err
}
