package reports

import (
	"strings"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// A sentence that says from which size on a pool pays off at the latest claims that size,
// and no other one does.
func TestTheLatestIsClaimed(t *testing.T) {
	series := func(o estimate.Outcome, leasts ...float64) SweepSeries {
		out := SweepSeries{Pool: Pool{Executor: "spawn", Workers: 2}, Crossover: estimate.Crossing{Outcome: o, From: 1e-6, To: 3e-6}}
		for i, least := range leasts {
			out.Points = append(out.Points, SweepPoint{Point: record.GridPoint("spawn", "w", 2, 1000), Work: float64(i+1) * 1e-6, Least: least, Most: 2})
		}
		return out
	}
	for _, test := range []struct {
		series  SweepSeries
		outcome string
		value   float64
	}{
		{series(estimate.Unknown, 0.9, 1.1, 1.5), "at most", 2e-6},
		{series(estimate.Always, 0.9, 1.1, 1.5), "at most", 2e-6},
		{series(estimate.Always, 1.1, 1.1, 1.5), "always", 0},
		{series(estimate.Unknown, 1.1, 1.1, 0.9), "cannot tell", 0},
		{series(estimate.Never, 0.9, 0.9, 1.1), "cannot tell", 0},
	} {
		said := payoff(NewSet(&record.Record{}), Sweep{Workload: "w", Workers: 2}, test.series, "")
		claim := said.Claims[0]
		if claim.Relation != PaysAbove || claim.Outcome != test.outcome || claim.Value.Value != test.value || strings.Contains(said.Text, "at the latest") != (test.outcome == "at most") {
			t.Errorf("%q claims %+v", said.Text, claim)
		}
	}
}
