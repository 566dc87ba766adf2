package gobench

import (
	"maps"

	"poolbench/bench/host"
	"poolbench/bench/record"
)

const (
	// fewSwitches is how many switches of an operation count for none: waiting for the word to
	// begin a slice is one of many operations, and so is what the runtime does now and then.
	fewSwitches = 0.05
	// littleWait is the lock wait of an operation that counts for none, as a share of its time:
	// the runtime samples it and has locks of its own.
	littleWait = 0.05
)

// A meter tells what a process used from the first slice that is kept on, per operation.
// The system knows it of the process, the runtime of each slice.
type meter struct {
	pid    int
	before host.Usage
	ok     bool // the system tells
	peak   bool // of the peak, too

	operations int
	clock      float64 // ns of all slices
	unknown    [2]bool // what the runtime did not tell of a slice: collections, lock wait
	cycles     float64 // collections of garbage
	locked     float64 // seconds that goroutines waited for locks
}

// begin starts it anew.
func (m *meter) begin(pid int) {
	*m = meter{pid: pid}
	m.before, m.ok = host.UsageOf(pid)
	m.peak = m.ok && host.ForgetPeak(pid) == nil
}

// add takes a slice of so many operations.
func (m *meter) add(operations int, got stint) {
	m.operations += operations
	m.clock += got.clock
	m.unknown[0], m.unknown[1] = m.unknown[0] || got.cycles < 0, m.unknown[1] || got.locked < 0
	m.cycles, m.locked = m.cycles+got.cycles, m.locked+got.locked
}

// values are by unit; nil when there are none.
func (m *meter) values() map[string]float64 {
	if m.pid == 0 || m.operations < 1 {
		return nil
	}
	values := m.ofRuntime()
	maps.Copy(values, m.ofSystem())
	if len(values) == 0 {
		return nil
	}
	return values
}

func (m *meter) ofRuntime() map[string]float64 {
	values := map[string]float64{}
	if !m.unknown[0] {
		values[record.UnitGCCycles] = m.cycles / float64(m.operations)
	}
	switch {
	case m.unknown[1]:
	case m.locked*1e9 < littleWait*m.clock:
		values[record.UnitMutexWait] = 0
	default:
		values[record.UnitMutexWait] = m.locked / float64(m.operations)
	}
	return values
}

func (m *meter) ofSystem() map[string]float64 {
	if !m.ok {
		return nil
	}
	after, ok := host.UsageOf(m.pid)
	if !ok {
		return nil
	}
	values := map[string]float64{}
	if m.peak && after.PeakRSS > 0 {
		values[record.UnitPeakRSS] = after.PeakRSS
	}
	for unit, n := range map[string]float64{record.UnitVoluntary: after.Voluntary - m.before.Voluntary, record.UnitInvoluntary: after.Involuntary - m.before.Involuntary} {
		switch per := n / float64(m.operations); {
		case n < 0: // a thread has ended, and its switches with it
		case per < fewSwitches:
			values[unit] = 0
		default:
			values[unit] = per
		}
	}
	return values
}
