package estimate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// noisy is a series of n values around level(i).
func noisy(rng *rand.Rand, n int, sd float64, level func(i int) float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = level(i) + sd*rng.NormFloat64()
	}
	return out
}

func TestChangePoints(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	step := func(at int, size float64) func(int) float64 {
		return func(i int) float64 {
			if i >= at {
				return size
			}
			return 0
		}
	}
	near := func(got []int, want ...int) bool {
		return slices.EqualFunc(got, want, func(a, b int) bool { return a-b <= 1 && b-a <= 1 })
	}
	right, wrong, twice := 0, 0, 0
	const trials = 40
	for range trials {
		if near(ChangePoints(noisy(rng, 40, 0.01, step(25, 0.03))), 25) {
			right++
		}
		if len(ChangePoints(noisy(rng, 40, 0.01, step(0, 0)))) > 0 {
			wrong++
		}
		two := func(i int) float64 { return step(15, 0.05)(i) - step(30, 0.05)(i) }
		if near(ChangePoints(noisy(rng, 45, 0.01, two)), 15, 30) {
			twice++
		}
	}
	if right < trials*9/10 || wrong > 1 || twice < trials*9/10 {
		t.Errorf("a step found in %d, two in %d, none where there is none but in %d, of %d", right, twice, wrong, trials)
	}
	spike := noisy(rng, 40, 0.01, step(0, 0))
	spike[20] = 5
	if p := ChangePoints(spike); len(p) > 0 {
		t.Errorf("one value far out makes levels at %v", p)
	}
	for n := range 2*LeastPart + 1 {
		if p := ChangePoints(make([]float64, n)); len(p) > 0 {
			t.Errorf("%d equal values change at %v", n, p)
		}
	}
}

// Of {1…5} and {6…11} in that order the ranks are separated: the left sum is 15 where
// 5·6 is expected, with the variance 11·5·6/11.
func TestBestSplit(t *testing.T) {
	scores := ranks([]float64{1, 2, 4, 3, 2.5, 9, 8, 11, 10, 9.5, 12})
	split, z := bestSplit(scores, [][2]int{{0, 11}})
	if want := 15 / math.Sqrt(11*5*6/11.0); split != 5 || math.Abs(z-want) > 1e-9 {
		t.Errorf("split %d with %v, want 5 with %v", split, z, want)
	}
	if got := ranks([]float64{3, 1, 3, 2}); !slices.Equal(got, []float64{3.5, 1, 3.5, 2}) {
		t.Errorf("ranks %v", got)
	}
	for n := range 100 {
		for i, w := range stretches(n) {
			if w[0] < 0 || w[1] > n || w[1]-w[0] < 2*LeastPart || i == 0 && w != [2]int{0, n} {
				t.Errorf("%d values: stretch %v", n, w)
			}
		}
	}
}

func TestCreep(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	found, wrong := 0, 0
	const trials = 40
	for range trials {
		steps := noisy(rng, 60, 0.004, func(i int) float64 {
			if i >= 20 && i < 50 {
				return 0.005
			}
			return 0
		})
		if from, to, ok := Creep(steps); ok && from >= 10 && from <= 30 && to >= 40 {
			found++
		}
		if _, _, ok := Creep(noisy(rng, 60, 0.005, func(int) float64 { return 0 })); ok {
			wrong++
		}
	}
	if found < trials*8/10 || wrong > 1 {
		t.Errorf("found %d, false %d of %d", found, wrong, trials)
	}
}
