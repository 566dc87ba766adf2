package host

import (
	"math"
	"runtime"
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
	for _, r := range a.Readings {
		if strings.ContainsAny(r.Name, " :") || r.Value == 0 && r.Text == "" && r.Unit == "" && r.Name != "load" {
			t.Errorf("reading %+v", r)
		}
	}
}

func TestProbes(t *testing.T) {
	f := ProbeNoise(func(time.Duration) { Keys(t.Context()) })
	if len(f.Readings) != 2 || f.Readings[0].Name != "noise.p50" || f.Readings[0].Value < 1 {
		t.Errorf("readings of the noise probe: %v", f.Readings)
	}
	f = ProbeSleep(time.Nanosecond) // no sleep is that short
	if len(f.Readings) < 1 || f.Readings[0].Name != "sleep.floor" || len(f.Warnings) != 1 || f.Warnings[0].Topic != "sleep" {
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
		if len(f.Readings) != 2 || f.Readings[1].Value != test.step.Seconds() || (len(f.Warnings) == 1) != test.warns {
			t.Errorf("read %v, step %v: %+v", test.read, test.step, f)
		}
		if cost := f.Readings[0].Value / test.read.Seconds(); cost < 0.9 || cost > 1.1 {
			t.Errorf("a read of %v is measured as %v s", test.read, f.Readings[0].Value)
		}
	}
}

func TestCountersSince(t *testing.T) {
	at := time.Now()
	before := Counters{at: at, cpu: &cpuTimes{total: 105, steal: 5}, throttle: &throttling{periods: 10, throttled: 1},
		waiting: map[string]time.Duration{"cpu": time.Second}}
	after := Counters{at: at.Add(10 * time.Second), cpu: &cpuTimes{total: 125, steal: 10}, throttle: &throttling{20, 3, time.Second},
		waiting: map[string]time.Duration{"cpu": 4 * time.Second}, load: 1}
	f := after.Since(before)
	want := []record.Reading{{Name: "steal", Value: 0.25, Unit: "of CPU time"}, {Name: "throttled", Value: 1, Unit: "sec"},
		{Name: "pressure.cpu", Value: 0.3, Unit: "of the time"}, {Name: "load.after", Value: 1}}
	topics := []string{"steal", "throttled"}
	if !tellsSteal {
		want, topics = want[1:], topics[1:]
	}
	if !slices.Equal(f.Readings, want) {
		t.Errorf("readings %v, want %v", f.Readings, want)
	}
	if !slices.EqualFunc(f.Warnings, topics, func(w record.Warning, topic string) bool { return w.Topic == topic }) {
		t.Errorf("warnings %v", f.Warnings)
	}
	if f := before.Since(before); len(f.Warnings) != 0 {
		t.Errorf("nothing happened, and yet %v", f.Warnings)
	}
	if f := (Counters{load: -1}).Since(Counters{load: -1}); len(f.Readings)+len(f.Warnings) != 0 {
		t.Errorf("a system that tells nothing: %+v", f)
	}
}

func TestBlock(t *testing.T) {
	before := Counters{cpu: &cpuTimes{total: 100, idle: 50, steal: 1}, ours: 10, load: 1}
	after := Counters{cpu: &cpuTimes{total: 120, idle: 58, steal: 2}, ours: 16, load: 3}
	// 20 s of CPUs: 8 idle, 1 stolen, 6 ours, 5 of others.
	want := record.Host{Steal: 0.05, Others: 0.25, Waited: 0.1, Load: 3}
	if !tellsSteal {
		want.Steal = -1
	}
	if h := after.Block(before, 9e5, 1e5); h != want {
		t.Errorf("%+v, want %+v", h, want)
	}
	if h := (Counters{ours: -1, load: -1}).Block(Counters{ours: -1, load: -1}, 0, 0); h != (record.Host{Steal: -1, Others: -1, Waited: -1, Load: -1}) {
		t.Errorf("of a system that tells nothing: %+v", h)
	}
	if now := ReadCounters(); now.cpu != nil && now.cpu.total <= 0 {
		t.Errorf("%+v", now.cpu)
	}
}

func TestCPUs(t *testing.T) {
	for _, test := range []struct {
		n     int
		quota float64
		want  int
	}{{8, math.Inf(1), 8}, {8, 2.5, 3}, {8, 2, 2}, {8, 0.5, 1}, {2, 16, 2}} {
		if got := cpus(test.n, test.quota); got != test.want {
			t.Errorf("%d CPUs with a quota of %v are %d, want %d", test.n, test.quota, got, test.want)
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if got := CPUs(); got != 1 {
		t.Errorf("%d CPUs with GOMAXPROCS 1", got)
	}
}
