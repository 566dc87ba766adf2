package reports_test

import (
	"testing"

	"poolbench/reports"
	"poolbench/reports/planted"
)

// Latencies beside pools of as many workers stand side by side, the shortest and the longest.
func TestLatencies(t *testing.T) {
	late := world(t, planted.Worlds(1, 20, 0.03)["late"])
	has(t, said(late, reports.Latencies), "with 2 workers a request takes 1.1 ms beside processes and 20 ms beside ", ": 18.", "× [", "] as long")
	if got := len(reports.Answer(late, reports.Latencies)[0].Tables[0].Rows); got != 5 {
		t.Errorf("%d rows, want the plain loop and four pools", got)
	}
	has(t, said(late, reports.Units), "not: p50")
	equal := planted.Worlds(1, 20, 0.01)["late, all equal"]
	has(t, said(world(t, equal), reports.Latencies), "equal, within 5 %", "not: as long")
	equal.Blocks = 2
	has(t, said(world(t, equal), reports.Latencies), "not told apart yet", "not: as long")
	has(t, said(world(t, planted.Worlds(1, 20, 0.03)["all equal"]), reports.Latencies), "not: request")
}
