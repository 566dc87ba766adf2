package gobench

import (
	"poolbench/bench/host"
	"poolbench/bench/record"
)

// fewSwitches is how many switches of an operation count for none: waiting for the word to
// begin a slice is one of many operations, and so is what the runtime does now and then.
const fewSwitches = 0.05

// A meter tells what a process used from the first slice that is kept on, per operation.
type meter struct {
	pid    int
	before host.Usage
	ok     bool // the system tells
	peak   bool // of the peak, too
}

// begin starts it anew.
func (m *meter) begin(pid int) {
	m.pid = pid
	m.before, m.ok = host.UsageOf(pid)
	m.peak = m.ok && host.ForgetPeak(pid) == nil
}

// values are by unit, of so many operations; nil when the system does not tell.
func (m *meter) values(operations int) map[string]float64 {
	if !m.ok || operations < 1 {
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
		switch per := n / float64(operations); {
		case n < 0: // a thread has ended, and its switches with it
		case per < fewSwitches:
			values[unit] = 0
		default:
			values[unit] = per
		}
	}
	return values
}
