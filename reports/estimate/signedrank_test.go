package estimate

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Tables of the signed-rank test: of 5 values all positive p = 1/32; of 8, the
// smaller sum 3 has p = 5/256 (one of: none, 1, 2, 3, 1+2); of 10, sum 45 and more
// has p = 43/1024.
func TestSignedRankTable(t *testing.T) {
	var r SignedRank
	for _, test := range []struct {
		n, sum int
		want   float64
	}{{5, 15, 1.0 / 32}, {8, 36 - 3, 5.0 / 256}, {10, 45, 43.0 / 1024}, {10, 0, 1}, {1, 1, 0.5}} {
		if got := r.tail(test.n)[test.sum]; math.Abs(got-test.want) > 1e-15 {
			t.Errorf("P(T+ >= %d) of %d values is %v, want %v", test.sum, test.n, got, test.want)
		}
	}
	for n := range 30 { // more tables than are kept
		if got := r.tail(n)[0]; math.Abs(got-1) > 1e-12 {
			t.Errorf("%d values: %v", n, got)
		}
	}
	if len(r.n) > maxTables {
		t.Errorf("%d tables are kept", len(r.n))
	}
}

func TestAbove(t *testing.T) {
	var r SignedRank
	for _, test := range []struct {
		values []float64
		limit  float64
		want   float64
	}{
		{nil, 0, 1}, {[]float64{1, 2, 3, 4, 5}, 0, 1.0 / 32}, {[]float64{-1, -2, -3, -4, -5}, 0, 1}, {[]float64{1, 2, 3, 4, 5}, 9, 1},
		{[]float64{11, 12, 13, 14, 15}, 10, 1.0 / 32},
		{[]float64{0, 0, 0, 0, 0}, 0, 1}, // equal to the limit is not above it
		// Of the tie the negative one gets the rank 2, the positive one rank 1: sum 1+3 of 6.
		{[]float64{1, -1, 3}, 0, 3.0 / 8},
	} {
		if got := r.Above(test.values, test.limit); math.Abs(got-test.want) > 1e-15 {
			t.Errorf("%v above %v: p = %v, want %v", test.values, test.limit, got, test.want)
		}
	}
}

// Without a change the p-value is below a level no more often than the level says,
// whatever the noise, ties included.
func TestAboveLevel(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var r SignedRank
	for name, noise := range map[string]func() float64{
		"normal":     rng.NormFloat64,
		"heavy":      func() float64 { return math.Tan(math.Pi * (rng.Float64() - 0.5)) },
		"two values": func() float64 { return float64(rng.IntN(2)) - 0.5 },
		"with zeros": func() float64 { return float64(rng.IntN(3)) - 1 },
	} {
		const trials, level = 20_000, 0.01
		below := 0
		for range trials {
			values := make([]float64, 16)
			for i := range values {
				values[i] = noise()
			}
			if r.Above(values, 0) <= level {
				below++
			}
		}
		// Four standard errors above the level.
		if most := trials*level + 4*math.Sqrt(trials*level); float64(below) > most {
			t.Errorf("%s: %d of %d below %v", name, below, trials, level)
		}
	}
}

// The interval holds the truth as often as it says, and agrees with the test.
func TestSignedRankInterval(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var r SignedRank
	missed := 0
	const trials = 2000
	for range trials {
		values := make([]float64, 14)
		for i := range values {
			values[i] = 0.7 + rng.NormFloat64()*math.Exp(rng.NormFloat64())
		}
		v := r.Interval(values, 0.05)
		if !(v.Low <= v.Mid && v.Mid <= v.High) {
			t.Fatalf("%+v", v)
		}
		if v.Low > 0.7 || v.High < 0.7 {
			missed++
		}
		if above := r.Above(values, 0.7) <= 0.025; above != (v.Low > 0.7) {
			t.Fatalf("the test says above: %v, the interval is %+v", above, v)
		}
	}
	if missed > 140 { // 100 are expected, with a standard error of 10
		t.Errorf("%d of %d intervals missed", missed, trials)
	}
	if v := r.Interval([]float64{1, 2, 3}, 0.05); v.Mid != 2 || !math.IsInf(v.Low, -1) || !math.IsInf(v.High, 1) || v.Bounded() {
		t.Errorf("3 values cannot reach 95 %%: %+v", v)
	}
	if v := r.Interval(nil, 0.05); !math.IsNaN(v.Mid) {
		t.Errorf("no values: %+v", v)
	}
}

// The standard error of normal values is 1.02 times that of their mean, and values far out
// do not spoil it.
func TestStandardError(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	var r SignedRank
	sum, spoiled := 0.0, 0.0
	const trials, n = 3000, 24
	for range trials {
		values := make([]float64, n)
		for i := range values {
			values[i] = rng.NormFloat64()
		}
		sum += r.StandardError(values)
		values[0], values[1] = 1000, -1000
		spoiled += r.StandardError(values)
	}
	want := 1.023 / math.Sqrt(n)
	if got := sum / trials; math.Abs(got-want) > 0.05*want {
		t.Errorf("%v, want %v", got, want)
	}
	if got := spoiled / trials; got > 1.7*want {
		t.Errorf("two values far out make it %v", got)
	}
	if !math.IsInf(r.StandardError([]float64{1, 2}), 1) || !math.IsNaN(Median(nil)) || Median([]float64{3, 1}) != 2 {
		t.Error("few values")
	}
}
