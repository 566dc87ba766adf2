package reports

import (
	"compress/gzip"
	"os"
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

// RuntimesRecord was measured: pools of Go, CPython and Node.js on two CPUs.
func RuntimesRecord(t testing.TB) *record.Record {
	t.Helper()
	const path = "testdata/runtimes.txt.gz"
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := record.Read(text, path)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}
