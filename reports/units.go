package reports

import (
	"fmt"

	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// Units has a table of every unit that no other question is about, so that a new one is
// shown at once.
var Units = Question{
	Name: "units", Title: "What else?", Doc: "What else was measured?",
	Answer: func(s *Set) Section {
		var out Section
		var ranges []string
		for _, u := range Values(s) {
			low, high := u.Rows[0], u.Rows[0]
			for _, row := range u.Rows {
				if row.Value.Value < low.Value.Value {
					low = row
				}
				if row.Value.Value > high.Value.Value {
					high = row
				}
			}
			ranges = append(ranges, fmt.Sprintf("%s to %s", words.Quantity(low.Value.Value, u.Unit.Name), words.Quantity(high.Value.Value, u.Unit.Name)))
			out.add("", unitTable(u))
		}
		if len(ranges) > 0 {
			out.Sentences = []Sentence{{Text: "medians from " + words.JoinAnd(ranges) + ": the report has them all"}}
		}
		return out
	},
}

func unitTable(u UnitTable) words.Table {
	name := u.Unit.Name
	t := words.Table{Title: name, Folded: true, Left: 1, Header: []string{"arm", "median", "against its baseline", "blocks"}}
	if u.Unit.Means != "" {
		t.Title += ": " + u.Unit.Means
	}
	if u.Unit.Better != 0 {
		t.Caption = map[int]string{-1: "Lower is better.", 1: "Higher is better."}[u.Unit.Better]
	}
	for _, row := range u.Rows {
		change := words.Number(row.Change, words.Times)
		if u.Scale == estimate.Difference && row.Change.N > 0 {
			change = quantity(row.Change, name)
			if row.Change.Value > 0 {
				change.Text = "+" + change.Text
			}
		}
		t.Add(row.Point, quantity(row.Value, name), change, row.Value.N)
	}
	return t
}

func quantity(e estimate.Estimate, unit string) words.Cell {
	return words.Cell{Text: words.Quantity(e.Value, unit), Interval: words.IntervalOf(e, unit), Method: e.Method}
}
