package words

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Count prints a number of things with the right form of the noun: "1 block",
// "3 blocks".
func Count(n int, noun string) string { return Plural(n, noun, noun+"s") }

// Plural is Count for nouns and phrases that do not just take an s: "1 speedup is", "3
// speedups are".
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// JoinAnd is "a, b and c".
func JoinAnd(names []string) string { return join(names, " and ") }

// JoinOr is "a, b or c".
func JoinOr(names []string) string { return join(names, " or ") }

func join(names []string, last string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + last + names[len(names)-1]
}

// ShortList joins at most as many names as most says, and counts the rest when there are
// more: "a, b and 7 more" of 9 names for a most of 3.
func ShortList(names []string, most int) string {
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most-1], ", "), len(names)-most+1)
	}
	return JoinAnd(names)
}

// Capital is text with a capital letter first.
func Capital(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	if n == 0 || r == utf8.RuneError {
		return text
	}
	return string(unicode.ToUpper(r)) + text[n:]
}

// Sentence is a finding with a capital letter and a full stop; empty for an empty one.
func Sentence(text string) string {
	text = strings.TrimSpace(text)
	if text != "" && !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "?") && !strings.HasSuffix(text, "!") {
		text += "."
	}
	return Capital(text)
}

// Task is "spin at 10 µs and 64 B", or "spin of 2000 units": a workload with what its tasks
// are, without what is 0.
func Task(workload string, grain time.Duration, units, payload int) string {
	before := " at "
	if grain != 0 {
		workload, before = workload+before+Grain(grain), " and "
	}
	if units != 0 {
		workload, before = workload+" of "+Count(units, "unit"), " and "
	}
	if payload != 0 {
		workload += fmt.Sprintf("%s%d B", before, payload)
	}
	return workload
}
