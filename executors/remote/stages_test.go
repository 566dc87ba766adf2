package remote

import (
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
