package reports

import (
	"math"
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
		inline := func(w float64) xy { return xy{math.Log(w), math.Log(p * w / (w + h))} }
		serial := func(w float64) xy { return xy{math.Log(w), math.Log(w / at)} }
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
		// At half of the ideal the curve bends most.
		bend := func(w float64) xy { return xy{math.Log(w), math.Log(2 * w / (w + h))} }
		low = h / math.Exp2(float64(i)/100)
		worst = max(worst, math.Abs(math.Exp(straight(bend(low), bend(2*low)))/h-1))
	}
	if t.Logf("a straight line is off by up to %.1f %%", 100*worst); worst < 0.02 || worst > 0.035 {
		t.Errorf("a straight line is off by up to %v", worst)
	}
	if got := between(xy{1, 0.5}, xy{2, 0.5}, 0); got != 2 {
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
			points[i] = xy{float64(i), y}
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
	rs := newResampler(20)
	point := func(work, ratio float64, blocks int) curvePoint {
		var s series
		for b := range blocks {
			s.blocks, s.logs = append(s.blocks, 20-blocks+b), append(s.logs, math.Log(ratio)+0.001*float64(b%3))
		}
		return curvePoint{work: constant(work), ratio: rs.quantity(s)}
	}
	old := []curvePoint{point(1, 0.4, 20), point(2, 0.8, 20), point(4, 1.6, 20), point(8, 1.9, 20)}
	for blocks, want := range map[int]int{1: 4, 5: 4, 6: 5, 20: 5} {
		c := newCurve(append(old[:4:4], point(2.8, 1.1, blocks)))
		x := c.crossing(0, matters)
		if len(c.points) != want || x.Outcome != Crosses || math.Abs(x.From-1) > 1e-9 || math.Abs(x.To-8) > 1e-9 {
			t.Errorf("%d blocks: %d points, %+v", blocks, len(c.points), x.Crossing)
		}
	}
	if c := newCurve([]curvePoint{point(1, 0.4, 3), point(2, 0.8, 3), point(4, 1.6, 3)}); c.crossing(0, matters).Outcome != Unknown || len(c.points) != 3 {
		t.Errorf("%+v", c)
	}
}
