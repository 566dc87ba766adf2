package charts

import (
	"strings"
	"testing"

	"poolbench/bench/record"
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
		s.Best = reports.Choice{Pool: reports.Pool{Executor: record.Serial, Workers: 1}, Decision: reports.Undecided, Blocks: test.blocks}
		if p, _ := speedup(d.set(), []reports.Scaling{s}, nil); p.Title != "Spin: "+test.want {
			t.Errorf("%d blocks: %s", test.blocks, p.Title)
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
	if a, b := crossoverText(goroutines), crossoverText(spawn); a != "never pay off up to 10 ms" || b != "never pays off up to 10 ms" {
		t.Errorf("%s, %s", a, b)
	}
	goroutines.Points[2].Most, spawn.Points[2].Most = 1.2, 1.2
	if a, b := crossoverText(goroutines), crossoverText(spawn); a != "are not seen to pay off up to 10 ms" || b != "is not seen to pay off up to 10 ms" {
		t.Errorf("%s, %s", a, b)
	}
	if p, _ := crossover((&fixture{}).set(), []reports.Sweep{s}, nil); !strings.Contains(p.Title, "no pool is seen to pay off") {
		t.Error(p.Title)
	}
	// Enough blocks for an interval, but not for so many points.
	if got := outcome(estimate.Crossing{At: estimate.Estimate{N: 5}}, "", "", ""); got != "cannot tell, too few blocks" {
		t.Error(got)
	}
}
