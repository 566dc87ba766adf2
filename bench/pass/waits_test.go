package pass

import (
	"maps"
	"math"
	"testing"

	"poolbench/bench/record"
)

// What the busiest worker waited for, in seconds of a job of 10.
func TestWaits(t *testing.T) {
	const s = int64(1e9)
	for name, test := range map[string]struct {
		tasks                                       []Ran
		workers                                     int
		busy, busiest, starting, unserved, starving float64
	}{
		"always busy":       {[]Ran{{0, 0, 0, 10 * s}, {1, 0, 0, 10 * s}}, 2, 10, 10, 0, 0, 0},
		"late first worker": {[]Ran{{0, 0, 2 * s, 10 * s}}, 2, 4, 8, 2, 0, 0},
		"waits in between":  {[]Ran{{0, 0, 0, 4 * s}, {0, 0, 6 * s, 10 * s}}, 1, 8, 8, 0, 2, 0},
		"nobody submits":    {[]Ran{{0, 0, 0, 4 * s}, {0, 6 * s, 6 * s, 10 * s}}, 1, 8, 8, 0, 0, 2},
		"after the last":    {[]Ran{{0, 0, 0, 7 * s}}, 1, 7, 7, 0, 0, 3},
		"others at the end": {[]Ran{{0, 0, 0, 6 * s}, {1, 0, 5 * s, 10 * s}}, 2, 5.5, 6, 0, 0, 0},
		"a worker a task":   {[]Ran{{0, 0, 0, 2 * s}, {1, 0, 4 * s, 6 * s}, {2, 0, 8 * s, 10 * s}}, 2, 3, 6, 4, 0, 0},
		"both kinds":        {[]Ran{{0, 0, 1 * s, 5 * s}, {0, 4 * s, 7 * s, 9 * s}, {0, 9 * s, 10 * s, 10 * s}}, 1, 6, 6, 1, 3, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := Waits(test.tasks, test.workers, 0, 10*s)
			want := map[string]float64{record.UnitBusy: test.busy, record.UnitBusiest: test.busiest, record.UnitStarting: test.starting, record.UnitUnserved: test.unserved, record.UnitStarved: test.starving}
			if !maps.EqualFunc(got, want, func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }) {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
	if got := Waits(nil, 2, 0, s); got != nil {
		t.Errorf("no tasks: %v", got)
	}
}
