package executortest_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"poolbench/executors/executortest"
)

var update = flag.Bool("update", false, "write the list of cases into doc.go")

func TestDocListsTheCases(t *testing.T) {
	const first, last = "written by go test -update:\n", "//\n// End of the cases."
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := bytes.Cut(doc, []byte(first))
	if !ok {
		t.Fatalf("doc.go has no %q", first)
	}
	_, tail, ok := bytes.Cut(rest, []byte(last))
	if !ok {
		t.Fatalf("doc.go has no %q", last)
	}
	var list strings.Builder
	list.WriteString("//\n")
	for _, c := range executortest.Cases() {
		fmt.Fprintf(&list, "//\t%s  %s\n", c.ID, c.Doc)
	}
	want := string(head) + first + list.String() + last + string(tail)
	if *update {
		if err := os.WriteFile("doc.go", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(doc) != want {
		t.Error("doc.go does not list the cases as they are; run go test -update")
	}
}

func TestCasesAreWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range executortest.Cases() {
		if seen[c.ID] || c.Doc == "" || c.Run == nil || strings.ContainsAny(c.Doc, "\n\t") {
			t.Errorf("case %q is a duplicate or incomplete", c.ID)
		}
		seen[c.ID] = true
	}
}
