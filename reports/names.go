package reports

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/perf/benchfmt"

	"poolbench/bench/record"
)

// DisplayName is a benchmark name for people: "goroutines × 2, spin, 10 µs" for a
// cell, others as they are, and so is a name after its package.
func DisplayName(name string) string {
	c, err := record.ParseCell(benchfmt.Name(name))
	benchmark, _, _ := strings.Cut(name, "/")
	if err != nil || strings.Contains(benchmark, ".") { // no Go identifier has a dot
		return name
	}
	return cellName(c)
}

func cellName(c record.Cell) string {
	parts := []string{armShort(c.Executor, c.Workers), taskName(Scaling{Workload: c.Workload, Grain: c.Grain, Payload: c.Payload})}
	return strings.Join(parts, ", ")
}

// armShort is "goroutines × 2".
func armShort(executor string, workers int) string {
	if executor == record.Serial {
		return executor
	}
	return executor + " × " + strconv.Itoa(workers)
}

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
