package probe

import (
	"testing"

	"poolbench/bench/record"
)

// The check runs the units of the calibration, no more and no less.
func TestCheckCalibrationRunsFixedUnits(t *testing.T) {
	calls := 0
	s, err := Drift{Kernel: func(n int64) uint64 {
		if calls++; n != 300 {
			t.Errorf("%d units, want 300", n)
		}
		return 1
	}, Calibration: record.Calibration{PerUnit: 1e-6}}.Slice(t.Context())
	if calls != driftTries || s.Values[record.UnitKernel] != 300 || s.Time <= 0 || err != nil {
		t.Errorf("%d calls, %+v, %v", calls, s, err)
	}
}
