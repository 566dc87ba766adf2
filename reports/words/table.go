package words

// A Table is figures for people; a view of it needs to know nothing more.
type Table struct {
	Title   string // in a few words; may be empty
	Caption string // what it shows, in sentences; may be empty
	Left    int    // how many columns, from the left, hold names; the others hold numbers
	Header  []string
	Rows    [][]string // as long as Header
}

// Pruned is t without the columns of numbers that say nothing in any row.
func (t Table) Pruned() Table {
	out := t
	out.Header, out.Rows = nil, make([][]string, len(t.Rows))
	for j, head := range t.Header {
		empty := j >= t.Left
		for _, row := range t.Rows {
			empty = empty && row[j] == "–"
		}
		if empty {
			continue
		}
		out.Header = append(out.Header, head)
		for i, row := range t.Rows {
			out.Rows[i] = append(out.Rows[i], row[j])
		}
	}
	return out
}
