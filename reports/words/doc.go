// Package words is how numbers, names and findings are said to people: terminal,
// Markdown, HTML, charts and gate print what its functions return, so they always agree.
// It knows estimates and the names of a record, and no views.
package words
