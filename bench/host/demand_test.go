package host

import (
	"math"
	"testing"
	"time"

	"poolbench/executors/affinity"
)

// Waiting is that of all threads, without what a quota stopped; what the host took is shared
// by who ran; others are who else was busy.
func TestDemand(t *testing.T) {
	stint := func(ran, waited float64) affinity.Stint { return affinity.Stint{Ran: ran * 1e9, Waited: waited * 1e9} }
	before := DemandReading{own: 1, cpu: &cpuTimes{total: 100, idle: 50, steal: 1},
		ours: map[int]affinity.Stint{1: stint(1, 1), 2: stint(5, 5)}, worker: map[int]affinity.Stint{7: stint(2, 0.5)}}
	after := DemandReading{own: 2, cpu: &cpuTimes{total: 110, idle: 53, steal: 1},
		ours: map[int]affinity.Stint{1: stint(1.5, 1.25), 3: stint(0.5, 0.25)}, worker: map[int]affinity.Stint{7: stint(4, 1)}}
	for _, test := range []struct {
		name         string
		change       func(a *DemandReading)
		ran, w, rest float64
	}{
		{"plain", func(*DemandReading) {}, 3, 1, 4}, // 7 busy, of which 3 are ours
		{"a quota", func(a *DemandReading) { a.stopped = 400 * time.Millisecond }, 3, 0.6, 4},
		{"a quota that stopped others, too", func(a *DemandReading) { a.stopped = time.Minute }, 3, 0, 4},
		{"a host", func(a *DemandReading) { a.cpu = &cpuTimes{total: 110, idle: 52, steal: 2} }, 3, 1 + 3.0/7, 5},
	} {
		now := after
		test.change(&now)
		d, ok := now.Since(before)
		if !ok || math.Abs(d.Ran-test.ran) > 1e-9 || math.Abs(d.Waited-test.w) > 1e-9 || math.Abs(d.Others-test.rest) > 1e-9 {
			t.Errorf("%s: %+v, %v", test.name, d, ok)
		}
	}
	if _, ok := (DemandReading{}).Since(DemandReading{}); ok {
		t.Error("a system that tells nothing tells of a demand")
	}
}

// What this process did is told where the system tells it.
func TestReadDemand(t *testing.T) {
	before := ReadDemand(nil)
	sum := 0.0
	for i := range 20_000_000 {
		sum += float64(i)
	}
	d, ok := ReadDemand(nil).Since(before)
	if sum == 0 || ok && (d.Ran <= 0 || d.Waited < 0 || d.Others < 0) {
		t.Errorf("%+v", d)
	}
}
