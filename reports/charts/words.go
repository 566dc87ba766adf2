package charts

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

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

// machineLine says where the numbers are from.
func machineLine(d *reports.Data) string {
	if line := words.OneLine(reports.MachineLine(d)); line != "" {
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
		names[i] = words.OneLine(names[i])
	}
	return fmt.Sprintf("Not drawn, since a picture holds %d series: %s. The tables have them.", len(slots), words.JoinAnd(names))
}

// shaded says what the bands are.
func shaded(known bool, least, most int) string {
	switch {
	case !known:
		return fmt.Sprintf("No intervals: they need at least %d blocks.", estimate.MinBlocks)
	case least == most:
		return fmt.Sprintf("Shaded: 95 %% interval over %d blocks", most)
	}
	return fmt.Sprintf("Shaded: 95 %% interval over %d to %d blocks", least, most)
}

// without drops the empty strings.
func without(notes ...string) []string {
	return slices.DeleteFunc(notes, func(note string) bool { return note == "" })
}
