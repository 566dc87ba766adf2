package estimate

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Tables of the Mann-Whitney test: critical U (two-sided 5 %) is 5 for 6 and 6,
// 23 for 10 and 10; so the interval begins with the difference of rank U+1.
func TestRankSumRank(t *testing.T) {
	for _, test := range []struct {
		m, n  int
		alpha float64
		want  int
	}{{6, 6, 0.05, 6}, {10, 10, 0.05, 24}, {3, 3, 0.05, 0}, {5, 8, 0.05, 7}, {20, 20, 0.05, 128}} {
		if got := rankSumRank(test.m, test.n, test.alpha); got != test.want {
			t.Errorf("%d and %d: rank %d, want %d", test.m, test.n, got, test.want)
		}
	}
	total := 0.0
	for _, c := range rankSumCounts(6, 7) {
		total += c
	}
	if total != 1716 { // 13 over 6
		t.Errorf("%v orders", total)
	}
}

// The interval of a known shift covers it at least as often as it says.
func TestShiftCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	missed := 0
	const trials = 1000
	for range trials {
		x, y := make([]float64, 9), make([]float64, 7)
		for i := range x {
			x[i] = rng.ExpFloat64()
		}
		for i := range y {
			y[i] = rng.ExpFloat64() + 0.5
		}
		if v := Shift(x, y, 0.05); v.Low > 0.5 || v.High < 0.5 || math.IsNaN(v.Mid) {
			missed++
		}
	}
	if missed > 65 {
		t.Errorf("%d of %d intervals missed", missed, trials)
	}
}
