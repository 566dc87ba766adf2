package reports

import (
	"sort"
	"strings"
	"testing"

	"poolbench/bench/record"
)

// The executors of the tests.
const (
	goroutines = "goroutines"
	spawn      = "spawn"
	threads    = "threads"
	processes  = "processes"
)

func parse(t testing.TB, text string) *record.Record {
	t.Helper()
	rec, err := record.Read(strings.NewReader(text), "file.txt")
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
