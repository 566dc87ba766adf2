package estimate

import (
	"math"
	"testing"
)

// thresholdOf is the cut-over of ratios at work 1, 2, 4, …, measured without noise in
// 12 blocks.
func thresholdOf(ratios ...float64) Threshold {
	rs := NewResampler(12)
	var points []CurvePoint
	for i, r := range ratios {
		var s Series
		for b := range 12 {
			s.Add(b, r)
		}
		points = append(points, CurvePoint{Work: Constant(math.Exp2(float64(i))), Ratio: rs.Quantity(s)})
	}
	return NewCurve(points).Threshold(0.05)
}

// Against every cut-over that there is, the one of least regret loses least.
func TestThreshold(t *testing.T) {
	for _, test := range []struct {
		name    string
		ratios  []float64
		outcome Outcome
		low, at float64 // between which it is
		regret  float64
	}{
		{"clean", []float64{0.5, 0.8, 1.6, 1.9}, Crosses, 2, 4, 0},
		{"always", []float64{1.2, 1.5, 1.9}, Always, 1, 1, 0},
		{"never", []float64{0.1, 0.5, 0.9}, Never, 4, 4, 0},
		{"a dip in the pool", []float64{0.5, 1.3, 0.9, 1.9}, Crosses, 1, 2, 1/0.9 - 1},
		{"a bump in the loop", []float64{0.5, 1.1, 0.5, 1.9}, Crosses, 4, 8, 0.1},
		{"a cliff", []float64{1.9, 1.8, 0.95}, Always, 1, 1, 1/0.95 - 1},
		{"a steep cliff", []float64{1.05, 0.5, 0.2}, Never, 4, 4, 0.05},
		{"equal", []float64{1, 1, 1}, Never, 4, 4, 0},
		{"hardly better", []float64{0.99, 1.04, 1.03}, Always, 1, 1, 1/0.99 - 1},
		{"hardly worse", []float64{0.9, 0.99, 1.03}, Never, 4, 4, 0.03},
		{"one point", []float64{0.5}, Never, 1, 1, 0},
	} {
		got := thresholdOf(test.ratios...)
		if got.Outcome != test.outcome || !(got.At >= test.low-1e-9 && got.At <= test.at+1e-9) {
			t.Errorf("%s: %+v", test.name, got)
		}
		if math.Abs(got.Regret.Value-test.regret) > 1e-9 {
			t.Errorf("%s: regret %v, want %v", test.name, got.Regret.Value, test.regret)
		}
		for cut := -1; cut <= len(test.ratios); cut++ {
			worst := 0.0
			for i, r := range test.ratios {
				if loss := r; i >= cut {
					worst = max(worst, 1/loss-1)
				} else {
					worst = max(worst, loss-1)
				}
			}
			if worst < got.Regret.Value-1e-9 && got.Regret.Value > 0.05 {
				t.Errorf("%s: cutting before point %d loses %v, less than %+v", test.name, cut, worst, got)
			}
		}
	}
	if got := NewCurve(nil).Threshold(0.05); got != (Threshold{}) {
		t.Errorf("%+v", got)
	}
}
