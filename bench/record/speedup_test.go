package record

import "testing"

func TestSpeedupAt(t *testing.T) {
	for unit, want := range map[string]int{
		Speedup(2): 2, "speedup@16": 16, "speedup@1": 0, "speedup@0": 0, "speedup@": 0, "speedup": 0, "speedup@02": 0, "speedup@+4": 0,
		"speedup@x": 0, "efficiency@4": 0, "speedup@99999999999999999999": 0,
	} {
		if got := SpeedupAt(unit); got != want {
			t.Errorf("%s: %d, want %d", unit, got, want)
		}
		if better := UnitOf(unit).Better; better > 0 != (want > 0) {
			t.Errorf("%s: better %d", unit, better)
		}
	}
}
