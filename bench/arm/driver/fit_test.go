package driver

import (
	"testing"
	"time"
)

// Blocks of a function have fewer turns where all that are needed would not fit, and not
// fewer than the least.
func TestComparisonFit(t *testing.T) {
	for _, test := range []struct {
		within time.Duration
		turns  int
		takes  time.Duration
	}{
		{time.Minute, 20, 360 * time.Millisecond}, // 3 interpreters of 40 ms, 3 points with 20 turns of 2 ms on each side
		{2400 * time.Millisecond, 10, 240 * time.Millisecond},
		{time.Second, leastTurns, 144 * time.Millisecond},
	} {
		c := &Comparison{Function: &Function{Count: leastForCanary}, times: 1, turns: 20, took: 40 * time.Millisecond, slice: 2 * time.Millisecond}
		if takes := c.Fit(10, test.within); takes != test.takes || c.turns != test.turns {
			t.Errorf("%v: %d turns in %v, want %d in %v", test.within, c.turns, takes, test.turns, test.takes)
		}
	}
	if takes := (&Comparison{}).Fit(10, time.Minute); takes != 0 {
		t.Errorf("nothing to measure takes %v", takes)
	}
}
