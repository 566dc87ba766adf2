package gobench

import (
	"testing"
	"time"

	"poolbench/bench/record"
)

// fitted is a comparison of so many targets of 23 slices of 2.5 ms, in blocks that share them
// with starting.
func fitted(n, pairs int, linking time.Duration) *Comparison {
	c := &Comparison{linking: linking}
	c.config.Pairs = pairs
	for range n {
		c.order = append(c.order, &target{Promise: record.Promise{InBase: true, InHead: true},
			plan: plan{kept: 20, dropped: 3, wall: 2500 * time.Microsecond, startup: 500 * time.Microsecond}})
	}
	return c
}

// Blocks are as long as the time lets them be, with no fewer slices than a control needs.
func TestFit(t *testing.T) {
	const full = 58 * time.Millisecond // of one benchmark
	for _, test := range []struct {
		name       string
		benchmarks int
		within     time.Duration
		kept       int
		block      time.Duration
	}{
		{"enough", 10, time.Minute, 20, 10 * full},
		{"just enough", 54, 24 * 54 * full * 10 / 9, 20, 54 * full},
		{"half of it", 54, 24 * 54 * full * 10 / 9 / 2, 8, 54 * (500*time.Microsecond + 11*2500*time.Microsecond)},
		{"cannot suffice", 54, time.Second, leastKept, 54 * (500*time.Microsecond + 7*2500*time.Microsecond)},
	} {
		c := fitted(test.benchmarks, 1, 0)
		block := c.Fit(24, test.within)
		if got := c.order[0].plan.keeps(c.fit.shareNow()); got != test.kept || block != test.block {
			t.Errorf("%s: %d slices in blocks of %v, want %d in %v", test.name, got, block, test.kept, test.block)
		}
	}
	if got := (plan{kept: 2}).keeps(0.05); got != 2 {
		t.Errorf("a long benchmark keeps %d slices, want both", got)
	}
	if got := fitted(0, 16, time.Second).Fit(24, time.Minute); got != 14*time.Second/24 {
		t.Errorf("14 links of a second in 24 blocks: %v each", got)
	}
	failed := fitted(2, 1, 0)
	failed.order[1].InHead = false
	if got := failed.Fit(24, time.Minute); got != full {
		t.Errorf("what is not in head takes no time: %v", got)
	}
}

// Blocks that take longer than thought get shorter; what is measured after those that are
// needed has all slices.
func TestRefit(t *testing.T) {
	c := fitted(10, 1, 0)
	c.Fit(24, 30*time.Second)
	c.refit(1, c.order)
	if got := c.fit.shareNow(); got != 1 {
		t.Fatalf("the first block has %v of the slices", got)
	}
	c.fit.begin = time.Now().Add(-5 * time.Second) // instead of 0.6
	c.refit(2, c.order)
	if got := c.fit.shareNow(); got >= 0.5 {
		t.Errorf("after a block that took 8 times as long the next has %v of the slices", got)
	}
	c.refit(3, c.order[:1])
	if got := c.fit.shareNow(); got != 1 {
		t.Errorf("a block of one benchmark has %v of the slices", got)
	}
	c.refit(25, c.order)
	if got := c.fit.shareNow(); got != 1 {
		t.Errorf("a block beyond those that are needed has %v of the slices", got)
	}
}
