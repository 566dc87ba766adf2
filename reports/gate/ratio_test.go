package gate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"poolbench/bench/record"
)

// Every estimator finds a planted ratio, and changes sign when the builds change
// places, to the last digit.
func TestBlockRatios(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var sums [estimators]float64
	const trials = 2000
	for range trials {
		p := simulatePair(rng, record.Subject{}, 0.05, math.Log(1.07))
		there, back := blockRatios(p.Base, p.Head), blockRatios(p.Head, p.Base)
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
	if r := blockRatios([]float64{2}, []float64{1}); r != [estimators]float64{-math.Ln2, -math.Ln2, -math.Ln2} {
		t.Errorf("one chunk: %v", r)
	}
}

// The precision of normal values is 1.02 times that of their mean, and values far out
// do not spoil it.
func TestPrecision(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	var r rankTables
	sum, spoiled := 0.0, 0.0
	const trials, n = 3000, 24
	for range trials {
		values := make([]float64, n)
		for i := range values {
			values[i] = rng.NormFloat64()
		}
		sum += r.precision(values)
		values[0], values[1] = 1000, -1000
		spoiled += r.precision(values)
	}
	want := 1.023 / math.Sqrt(n)
	if got := sum / trials; math.Abs(got-want) > 0.05*want {
		t.Errorf("%v, want %v", got, want)
	}
	if got := spoiled / trials; got > 1.7*want {
		t.Errorf("two values far out make it %v", got)
	}
	if !math.IsInf(r.precision([]float64{1, 2}), 1) || !math.IsNaN(median(nil)) || median([]float64{3, 1}) != 2 {
		t.Error("few values")
	}
}

// A layout that few pairs have is told from noise, and from a change that all have.
func TestFewPairsCarry(t *testing.T) {
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
			if fewPairsCarry(values, pairs, 0.01) {
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
	if fewPairsCarry([]float64{1, 1, 1, 1, 0, 0}, []int{0, 0, 0, 0, 1, 2}, 0.01) {
		t.Error("3 pairs cannot vote")
	}
}

// Kruskal and Wallis's statistic of {1,2,3}, {4,5,6}, {7,8,9}: H = 7.2, and with 2
// degrees of freedom p = exp(-3.6).
func TestKruskalWallis(t *testing.T) {
	if p := kruskalWallis([][]float64{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}); math.Abs(p-math.Exp(-3.6)) > 1e-9 {
		t.Errorf("%v", p)
	}
	if p := kruskalWallis([][]float64{{1, 2, 3}}); p != 1 {
		t.Errorf("one group: %v", p)
	}
}

func TestLayoutSD(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	var sum float64
	const trials = 300
	for range trials {
		effects := make([]float64, 16)
		for k := range effects {
			effects[k] = 0.03 * rng.NormFloat64()
		}
		var values []float64
		var pairs []int
		for i := range 96 {
			values, pairs = append(values, effects[i%16]+0.05*rng.NormFloat64()), append(pairs, i%16)
		}
		sd := layoutSD(values, pairs)
		sum += sd * sd
	}
	if got := math.Sqrt(sum / trials); math.Abs(got-0.03) > 0.003 {
		t.Errorf("%v, want 0.03", got)
	}
	if layoutSD([]float64{1, 2, 3}, []int{0, 0, 0}) != 0 || layoutSD([]float64{1, 2}, []int{0, 1}) != 0 {
		t.Error("no spread can be seen with one pair, or one block of each")
	}
}

// A planted slower tail: one chunk in eight takes twice as long, in head only.
func TestCompareTails(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	found, alarms := 0, 0
	for range 200 {
		var same, slower []record.Pair
		for range 32 {
			p := simulatePair(rng, record.Subject{}, 0.03, 0)
			same = append(same, p)
			q := p
			q.Head = slices.Clone(p.Head)
			for i := range q.Head {
				if rng.IntN(8) == 0 {
					q.Head[i] *= 2
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
