package charts

import (
	"testing"

	"poolbench/reports"
	"poolbench/reports/planted"
)

// Shares of all pools of a record, stacked.
func TestLedger(t *testing.T) {
	rec, err := planted.Worlds(1, 20, 0.03)["timed inside"].Record()
	if err != nil {
		t.Fatal(err)
	}
	drawings, err := Ledger.Draw(reports.NewSet(rec))
	if err != nil || len(drawings) != 1 {
		t.Fatalf("%d drawings: %v", len(drawings), err)
	}
	svg, err := drawings[0].SVG()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "ledger-inside.svg", svg)
}
