package probe

import (
	"math"
	"testing"
	"time"
)

// A kernel of 3 ns per unit with 200 ns per call, on a clock that is late now
// and then, as on a busy machine.
func TestCalibrate(t *testing.T) {
	calls := 0
	c, err := Calibrate(func(units int64) float64 {
		calls++
		late := 0.0
		if calls%3 == 0 {
			late = 5e-3
		}
		return 200e-9 + 3e-9*float64(units) + late
	})
	if err != nil {
		t.Fatal(err)
	}
	if off := math.Abs(c.PerUnit/3e-9 - 1); off > 1e-6 || c.Spread > 1e-6 {
		t.Errorf("3 ns per unit is calibrated as %v", c)
	}
	for grain, want := range map[time.Duration]int64{0: 1, time.Nanosecond: 1, 3 * time.Microsecond: 1000, time.Second: 333333333} {
		if got := Units(c, grain); got < want-1 || got > want+1 {
			t.Errorf("%v is %d units, want %d", grain, got, want)
		}
	}
}

func TestCalibrateRefuses(t *testing.T) {
	if c, err := Calibrate(func(int64) float64 { return 0 }); err == nil {
		t.Errorf("a kernel that takes no time is calibrated as %v", c)
	}
	if c, err := Calibrate(func(int64) float64 { return 2e-3 }); err == nil {
		t.Errorf("a kernel that always takes 2 ms is calibrated as %v", c)
	}
	c, err := Calibrate(func(units int64) float64 { return 1e-12 * float64(units*units) })
	if err == nil && c.Spread <= MaxSpread {
		t.Errorf("a quadratic kernel is calibrated as %v", c)
	}
}

func TestTheilSenIgnoresAnOutlier(t *testing.T) {
	slope, intercept := theilSen([]float64{1, 2, 3, 4, 5}, []float64{12, 14, 99, 18, 20})
	if slope != 2 || intercept != 10 {
		t.Errorf("y = 10 + 2x with one outlier: %v + %v x", intercept, slope)
	}
}

func TestMedian(t *testing.T) {
	if m := median([]float64{3, 1, 2}); m != 2 {
		t.Errorf("median of 1, 2, 3: %v", m)
	}
	if m := median([]float64{4, 1, 2, 3}); m != 2.5 {
		t.Errorf("median of 1, 2, 3, 4: %v", m)
	}
}

// However long all times are late at first, a count is found that takes long enough.
func TestCalibrateBesideOthers(t *testing.T) {
	for _, lateCalls := range []int{3, 50, 100} {
		calls, most := 0, int64(0)
		c, err := Calibrate(func(units int64) float64 {
			calls++
			most = max(most, units)
			if calls <= lateCalls {
				return 20e-3
			}
			return 200e-9 + 3e-9*float64(units)
		})
		if off := math.Abs(c.PerUnit/3e-9 - 1); err != nil || off > 1e-6 || float64(most)*3e-9 < calibrationTop/2 {
			t.Errorf("%d times late: %v, %v, %d units at most", lateCalls, c, err, most)
		}
	}
}
