package remote

import (
	"math"
	"testing"
	"time"
)

func TestStagesAddUp(t *testing.T) {
	for name, s := range map[string]*Stamps{
		"as it should be":           {Submit: 10, Encoded: 20, Given: 50, began: 90, ended: 190, read: 200},
		"a worker with a bad clock": {Submit: 10, Encoded: 20, Given: 50, began: -90, ended: 1 << 40, read: 200},
		"began before it was given": {Submit: 10, Encoded: 20, Given: 50, began: 40, ended: 45, read: 200},
	} {
		s.Sent.Store(60)
		st := s.Stages("f", 1, 2, 230)
		for _, d := range []time.Duration{st.Encode, st.Queue, st.Send, st.Start, st.Run, st.Reply, st.Decode} {
			if d < 0 {
				t.Errorf("%s: %+v", name, st)
			}
		}
		if st.Total() != 220 {
			t.Errorf("%s: %+v add up to %d", name, st, st.Total())
		}
	}
	s := &Stamps{Submit: 10, Encoded: 20, Given: 50, began: 90, ended: 190, read: 200}
	s.Sent.Store(60)
	if got, want := s.Stages("f", 1, 2, 230), (Stages{"f", 1, 2, 10, 10, 30, 10, 30, 100, 10, 30}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// What takes longer takes as long again, and no longer than a wake can; where it has no
// beginning it takes no longer.
func TestAgain(t *testing.T) {
	begin := Common()
	since := begin - 200_000
	Again(since)
	if now := Common(); now-since < 2*(begin-since) {
		t.Errorf("%d ns of %d", now-since, 2*(begin-since))
	}
	for _, since := range []int64{0, 1, Common() + 1<<40, math.MinInt64} { // an hour ago, say, or never
		Again(since)
	}
}

func TestCallAux(t *testing.T) {
	for _, c := range []struct {
		times bool
		slow  int64
		want  uint32
	}{{false, 0, 0}, {true, 0, 1}, {false, 3, 6}, {true, 3, 7}, {true, -1, 1}, {false, 1 << 40, MaxRun << 1}} {
		if got := CallAux(c.times, c.slow); got != c.want {
			t.Errorf("%v, %d steps: %#x, want %#x", c.times, c.slow, got, c.want)
		}
	}
}
