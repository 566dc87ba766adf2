package estimate

import (
	"math"
	"slices"
	"testing"
)

func of(scale Scale, values ...float64) Series {
	s := Series{Scale: scale}
	for b, v := range values {
		s.Add(b, v)
	}
	return s
}

// Blocks come in any order, the last value of one counts, and what has no place on the
// scale is left out and said so.
func TestSeriesAdd(t *testing.T) {
	var s Series
	for _, v := range []struct {
		block int
		value float64
		ok    bool
	}{{3, 8, true}, {1, 2, true}, {3, 4, true}, {2, 0, false}, {4, math.NaN(), false}, {5, math.Inf(1), false}, {6, -1, false}} {
		if ok := s.Add(v.block, v.value); ok != v.ok {
			t.Errorf("block %d, value %v: %v", v.block, v.value, ok)
		}
	}
	if !slices.Equal(s.Blocks(), []int{1, 3}) || math.Exp(s.Places()[0]) != 2 || math.Abs(math.Exp(s.Places()[1])-4) > 1e-12 {
		t.Errorf("%+v", s)
	}
	d := of(Difference, 0, -3, 1e12, math.Inf(-1))
	if !slices.Equal(d.Places(), []float64{0, -3, 1e12}) {
		t.Errorf("%+v", d)
	}
}

// Zero and values below it are values where differences count: nothing is a logarithm.
func TestDifferences(t *testing.T) {
	base, head := of(Difference, 0, 0, 1, 0, 2, 0, 0), of(Difference, 5, 4, 6, 5, 8, -1, 5)
	rs := NewResampler(7)
	if e := rs.Estimate(base); e.Value != 0 || e.Low != 0 || !(e.High >= 0) || !e.Known() || e.Method != Bootstrap {
		t.Errorf("%+v", e)
	}
	over := head.Over(base) // 5 4 5 5 6 -1 5
	if e := rs.Estimate(over); e.Value != 5 || !(e.Low >= -1 && e.Low <= 5 && e.High <= 6) {
		t.Errorf("%+v", e)
	}
	q := rs.Quantity(over)
	if e := q.Inverse().Estimate(); e.Value != -5 {
		t.Errorf("the opposite: %+v", e)
	}
	if e := q.Times(rs.Quantity(head)).Estimate(); e.Value != 10 {
		t.Errorf("the sum: %+v", e)
	}
	if s := over.Scaled(2); s.Point() != 10 {
		t.Errorf("twice: %+v", s)
	}
	if s := over.Over(of(Ratio, 1, 2, 3)); s.Len() != 0 || s.Scale != Difference {
		t.Errorf("two scales: %+v", s)
	}
	if p := q.Per(Constant(2)); p.N != 0 || p.Estimate() != (Estimate{}) {
		t.Errorf("two scales: %+v", p)
	}
}

// A ratio and its inverse have medians and intervals that are inverse to each other, also
// with an even number of blocks.
func TestRatios(t *testing.T) {
	a, b := of(Ratio, 1, 2, 3, 4, 5, 6), of(Ratio, 2, 2, 2, 3, 3, 3)
	rs := NewResampler(6)
	there, back := rs.Estimate(a.Over(b)), rs.Quantity(a.Over(b)).Inverse().Estimate()
	for _, pair := range [][2]float64{{there.Value, back.Value}, {there.Low, back.High}, {there.High, back.Low}} {
		if math.Abs(pair[0]*pair[1]-1) > 1e-12 {
			t.Errorf("%+v and %+v", there, back)
		}
	}
	if few := rs.Estimate(of(Ratio, 1, 2)); few.Known() || few.Method != nil || math.Abs(few.Value-math.Sqrt2) > 1e-12 {
		t.Errorf("%+v", few)
	}
}

// What falls swaps the ends; what has no interval gets none.
func TestMap(t *testing.T) {
	e := Estimate{Value: 2, Low: 1, High: 4, N: 9, Method: Bootstrap}
	if got := e.Map(func(x float64) float64 { return 1 / x }); got != (Estimate{0.5, 0.25, 1, 9, Bootstrap}) {
		t.Errorf("%+v", got)
	}
	if got := (Estimate{Value: 2, N: 3}).Map(math.Exp); got.Low != 0 || got.High != 0 {
		t.Errorf("%+v", got)
	}
}

// Every way to make an interval says which it is.
func TestMethods(t *testing.T) {
	var ranks SignedRank
	many := make([]float64, 12)
	for i := range many {
		many[i] = float64(i)
	}
	for _, test := range []struct {
		what string
		got  *Method
		want *Method
	}{
		{"enough pairs", ranks.CentreInterval(many, 0.05).Method, HodgesLehmann},
		{"too few pairs", ranks.CentreInterval(many[:4], 0.05).Method, StudentT},
		{"two samples", Shift(many, many, 0.05).Method, MannWhitney},
		{"two small samples", Shift(many[:3], many[:3], 0.05).Method, StudentT},
		{"two huge samples", Shift(make([]float64, 2001), make([]float64, 2001), 0.05).Method, StudentT},
		{"no noise", Exactly(1, 9).Method, Exact},
		{"draws", FromDraws(1, many, 9).Method, Bootstrap},
		{"no ends", ranks.Interval(many[:2], 0.05).Ratio(2).Method, nil},
	} {
		if test.got != test.want {
			t.Errorf("%s: %+v, want %+v", test.what, test.got, test.want)
		}
	}
}
