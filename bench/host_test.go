package bench

import (
	"context"
	"strings"
	"testing"
	"time"

	"poolbench/workloads"
)

// File keys must be equal on two runs, and notes fit for a record.
func TestDescribeMachine(t *testing.T) {
	a, b := describeMachine(context.Background()), describeMachine(context.Background())
	if len(a.keys) != len(b.keys) {
		t.Fatalf("keys %v, then %v", a.keys, b.keys)
	}
	for i := range a.keys {
		if a.keys[i] != b.keys[i] {
			t.Errorf("key %v, then %v", a.keys[i], b.keys[i])
		}
	}
	for _, n := range a.notes {
		if strings.ContainsAny(n.Key, " :") || n.Value == "" {
			t.Errorf("note %q", n)
		}
	}
}

func TestProbes(t *testing.T) {
	notes, _ := probeNoise(workloads.Spin.Kernel, Calibration{PerUnit: 1e-6})
	if len(notes) != 1 || notes[0].Key != "noise" {
		t.Errorf("notes of the noise probe: %v", notes)
	}
	notes, warnings := probeSleep(time.Nanosecond) // no sleep is that short
	if len(notes) != 1 || len(warnings) != 1 || warnings[0].Topic != "sleep" {
		t.Errorf("%v, %v", notes, warnings)
	}
	if _, warnings := probeSleep(time.Hour); len(warnings) != 0 {
		t.Errorf("warnings %v for a grain of an hour", warnings)
	}
}
