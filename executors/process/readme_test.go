package process_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"poolbench/executors/process"
)

// The table of options in the README has a row for each, in their order.
func TestReadmeNamesEveryOption(t *testing.T) {
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "## Options")
	for f := range reflect.TypeFor[process.Options]().Fields() {
		_, after, ok := strings.Cut(rest, "\n| `"+f.Name+"` |")
		if !ok {
			t.Errorf("option %s is missing, or not in its place", f.Name)
			continue
		}
		rest = after
	}
}
