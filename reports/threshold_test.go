package reports

import (
	"math"
	"testing"
	"time"
)

// thresholdOf is the cut-over of ratios at work 1, 2, 4, …, measured without noise in
// 12 blocks.
func thresholdOf(ratios ...float64) Threshold {
	rs := newResampler(12)
	var points []curvePoint
	for i, r := range ratios {
		var s series
		for b := range 12 {
			s.blocks, s.logs = append(s.blocks, b), append(s.logs, math.Log(r))
		}
		points = append(points, curvePoint{work: constant(math.Exp2(float64(i))), ratio: rs.quantity(s)})
	}
	return newCurve(points).threshold()
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
			if worst < got.Regret.Value-1e-9 && got.Regret.Value > Practical {
				t.Errorf("%s: cutting before point %d loses %v, less than %+v", test.name, cut, worst, got)
			}
		}
	}
	if got := newCurve(nil).threshold(); got != (Threshold{}) {
		t.Errorf("%+v", got)
	}
}

// The interval of the regret holds what the rule really loses, which is nothing when
// no grain is near the crossover and little when noise moves it past one.
func TestRegretIsBounded(t *testing.T) {
	held, runs := 0, 15
	for seed := range uint64(runs) {
		w := exact()
		w.seed, w.blocks, w.noise = seed, 12, 0.1
		w.grains = w.grains[:10]
		h := 5 * time.Microsecond
		w.inline[goroutines] = h
		s := seriesOf(t, Analyse(w.write(t)), goroutines)
		worst := 0.0
		for _, p := range s.Points {
			work := p.Grain.Seconds()
			ratio := 4 * work / (work + h.Seconds())
			if p.Work >= s.Threshold.At {
				ratio = 1 / ratio
			}
			worst = max(worst, ratio-1)
		}
		if s.Threshold.Outcome == Crosses && worst <= s.Threshold.Regret.High+1e-9 {
			held++
		}
	}
	if t.Logf("%d of %d held", held, runs); held < runs*9/10 {
		t.Errorf("the regret is within its interval in %d of %d runs", held, runs)
	}
}
