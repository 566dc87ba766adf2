package reports

import (
	"strings"

	"golang.org/x/perf/benchfmt"

	"poolbench/bench/record"
	"poolbench/reports/words"
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
	parts := []string{words.ShortArm(c.Executor, c.Workers), words.Task(c.Workload, c.Grain, c.Payload)}
	return strings.Join(parts, ", ")
}
