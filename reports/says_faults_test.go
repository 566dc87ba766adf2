package reports_test

import (
	"fmt"
	"strings"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/planted"
)

// What a fault costs stands side by side for all pools: who loses none first, and never is
// said of what no slice has.
func TestFaults(t *testing.T) {
	var text strings.Builder
	for b := 1; b <= 8; b++ {
		fmt.Fprintf(&text, "# block %d\n", b)
		for pool, values := range map[string]string{
			"processes":  fmt.Sprintf("0.002 notice-sec/op 0 lost/op 0.00%d recovery-sec/op", 5+b%2),
			"strict":     fmt.Sprintf("0.003 notice-sec/op %d lost/op 0.013 recovery-sec/op", 155+b%2),
			"goroutines": "0.001 notice-sec/op 198 lost/op 200 tasks/op",
		} {
			fmt.Fprintf(&text, "BenchmarkFaults/pool=%s/workers=2/fault=exit/rate=0.01-2 1 0.2 sec/op %s\n", pool, values)
		}
		recovery := ""
		if b < 4 {
			recovery = " 0.5 recovery-sec/op"
		}
		fmt.Fprintf(&text, "BenchmarkFaults/pool=python-processes/workers=2/fault=exit/rate=0.01/runtime=cpython-3.11.7-2 1 0.2 sec/op 0.004 notice-sec/op 157 lost/op%s\n", recovery)
	}
	rec, err := record.Read(strings.NewReader(text.String()), "faults.txt")
	if err != nil {
		t.Fatal(err)
	}
	s := holds(t, rec)
	has(t, said(s, reports.Faults), "others lost, and time until all workers are there again: processes none, ", "ms; strict 155.5, 13 ms; python-processes (cpython-3.11.7) 157, 500 ms; goroutines 198 of 200, never")
	section := reports.Answer(s, reports.Faults)[0]
	if got := section.Sentences[0].Brief; got != "processes loses none, goroutines loses 198 of 200" {
		t.Errorf("brief %q", got)
	}
	rows := section.Tables[0].Rows
	if len(rows) != 4 || rows[3][6].Text != "never" || !strings.HasSuffix(rows[2][6].Text, "(3 of 8)") || rows[0][0].Text != "end their process" {
		t.Errorf("rows %v", rows)
	}
	if none := reports.Answer(world(t, planted.Worlds(1, 8, 0.03)["all equal"]), reports.Faults); len(none) != 0 {
		t.Errorf("of a record without faults: %v", none)
	}
}
