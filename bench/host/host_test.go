package host

import (
	"slices"
	"strings"
	"testing"
	"time"

	"poolbench/bench/record"
)

// File keys must be equal on two runs, and notes fit for a record.
func TestDescribeMachine(t *testing.T) {
	a, b := Describe(t.Context()), Describe(t.Context())
	if len(a.Keys) != len(b.Keys) {
		t.Fatalf("keys %v, then %v", a.Keys, b.Keys)
	}
	for i := range a.Keys {
		if a.Keys[i] != b.Keys[i] {
			t.Errorf("key %v, then %v", a.Keys[i], b.Keys[i])
		}
	}
	for _, n := range a.Notes {
		if strings.ContainsAny(n.Key, " :") || n.Value == "" {
			t.Errorf("note %q", n)
		}
	}
}

func TestProbes(t *testing.T) {
	f := ProbeNoise(func(time.Duration) { Keys(t.Context()) })
	if len(f.Notes) != 1 || f.Notes[0].Key != "noise" {
		t.Errorf("notes of the noise probe: %v", f.Notes)
	}
	f = ProbeSleep(time.Nanosecond) // no sleep is that short
	if len(f.Notes) < 1 || f.Notes[0].Key != "sleep.floor" || len(f.Warnings) != 1 || f.Warnings[0].Topic != "sleep" {
		t.Errorf("%+v", f)
	}
	if f := ProbeSleep(time.Hour); len(f.Warnings) != 0 {
		t.Errorf("warnings %v for a grain of an hour", f.Warnings)
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
		f := ProbeClock(func() time.Time {
			reads++
			return base.Add(reads * test.read / test.step * test.step)
		})
		if len(f.Notes) != 2 || f.Notes[1].Value != test.step.String() || (len(f.Warnings) == 1) != test.warns {
			t.Errorf("read %v, step %v: %+v", test.read, test.step, f)
		}
		if cost, err := time.ParseDuration(f.Notes[0].Value); err != nil || cost < test.read*9/10 || cost > test.read*11/10 {
			t.Errorf("a read of %v is measured as %s", test.read, f.Notes[0].Value)
		}
	}
}

func TestCountersSince(t *testing.T) {
	at := time.Now()
	before := Counters{at: at, cpu: &cpuTimes{total: 105, steal: 5}, throttle: &throttling{periods: 10, throttled: 1},
		waiting: map[string]time.Duration{"cpu": time.Second}}
	after := Counters{at: at.Add(10 * time.Second), cpu: &cpuTimes{total: 125, steal: 10}, throttle: &throttling{20, 3, time.Second},
		waiting: map[string]time.Duration{"cpu": 4 * time.Second}, load: &loads{1, 2, 3}}
	f := after.Since(before)
	want := []record.Field{{Key: "steal", Value: "25.00% of CPU time"}, {Key: "throttled", Value: "2 of 10 periods, 1s"},
		{Key: "pressure.cpu", Value: "30% of the time"}, {Key: "load.after", Value: "1.00 2.00 3.00"}}
	topics := []string{"steal", "throttled"}
	if !tellsSteal {
		want, topics = want[1:], topics[1:]
	}
	if !slices.Equal(f.Notes, want) {
		t.Errorf("notes %v, want %v", f.Notes, want)
	}
	if !slices.EqualFunc(f.Warnings, topics, func(w Warning, topic string) bool { return w.Topic == topic }) {
		t.Errorf("warnings %v", f.Warnings)
	}
	if f := before.Since(before); len(f.Warnings) != 0 {
		t.Errorf("nothing happened, and yet %v", f.Warnings)
	}
	if f := (Counters{}).Since(Counters{}); len(f.Notes)+len(f.Warnings) != 0 {
		t.Errorf("a system that tells nothing: %+v", f)
	}
}

func TestBlock(t *testing.T) {
	before := Counters{cpu: &cpuTimes{total: 100, idle: 50, steal: 1}, ours: 10, load: &loads{1}}
	after := Counters{cpu: &cpuTimes{total: 120, idle: 58, steal: 2}, ours: 16, load: &loads{3}}
	// 20 s of CPUs: 8 idle, 1 stolen, 6 ours, 5 of others.
	want := record.Host{Steal: 0.05, Others: 0.25, Waited: 0.1, Load: 3}
	if !tellsSteal {
		want.Steal = -1
	}
	if h := after.Block(before, 9e5, 1e5); h != want {
		t.Errorf("%+v, want %+v", h, want)
	}
	if h := (Counters{ours: -1}).Block(Counters{ours: -1}, 0, 0); h != (record.Host{Steal: -1, Others: -1, Waited: -1, Load: -1}) {
		t.Errorf("of a system that tells nothing: %+v", h)
	}
	if now := ReadCounters(); now.cpu != nil && now.cpu.total <= 0 {
		t.Errorf("%+v", now.cpu)
	}
}
