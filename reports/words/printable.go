package words

import (
	"strings"
	"unicode"
)

// Printable drops what could harm a terminal: names come from files that anybody
// may have written. Tabs and newlines are ours and stay.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || !unicode.IsControl(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(text, "?"))
}

// OneLine makes a string from a record printable where there is no other escape, as in
// pictures: no control characters, no invisible ones that could turn the text around, at
// most 200 characters, one line.
func OneLine(s string) string {
	runes := []rune(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?")))
	if len(runes) > 200 {
		runes = append(runes[:200], '…')
	}
	return strings.Join(strings.Fields(string(runes)), " ")
}

// ASCII replaces the signs that reports print for terminals that cannot
// show them; anything else beyond ASCII becomes "?".
func ASCII(text string) string {
	text = asciiSigns.Replace(text)
	return strings.Map(func(r rune) rune {
		if r > 126 {
			return '?'
		}
		return r
	}, text)
}

var asciiSigns = strings.NewReplacer("×", "x", "µ", "u", "±", "+-", "–", "-", "—", "-",
	"·", "-", "…", "...", "≥", ">=", "≤", "<=", "→", "->", "√", "sqrt ")
