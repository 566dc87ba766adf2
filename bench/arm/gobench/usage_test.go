package gobench

import (
	"maps"
	"os"
	"testing"

	"poolbench/bench/record"
)

// Few switches are none, many are counted by operation, and what the system does not tell
// leaves nothing.
func TestMeter(t *testing.T) {
	var m meter
	if v := m.values(); v != nil {
		t.Errorf("before it began: %v", v)
	}
	m.begin(os.Getpid())
	if !m.ok {
		t.Skip("the system does not tell")
	}
	if v := m.values(); v != nil {
		t.Errorf("of no operation: %v", v)
	}
	m.before.Voluntary -= 1000
	for operations, want := range map[int]float64{1_000_000_000: 0, 100: 10} {
		m.operations = operations
		if got := m.values()[record.UnitVoluntary]; got < want || got > 2*want {
			t.Errorf("1000 switches in %d operations: %v each", operations, got)
		}
	}
	m.begin(-1)
	if m.add(10, stint{clock: 100, cycles: -1, locked: -1}); m.values() != nil {
		t.Errorf("no process has no usage: %v", m.values())
	}
}

// Collections are counted by operation, a lock wait that is little beside the time is none,
// and what the runtime of one slice did not tell is not there.
func TestMeterOfRuntime(t *testing.T) {
	for _, test := range []struct {
		slices []stint // of 10 operations each
		want   map[string]float64
	}{
		{[]stint{{clock: 1e6, cycles: 1, locked: 1e-3}, {clock: 1e6, cycles: 2, locked: 1e-3}}, map[string]float64{record.UnitGCCycles: 0.15, record.UnitMutexWait: 1e-4}},
		{[]stint{{clock: 1e6, cycles: 0, locked: 1e-5}}, map[string]float64{record.UnitGCCycles: 0, record.UnitMutexWait: 0}},
		{[]stint{{clock: 1e6, cycles: 1, locked: -1}, {clock: 1e6, cycles: 1, locked: 1}}, map[string]float64{record.UnitGCCycles: 0.1}},
		{[]stint{{clock: 1e6, cycles: -1, locked: 1e-3}}, map[string]float64{record.UnitMutexWait: 1e-4}},
	} {
		m := meter{pid: 1}
		for _, s := range test.slices {
			m.add(10, s)
		}
		if got := m.values(); !maps.Equal(got, test.want) {
			t.Errorf("%+v: %v, want %v", test.slices, got, test.want)
		}
	}
}
