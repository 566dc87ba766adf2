package compare

import "slices"

const ours = "ours"

// Rows returns the rows in the order of the table.
func Rows() []Row {
	return []Row{burst, allocations, forget, mapping, pingPong, submitters, queued, kept}
}

// ByName finds a row.
func ByName(name string) (Row, bool) {
	rows := Rows()
	i := slices.IndexFunc(rows, func(r Row) bool { return r.Name == name })
	if i < 0 {
		return Row{}, false
	}
	return rows[i], true
}
