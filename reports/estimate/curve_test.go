package estimate

import (
	"math"
	"slices"
	"testing"
)

// With T = (w+h)/P and T = d the crossing comes out exactly, wherever the grid is; a
// straight line between logarithms does not.
func TestBetween(t *testing.T) {
	straight := func(a, b xy) float64 { return a.x + (b.x-a.x)*(-a.y)/(b.y-a.y) }
	worst := 0.0
	for i := range 100 {
		const h, p = 8.0, 16.0
		at := h / (p - 1)
		low := at / math.Exp2(float64(i)/100)
		inline := func(w float64) xy { return xy{math.Log(w), math.Log(p * w / (w + h)), math.NaN()} }
		serial := func(w float64) xy { return xy{math.Log(w), math.Log(w / at), math.NaN()} }
		a, b := inline(low), inline(2*low)
		if got := math.Exp(between(a, b, 0)); math.Abs(got/at-1) > 1e-9 {
			t.Errorf("inline from %v: %v, want %v", low, got, at)
		}
		half := h / (p/2 - 1) // where the ratio is 2
		if got := math.Exp(between(inline(half/math.Sqrt2), inline(half*math.Sqrt2), math.Ln2)); math.Abs(got/half-1) > 1e-9 {
			t.Errorf("level 2: %v, want %v", got, half)
		}
		if got := math.Exp(between(serial(low), serial(2*low), 0)); math.Abs(got/at-1) > 1e-9 {
			t.Errorf("dispatcher from %v: %v, want %v", low, got, at)
		}
		// Two pools, each with a cost of its own for each task, far apart on the grid.
		pools := func(w float64) xy { // the first has a cost of 1, the second of h and takes 0.8 of the work
			return xy{math.Log(w), math.Log((w + 1) / (0.8*w + h)), math.Log((0.8*w + h) / w)}
		}
		meets := (h - 1) / 0.2
		if got := math.Exp(between(pools(meets/math.Exp2(float64(i+1)/33)), pools(meets*8), 0)); math.Abs(got/meets-1) > 1e-9 {
			t.Errorf("two pools: %v, want %v", got, meets)
		}
		// At half of the ideal the curve bends most.
		bend := func(w float64) xy { return xy{math.Log(w), math.Log(2 * w / (w + h)), math.NaN()} }
		low = h / math.Exp2(float64(i)/100)
		worst = max(worst, math.Abs(math.Exp(straight(bend(low), bend(2*low)))/h-1))
	}
	if t.Logf("a straight line is off by up to %.1f %%", 100*worst); worst < 0.02 || worst > 0.035 {
		t.Errorf("a straight line is off by up to %v", worst)
	}
	if got := between(xy{1, 0.5, math.NaN()}, xy{2, 0.5, math.NaN()}, 0); got != 2 {
		t.Errorf("a flat piece: %v", got)
	}
}

// Pool adjacent violators: means of blocks, order kept, nothing touched that ascends.
func TestIsotonic(t *testing.T) {
	for _, test := range []struct{ y, want []float64 }{
		{nil, nil},
		{[]float64{3}, []float64{3}},
		{[]float64{1, 2, 2, 5}, []float64{1, 2, 2, 5}},
		{[]float64{1, 3, 2, 4}, []float64{1, 2.5, 2.5, 4}},
		{[]float64{3, 2, 1}, []float64{2, 2, 2}},
		{[]float64{1, 5, 4, 3, 9, 8}, []float64{1, 4, 4, 4, 8.5, 8.5}},
	} {
		points := make([]xy, len(test.y))
		for i, y := range test.y {
			points[i] = xy{x: float64(i), y: y}
		}
		isotonic(points)
		for i, p := range points {
			if math.Abs(p.y-test.want[i]) > 1e-12 || p.x != float64(i) {
				t.Errorf("%v: %v", test.y, points)
			}
		}
	}
}

// A grain that was added lately has too few blocks for an interval and is left out
// until it has them.
func TestCurveLeavesOutWhatIsNew(t *testing.T) {
	rs := NewResampler(20)
	point := func(work, ratio float64, blocks int) CurvePoint {
		var s Series
		for b := range blocks {
			s.Add(20-blocks+b, ratio*math.Exp(0.001*float64(b%3)))
		}
		return CurvePoint{Work: Constant(work), Ratio: rs.Quantity(s)}
	}
	old := []CurvePoint{point(1, 0.4, 20), point(2, 0.8, 20), point(4, 1.6, 20), point(8, 1.9, 20)}
	for blocks, want := range map[int]int{1: 4, 5: 4, 6: 5, 20: 5} {
		c := NewCurve(append(old[:4:4], point(2.8, 1.1, blocks)))
		x, _ := c.Crossing(1, 0.05)
		if len(c.points) != want || x.Outcome != Crosses || math.Abs(x.From-1) > 1e-9 || math.Abs(x.To-8) > 1e-9 {
			t.Errorf("%d blocks: %d points, %+v", blocks, len(c.points), x)
		}
	}
	c := NewCurve([]CurvePoint{point(1, 0.4, 3), point(2, 0.8, 3), point(4, 1.6, 3)})
	if x, _ := c.Crossing(1, 0.05); x.Outcome != Unknown || len(c.points) != 3 {
		t.Errorf("%+v", c)
	}
}

func TestOutcomes(t *testing.T) {
	curveOf := func(spread float64, speedups ...float64) *Curve {
		rs := NewResampler(8)
		var c []CurvePoint
		for i, s := range speedups {
			var work, speedup Series
			for b := range 8 {
				work.Add(b, math.Exp(float64(i)))
				speedup.Add(b, s*math.Exp(spread*(float64(b)-3.5)))
			}
			c = append(c, CurvePoint{Work: rs.Quantity(work), Ratio: rs.Quantity(speedup)})
		}
		return NewCurve(c)
	}
	for _, test := range []struct {
		name string
		c    *Curve
		want Outcome
	}{
		{"crosses", curveOf(0.01, 0.5, 0.8, 1.5, 2), Crosses},
		{"crosses beside noise", curveOf(0.01, 0.5, 0.45, 1.5, 1.4), Crosses},
		{"always", curveOf(0.01, 1.5, 1.6, 2), Always},
		{"never", curveOf(0.01, 0.5, 0.6, 0.9), Never},
		{"never, up to about 1", curveOf(0.01, 0.5, 0.9, 1.01), Never},
		{"several", curveOf(0.01, 0.5, 1.5, 0.5, 1.5), Several},
		{"a cliff", curveOf(0.01, 1.5, 1.5, 0.5), Several},
		{"all equal", curveOf(0, 1, 1, 1, 1), Unknown},
		{"equal with noise", curveOf(0.05, 1, 1.01, 0.99, 1.02), Unknown},
		{"noise hides one side", curveOf(0.3, 0.1, 0.8, 1.5), Unknown},
		{"two points", curveOf(0.01, 0.5, 1.5), Unknown},
		{"none", NewCurve(nil), Unknown},
	} {
		if got, _ := test.c.Crossing(1, 0.05); got.Outcome != test.want {
			t.Errorf("%s: outcome %v, want %v (%+v)", test.name, got.Outcome, test.want, got)
		}
	}
}

// What is so at each point is surely so where the interval of each says it.
func TestSurely(t *testing.T) {
	at := func(work float64, logs ...float64) CurvePoint {
		rs := NewResampler(len(logs))
		s := Series{Scale: Ratio}
		for b, l := range logs {
			s.Add(b, math.Exp(l))
		}
		return CurvePoint{Work: Constant(work), Ratio: rs.Quantity(s)}
	}
	clear := []float64{0.5, 0.51, 0.49, 0.5, 0.52, 0.48, 0.5, 0.5, 0.51, 0.49, 0.5, 0.5}
	near := []float64{0.02, -0.01, 0.03, 0.01, -0.02, 0.02, 0.01, 0.03, -0.01, 0.02, 0.01, 0.02}
	for name, test := range map[string]struct {
		points        []CurvePoint
		always, never bool
	}{
		"all above":       {[]CurvePoint{at(1, clear...), at(2, clear...), at(3, clear...)}, true, false},
		"one near":        {[]CurvePoint{at(1, clear...), at(2, near...), at(3, clear...)}, false, false},
		"all below":       {[]CurvePoint{at(1, Negated(clear)...), at(2, Negated(clear)...), at(3, Negated(clear)...)}, false, true},
		"one is left out": {[]CurvePoint{at(1, clear...), at(2, clear...), at(3, clear...), at(4, 0.5, 0.5, 0.5)}, false, false},
		"last near":       {[]CurvePoint{at(1, Negated(clear)...), at(2, Negated(clear)...), at(3, Negated(near)...)}, false, false},
	} {
		c := NewCurve(test.points)
		if c.Surely(Always, 1) != test.always || c.Surely(Never, 1) != test.never || !c.Surely(Unknown, 1) || !c.Surely(Crosses, 1) {
			t.Errorf("%s: always %v, never %v", name, c.Surely(Always, 1), c.Surely(Never, 1))
		}
	}
}

// Few values that agree are sure of what they all say, and of no more if one does not agree.
func TestSureHoldsAFewValues(t *testing.T) {
	for _, values := range [][]float64{{2, 2.1, 1.9}, {2.8, 2.83, 2.8, -0.1, 3.1}, {-1, 2.8, 2.8}, {2.8, 2.8, 2.81, 4}} {
		if v := Sure(values, 0.01); !v.Bounded() || v.Low > slices.Min(values) || v.High < slices.Max(values) {
			t.Errorf("%v: surely %v", values, v)
		}
	}
	if v := Sure([]float64{2, 2.1, 1.9}, 0.01); v.Low <= 0 {
		t.Errorf("three values near 2 may be %v", v.Low)
	}
}
