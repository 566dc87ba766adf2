package bench

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v3/cpu"

	"poolbench/bench/record"
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
	if len(notes) < 1 || notes[0].Key != "sleep.floor" || len(warnings) != 1 || warnings[0].Topic != "sleep" {
		t.Errorf("%v, %v", notes, warnings)
	}
	if _, warnings := probeSleep(time.Hour); len(warnings) != 0 {
		t.Errorf("warnings %v for a grain of an hour", warnings)
	}
}

// A clock that costs 100 ns a read, in steps of 300 ns.
func TestProbeClock(t *testing.T) {
	base := time.Now()
	for _, test := range []struct {
		read, step time.Duration
		warns      bool
	}{{100, 300, false}, {600, 600, true}, {100, 20 * time.Microsecond, true}} {
		reads := time.Duration(0)
		notes, warnings := probeClock(func() time.Time {
			reads++
			return base.Add(reads * test.read / test.step * test.step)
		})
		if len(notes) != 2 || notes[1].Value != test.step.String() || (len(warnings) == 1) != test.warns {
			t.Errorf("read %v, step %v: %v, %v", test.read, test.step, notes, warnings)
		}
		if cost, err := time.ParseDuration(notes[0].Value); err != nil || cost < test.read*9/10 || cost > test.read*11/10 {
			t.Errorf("a read of %v is measured as %s", test.read, notes[0].Value)
		}
	}
}

func TestCountersSince(t *testing.T) {
	at := time.Now()
	before := counters{at: at, cpu: &cpu.TimesStat{User: 100, Steal: 5}, throttle: &throttling{periods: 10, throttled: 1},
		waiting: map[string]time.Duration{"cpu": time.Second}}
	after := counters{at: at.Add(10 * time.Second), cpu: &cpu.TimesStat{User: 115, Steal: 10}, throttle: &throttling{20, 3, time.Second},
		waiting: map[string]time.Duration{"cpu": 4 * time.Second}}
	notes, warnings := after.since(before)
	want := []record.Field{{Key: "steal", Value: "25.00% of CPU time"}, {Key: "throttled", Value: "2 of 10 periods, 1s"}, {Key: "pressure.cpu", Value: "30% of the time"}}
	if !slices.Equal(notes, want) {
		t.Errorf("notes %v, want %v", notes, want)
	}
	if len(warnings) != 2 || warnings[0].Topic != "steal" || warnings[1].Topic != "throttled" {
		t.Errorf("warnings %v", warnings)
	}
	if _, warnings := before.since(before); len(warnings) != 0 {
		t.Errorf("nothing happened, and yet %v", warnings)
	}
	if notes, warnings := (counters{}).since(counters{}); len(notes)+len(warnings) != 0 {
		t.Errorf("a system that tells nothing: %v, %v", notes, warnings)
	}
}
