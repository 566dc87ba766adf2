package words

import (
	"fmt"
	"slices"

	"poolbench/reports/estimate"
)

// A Table is figures for people; a view of it needs to know nothing more.
type Table struct {
	Title   string   `json:"title"`             // in a few words; may be empty
	Caption string   `json:"caption,omitempty"` // what it shows, in sentences; may be empty
	Notes   string   `json:"-"`                 // what the notes of the cells are, in a few words; may be empty
	Subject string   `json:"subject,omitempty"` // what it is about, where it is not about all: the workload
	Brief   bool     `json:"-"`                 // small and telling enough for the terminal
	Folded  bool     `json:"-"`                 // for who wants to know more
	Left    int      `json:"-"`                 // how many columns, from the left, hold names; the others hold numbers
	Header  []string `json:"header"`
	Rows    [][]Cell `json:"rows"` // as long as Header
}

// A Cell is one entry of a Table.
type Cell struct {
	Text     string
	Interval string           // of the number, when Text does not hold it
	Note     string           // what else there is to say, where there is room
	Method   *estimate.Method // how the interval was made; nil without one
	Mark     *Mark            // nil in most cells
	Level    int              // 1 to 6, from the worst to the best; 0 says nothing
}

// Plain is the cell as text, with the sign of its mark, and with its interval if wanted.
func (c Cell) Plain(interval bool) string {
	out := c.Text
	if interval && c.Interval != "" {
		out += " " + c.Interval
	}
	if c.Mark != nil {
		out += " " + c.Mark.Sign
	}
	return out
}

// MarshalText makes the cell one string in JSON.
func (c Cell) MarshalText() ([]byte, error) { return []byte(c.Plain(true)), nil }

// A Mark sets a cell apart.
type Mark struct {
	Sign string // where there is little room: "*"
	Word string // where there is more
	Doc  string // what the sign means
}

// The marks of a choice.
var (
	Best   = &Mark{"*", "choice", "the choice"}
	Equal  = &Mark{"=", "equal", "equal to the choice: within 5 %"}
	Untold = &Mark{"~", "not told", "cannot be told apart from the choice yet"}
)

// Off is the mark of what is not as it should be.
var Off = &Mark{"!", "off", "surely not as expected"}

// Row is a row of cells; what is no Cell is plain text, as fmt prints it.
func Row(cells ...any) []Cell {
	out := make([]Cell, len(cells))
	for i, c := range cells {
		if cell, ok := c.(Cell); ok {
			out[i] = cell
		} else {
			out[i].Text = fmt.Sprint(c)
		}
	}
	return out
}

// Add appends a Row.
func (t *Table) Add(cells ...any) { t.Rows = append(t.Rows, Row(cells...)) }

// Number is an estimate in a unit, with its interval; a dash when there is none.
func Number(e estimate.Estimate, unit string) Cell {
	if e.N == 0 {
		return Cell{Text: "–"}
	}
	return Cell{Text: Estimate(e, unit), Method: e.Method}
}

// OrDash is text where it holds, else a dash.
func OrDash(holds bool, text any) Cell {
	if !holds {
		text = "–"
	}
	return Cell{Text: fmt.Sprint(text)}
}

// Crossing is a crossing with its place or its range: "0.47 µs [0.43, 0.52]", "always
// (from 100 ns)", "never (to 10 ms)", "several, last 40 µs", "cannot tell".
func Crossing(c estimate.Crossing) Cell {
	out := Cell{Text: OutcomeText(c.Outcome)}
	switch c.Outcome {
	case estimate.Crosses:
		return Number(c.At, Seconds)
	case estimate.Always:
		out.Text += " (from " + Duration(c.From) + ")"
	case estimate.Never:
		out.Text += " (to " + Duration(c.To) + ")"
	case estimate.Several:
		out.Text += ", last " + Duration(c.At.Value)
	}
	return out
}

// Cells are all of the table.
func (t Table) Cells() []Cell { return slices.Concat(t.Rows...) }

// Pruned is t without the columns of numbers that say nothing in any row.
func (t Table) Pruned() Table {
	for j := len(t.Header) - 1; j >= t.Left; j-- {
		if slices.ContainsFunc(t.Rows, func(row []Cell) bool { return row[j].Text != "–" }) {
			continue
		}
		t.Header, t.Rows = slices.Delete(slices.Clone(t.Header), j, j+1), slices.Clone(t.Rows)
		for i, row := range t.Rows {
			t.Rows[i] = slices.Delete(slices.Clone(row), j, j+1)
		}
	}
	return t
}
