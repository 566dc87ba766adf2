package process

import (
	"testing"
	"time"

	"poolbench/executors/remote"
)

// How many tasks come together before workers get them: of short ones as many as take the
// time of a wake, and never more than may wait.
func TestLump(t *testing.T) {
	expected := func(d time.Duration) *remote.Func {
		f := &remote.Func{}
		if d > 0 {
			var l remote.Learner
			l.Observe(f, uint32(d))
			l.Close()
		}
		return f
	}
	for _, c := range []struct {
		est               time.Duration
		idle, busy, bound int
		want              int
	}{
		{100 * time.Nanosecond, 2, 0, 0, 1}, // nobody works: at once
		{100 * time.Nanosecond, 0, 0, 0, 1},
		{100 * time.Nanosecond, 1, 1, 0, mostLump},
		{time.Microsecond, 1, 1, 0, 50},
		{time.Microsecond, 0, 2, 0, 50},
		{time.Microsecond, 1, 1, 7, 7}, // the queue is full
		{5 * time.Microsecond, 1, 1, 0, 10},
		{6 * time.Microsecond, 1, 1, 0, 1}, // worth a wake
		{6 * time.Microsecond, 0, 2, 0, feedEvery},
		{6 * time.Microsecond, 0, 2, 3, 3},
		{0, 1, 1, 0, 1}, // unknown
		{0, 0, 2, 0, feedEvery},
	} {
		in := newIntake(&Options{Workers: 2, Queue: c.bound})
		in.lumps = true
		in.idle, in.busy = make([]*workerLine, c.idle), make([]*workerLine, c.busy)
		if got := in.lump(expected(c.est)); got != c.want {
			t.Errorf("%v, %d idle, %d busy, at most %d queued: lumps of %d, want %d", c.est, c.idle, c.busy, c.bound, got, c.want)
		}
	}
	plain := newIntake(&Options{Workers: 2}) // of a pool without shared memory
	plain.idle, plain.busy = make([]*workerLine, 1), make([]*workerLine, 1)
	if got := plain.lump(expected(100 * time.Nanosecond)); got != 1 {
		t.Errorf("without shared memory: lumps of %d", got)
	}
}
