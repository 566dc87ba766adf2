package charts

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"poolbench/reports"
)

// clean makes a string from a record printable: no control characters, no
// invisible ones that could turn the text around, at most 200 characters, one
// line. Pictures have no other escape, since XML allows no control characters.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "?")
	var b strings.Builder
	n := 0
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			r = ' '
		case !unicode.IsPrint(r):
			r = '?'
		}
		if n++; n > 200 {
			b.WriteRune('…')
			break
		}
		b.WriteRune(r)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// fileName makes a name safe as a file name and as an XML id.
func fileName(s string) string {
	out := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '_'
	}, s)
	if len(out) > 60 {
		out = out[:60]
	}
	return out
}

// unique names drawings after their chart and workload, with a number where two
// workloads have names that differ only in characters that files cannot hold.
func unique(drawings []Drawing) []Drawing {
	seen := map[string]bool{}
	for i := range drawings {
		name := drawings[i].Name
		for n := 2; seen[name]; n++ {
			name = drawings[i].Name + "_" + strconv.Itoa(n)
		}
		drawings[i].Name = name
		seen[name] = true
	}
	return drawings
}

// capital is s with a capital letter first.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 || r == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// pool names a number of workers of an executor: "8 goroutines", "1 process",
// "spawn with 8 workers".
func pool(executor string, workers int) string {
	switch executor {
	case "goroutines", "threads":
		if workers == 1 {
			return "1 " + strings.TrimSuffix(executor, "s")
		}
		return fmt.Sprintf("%d %s", workers, executor)
	case "processes":
		if workers == 1 {
			return "1 process"
		}
		return fmt.Sprintf("%d processes", workers)
	}
	return fmt.Sprintf("%s with %s", clean(executor), reports.Count(workers, "worker"))
}

// machineLine says where the numbers are from.
func machineLine(d *reports.Data) string {
	if line := clean(reports.MachineLine(d)); line != "" {
		return line
	}
	return "The record does not describe the machine"
}

// notDrawn names the executors without a colour.
func notDrawn(names []string) string {
	if len(names) == 0 {
		return ""
	}
	for i := range names {
		names[i] = clean(names[i])
	}
	return fmt.Sprintf("Not drawn, since a picture holds %d series: %s. The tables have them.", len(slots), reports.JoinAnd(names))
}

// shaded says what the bands are.
func shaded(known bool, least, most int) string {
	switch {
	case !known:
		return fmt.Sprintf("No intervals: they need at least %d blocks.", reports.MinBlocks)
	case least == most:
		return fmt.Sprintf("Shaded: 95 %% interval over %d blocks", most)
	}
	return fmt.Sprintf("Shaded: 95 %% interval over %d to %d blocks", least, most)
}

// without drops the empty strings.
func without(notes ...string) []string {
	var out []string
	for _, n := range notes {
		if n != "" {
			out = append(out, n)
		}
	}
	return out
}
