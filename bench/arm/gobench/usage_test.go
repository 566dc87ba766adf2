package gobench

import (
	"os"
	"testing"

	"poolbench/bench/record"
)

// Few switches are none, many are counted by operation, and what the system does not tell
// leaves nothing.
func TestMeter(t *testing.T) {
	var m meter
	if v := m.values(10); v != nil {
		t.Errorf("before it began: %v", v)
	}
	m.begin(os.Getpid())
	if !m.ok {
		t.Skip("the system does not tell")
	}
	m.before.Voluntary -= 1000
	for operations, want := range map[int]float64{1_000_000_000: 0, 100: 10} {
		if got := m.values(operations)[record.UnitVoluntary]; got < want || got > 2*want {
			t.Errorf("1000 switches in %d operations: %v each", operations, got)
		}
	}
	if v := m.values(0); v != nil {
		t.Errorf("of no operation: %v", v)
	}
	if m.begin(-1); m.values(10) != nil {
		t.Error("no process has no usage")
	}
}
