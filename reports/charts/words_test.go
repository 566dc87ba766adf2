package charts

import (
	"strings"
	"testing"

	"poolbench/reports"
	"poolbench/reports/estimate"
)

// A chart gives the reason that is: noise is cured otherwise than too few blocks.
func TestUndecidedTitle(t *testing.T) {
	for _, test := range []struct {
		blocks int
		want   string
	}{{estimate.MinBlocks - 1, "too few blocks to choose a pool"}, {41, "cannot tell whether a pool helps, not clear of the noise"}} {
		d := twoCores()
		s := d.Scalings[1]
		s.Best = reports.Choice{Executor: serialName, Workers: 1}
		for _, series := range s.Series {
			for i := range series.Points {
				series.Points[i].Speedup.N = test.blocks
			}
		}
		if got := newSpeedupChart(d, s, looks(d)).title(); got != "Spin: "+test.want {
			t.Errorf("%d blocks: %s", test.blocks, got)
		}
	}
}

// Charts and sentences say the same of a pool that never wins.
func TestNeverWords(t *testing.T) {
	s := sweep("spin", "cpu", 2, 1.87, map[string]float64{"goroutines": 1, "spawn": 1})
	for i := range s.Series {
		s.Series[i].Crossover = estimate.Crossing{Outcome: estimate.Never, From: 1e-7, To: 1e-2}
	}
	goroutines, spawn := s.Series[0], s.Series[1]
	if a, b := crossoverNote(goroutines), crossoverWords(spawn); a != "never pay off up to 10 ms" || b != "never pays off up to 10 ms" {
		t.Errorf("%s, %s", a, b)
	}
	goroutines.Points[2].Speedup.High = 1.2
	d := &reports.Data{Sweeps: []reports.Sweep{s}}
	if a, b := crossoverNote(goroutines), crossoverWords(goroutines); a != "are not seen to pay off up to 10 ms" || b != "is not seen to pay off up to 10 ms" {
		t.Errorf("%s, %s", a, b)
	}
	if got := newCrossoverChart(d, s, looks(d)).title(); !strings.Contains(got, "no pool is seen to pay off") {
		t.Error(got)
	}
	// Enough blocks for an interval, but not for so many points.
	if got := unclear(estimate.Crossing{At: estimate.Estimate{N: 8}, Needs: 10}); got != "cannot tell, too few blocks" {
		t.Error(got)
	}
}
