package reports

import (
	"strings"
	"testing"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

func TestCostSentence(t *testing.T) {
	cost := func(executor string, o estimate.Outcome, from, to float64, fewest int) Cost {
		return Cost{Executor: executor, Label: executor, Crossover: estimate.Crossing{Outcome: o, From: from, To: to}, Fewest: fewest, Never: o == estimate.Never, AtMost: o == estimate.Always}
	}
	at := []Scaling{{Workload: "w", Baseline: record.GridPoint("serial", "w", 1, 1)}, {Workload: "w", Baseline: record.GridPoint("serial", "w", 1, 2)}}
	plain := func(costs []Cost) *Set { return Suppose(Suppose(NewSet(&record.Record{}), at), costs) }
	for _, test := range []struct {
		costs []Cost
		want  string
	}{
		{nil, ""},
		{[]Cost{cost("spawn", estimate.Unknown, 1, 8, 0)}, ""},
		{[]Cost{cost("spawn", estimate.Crosses, 1, 8, 2)}, "to beat the plain loop spawn needs 2 workers"},
		{[]Cost{cost("spawn", estimate.Unknown, 1, 8, 1)}, "to beat the plain loop spawn needs 1 worker"},
		{[]Cost{cost("threads", estimate.Always, 2, 8, 2)}, "to beat the plain loop threads need at most 2 workers"},
		{[]Cost{cost("goroutines", estimate.Crosses, 1, 8, 2), cost("processes", estimate.Crosses, 1, 8, 4), cost("spawn", estimate.Crosses, 1, 8, 2), cost("threads", estimate.Never, 1, 8, 0)},
			"to beat the plain loop goroutines and spawn need 2 workers, processes 4; threads never do, with up to 8"},
		{[]Cost{cost("spawn", estimate.Never, 1, 4, 0)}, "spawn never does better than the plain loop, with up to 4 workers"},
	} {
		if got := costOf(plain(test.costs), at[0]).Text; got != test.want {
			t.Errorf("%s\nwant %s", got, test.want)
		}
	}
	if got := costOf(plain([]Cost{{Scaling: 1, Label: "spawn", Fewest: 2}}), at[0]).Text; got != "" {
		t.Errorf("another Scaling: %s", got)
	}
}

// Every kind of crossover has its sentence and its row.
func TestSizesInWords(t *testing.T) {
	w := exact()
	w.blocks, w.noise, w.workers = 20, 0.02, []int{2, 4}
	w.grains = append([]time.Duration{0}, w.grains...)
	w.inline = map[string]time.Duration{goroutines: 2 * time.Microsecond, processes: 40 * time.Microsecond}
	w.inflate = map[string]float64{goroutines: 1.5}
	w.shared = 500 * time.Nanosecond
	d := NewSet(w.write(t))
	d.Record.Facts.Cores = 4
	all := strings.Join(said(d, Short), "\n")
	for _, want := range []string{
		"goroutines on spin with 4 workers pay off above",
		"processes overtake goroutines above 7",
		"goroutines with 4 workers overtake 2 above",
		"for shorter tasks with processes (overhead: inline) put several tasks into one submission",
		"to beat the plain loop goroutines and processes need at most 2 workers",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in:\n%s", want, all)
		}
	}
	tables := Short.Answer(d).Tables
	if len(tables) != 4 {
		t.Fatalf("%d tables", len(tables))
	}
	for _, table := range tables {
		if table.Title == "" || !strings.HasSuffix(table.Caption, ".") {
			t.Errorf("%+v", table)
		}
		for _, row := range table.Rows {
			if len(row) != len(table.Header) {
				t.Errorf("%s: %v has not the columns %v", table.Title, row, table.Header)
			}
		}
	}
	if got := len(tables[0].Rows) + len(tables[1].Rows); got != 4 {
		t.Errorf("%d rows of METG and useful work, want one for each of 4 pools", got)
	}
}

// Where the curve crosses more than once, the cut-over is named if it is a good one.
func TestCutOverSentence(t *testing.T) {
	regret := func(high float64) estimate.Threshold {
		return estimate.Threshold{Outcome: estimate.Crosses, At: 3e-6, Regret: estimate.Estimate{Value: 0.02, Low: 0.01, High: high, N: 12}}
	}
	for _, test := range []struct {
		outcome estimate.Outcome
		t       estimate.Threshold
		want    string
	}{
		{estimate.Several, regret(0.09), "a cut-over at 3.0 µs loses at most 9 %"},
		{estimate.Unknown, regret(0.09), "a cut-over at 3.0 µs loses at most 9 %"},
		{estimate.Several, regret(0.5), ""},
		{estimate.Crosses, regret(0.09), ""},
		{estimate.Several, estimate.Threshold{Outcome: estimate.Never}, ""},
	} {
		if got := cutOverText(SweepSeries{Crossover: estimate.Crossing{Outcome: test.outcome}, Threshold: test.t}); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
