package gate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"poolbench/reports/estimate"
)

// Every estimator finds a planted ratio, and changes sign when the builds change
// places, to the last digit.
func TestBlockRatios(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var sums [estimate.Estimators]float64
	const trials = 2000
	for range trials {
		p := simulatePair(rng, 0.05, math.Log(1.07))
		there, back := estimate.BlockRatios(p.base.turns, p.head.turns), estimate.BlockRatios(p.head.turns, p.base.turns)
		for e := range there {
			sums[e] += there[e]
			if math.Abs(there[e]+back[e]) > 1e-12 {
				t.Fatalf("estimator %d: %v and %v", e, there[e], back[e])
			}
		}
	}
	for e, sum := range sums {
		if got := sum / trials; math.Abs(got-math.Log(1.07)) > 0.005 { // 0.05/sqrt(2000) = 0.0011
			t.Errorf("estimator %d: %v, want %v", e, got, math.Log(1.07))
		}
	}
	if r := estimate.BlockRatios([]float64{2}, []float64{1}); r != [estimate.Estimators]float64{-math.Ln2, -math.Ln2, -math.Ln2} {
		t.Errorf("one chunk: %v", r)
	}
}

// A layout that few pairs have is told from noise, and from a change that all have.
func TestFewLinksCarry(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	count := func(shift func(pair int) float64, noise float64, n int) int {
		carried := 0
		for range 200 {
			var values []float64
			var pairs []int
			for i := range n {
				values = append(values, shift(i%16)+noise*rng.NormFloat64())
				pairs = append(pairs, i%16)
			}
			if fewLinksCarry(values, pairs, 0.01) {
				carried++
			}
		}
		return carried
	}
	few := func(pair int) float64 { return map[bool]float64{true: 0.2}[pair < 5] }
	all := func(int) float64 { return 0.05 }
	if n := count(few, 0.02, 64); n < 195 {
		t.Errorf("a layout effect in 5 of 16 pairs was seen in %d of 200", n)
	}
	if n := count(all, 0.03, 64); n > 3 {
		t.Errorf("a change in all pairs was called layout in %d of 200", n)
	}
	if fewLinksCarry([]float64{1, 1, 1, 1, 0, 0}, []int{0, 0, 0, 0, 1, 2}, 0.01) {
		t.Error("3 pairs cannot vote")
	}
}

// A planted slower tail: one chunk in eight takes twice as long, in head only.
func TestCompareTails(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	found, alarms := 0, 0
	for range 200 {
		var same, slower []pair
		for range 32 {
			p := simulatePair(rng, 0.03, 0)
			same = append(same, p)
			q := p
			q.head.turns = slices.Clone(p.head.turns)
			for i := range q.head.turns {
				if rng.IntN(8) == 0 {
					q.head.turns[i] *= 2
				}
			}
			slower = append(slower, q)
		}
		if c := compareTails(slower, 0.9); c.p < 1e-4 && c.ratio() > math.Log(1.25) {
			found++
		}
		if c := compareTails(same, 0.9); c.p < 0.01 {
			alarms++
		}
	}
	if found < 195 || alarms > 9 { // 2 are expected
		t.Errorf("found %d, false %d of 200", found, alarms)
	}
}
