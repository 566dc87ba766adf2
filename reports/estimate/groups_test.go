package estimate

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Kruskal and Wallis's statistic of {1,2,3}, {4,5,6}, {7,8,9}: H = 7.2, and with 2
// degrees of freedom p = exp(-3.6).
func TestKruskalWallis(t *testing.T) {
	if p := KruskalWallis([][]float64{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}); math.Abs(p-math.Exp(-3.6)) > 1e-9 {
		t.Errorf("%v", p)
	}
	if p := KruskalWallis([][]float64{{1, 2, 3}}); p != 1 {
		t.Errorf("one group: %v", p)
	}
}

func TestBetweenSD(t *testing.T) {
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
		sd := BetweenSD(values, pairs)
		sum += sd * sd
	}
	if got := math.Sqrt(sum / trials); math.Abs(got-0.03) > 0.003 {
		t.Errorf("%v, want 0.03", got)
	}
	if BetweenSD([]float64{1, 2, 3}, []int{0, 0, 0}) != 0 || BetweenSD([]float64{1, 2}, []int{0, 1}) != 0 {
		t.Error("no spread can be seen with one pair, or one block of each")
	}
}
