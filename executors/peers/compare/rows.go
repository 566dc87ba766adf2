package compare

const ours = "ours"

// Rows returns the rows in the order of the table.
func Rows() []Row {
	return []Row{burst, bounded, allocations, forget, mapping, pingPong, submitters, queued, kept}
}
