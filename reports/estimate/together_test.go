package estimate

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Of many quantities that are 0 all intervals hold 0 at once about as often as promised, which those
// of each alone would not; one that never varies is exact, and what has no draws is not known.
func TestTogether(t *testing.T) {
	const runs, blocks, quantities = 200, 12, 10
	random := rand.New(rand.NewPCG(1, 1))
	all, alone := 0, 0
	for range runs {
		resampler := NewResampler(blocks)
		var of []Quantity
		missed := false
		for range quantities {
			values := make([]float64, blocks)
			for i := range values {
				values[i] = random.NormFloat64()
			}
			q := resampler.Total(values)
			of = append(of, q)
			low, high := q.Interval(1 - Confidence)
			missed = missed || low > 0 || high < 0
		}
		held := true
		for _, e := range Together(of) {
			held = held && e.Low <= 0 && 0 <= e.High
		}
		if held {
			all++
		}
		if missed {
			alone++
		}
	}
	// 190 of 200 are promised; 178 or fewer would happen once in a thousand times.
	if all <= 178 {
		t.Errorf("all intervals held at once in %d of %d runs", all, runs)
	}
	if alone < runs/4 {
		t.Errorf("one of the intervals alone missed in %d of %d runs: the quantities tell nothing", alone, runs)
	}
	exact := Quantity{Scale: Difference, N: blocks, Point: 3, Draws: make([]float64, replicates)}
	for i := range exact.Draws {
		exact.Draws[i] = 3
	}
	got := Together([]Quantity{exact, {Scale: Difference, Point: 2}})
	if e := got[0]; e.Low != 3 || e.High != 3 || !e.Known() {
		t.Errorf("what never varies is %+v", e)
	}
	if e := got[1]; e.Value != 2 || e.Known() {
		t.Errorf("what has no draws is %+v", e)
	}
	if len(Together(nil)) != 0 || math.IsNaN(got[1].Low) {
		t.Error("nothing is something")
	}
}
