package reports

// TextOptions say what the terminal can show.
type TextOptions struct {
	Color bool // ANSI colours; they only repeat what words say
	ASCII bool // the terminal is not UTF-8: "x", "us", "+-"
	Width int  // columns that text is wrapped to; 0 means 110, and fewer than 60 are not used
}
