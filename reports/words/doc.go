// Package words is how numbers, names and findings are said to people: terminal,
// Markdown, HTML, charts and gate print what its functions return, so they always agree.
// It knows estimates, and neither records nor views.
package words
