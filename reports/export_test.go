package reports

import (
	"testing"

	"poolbench/bench/record"
)

// What tests of the views, which are outside of the package, make their reports of.

func Update() bool { return *update }

// UsualRecord is that of a small machine with goroutines and processes on it.
func UsualRecord(t testing.TB) *record.Record { return usual().write(t) }

// NoisyRecord is that of a bad hour on a machine that gives much less than it promises.
func NoisyRecord(t testing.TB) *record.Record {
	w := usual()
	w.noise, w.capacity, w.blocks, w.workloads = 0.3, 1.1, 8, []string{"spin"}
	return w.write(t)
}
