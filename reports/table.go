package reports

// A Table is figures for people; a view of it needs to know nothing more.
type Table struct {
	Title   string // in a few words; may be empty
	Caption string // what it shows, in sentences; may be empty
	Left    int    // how many columns, from the left, hold names; the others hold numbers
	Header  []string
	Rows    [][]string // as long as Header
}
