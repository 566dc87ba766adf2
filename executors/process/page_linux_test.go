package process

import (
	"bytes"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// Each task is claimed or taken back, never both and never neither.
func TestPageDecidesOnce(t *testing.T) {
	pg, f := newPage()
	if pg == nil {
		t.Skip("memory cannot be shared here")
	}
	defer f.Close()
	defer pg.close()
	const last = 7*20_000 + 1
	claims := make([]bool, last+1)
	var sent atomic.Uint32
	var wg sync.WaitGroup
	wg.Go(func() {
		for seq := uint32(1); seq <= last; seq++ {
			for seq > sent.Load() {
				runtime.Gosched()
			}
			claims[seq] = pg.claim(seq)
		}
	})
	back := make([]bool, last+1)
	for end := uint32(2); end <= last+1; end += 7 { // last+1 is one of them

		sent.Store(end - 1)
		for range end % 64 {
			runtime.Gosched()
		}
		from := pg.takeBack(end) + 1
		for seq := from; seq < end; seq++ {
			back[seq] = true
		}
	}
	wg.Wait()
	both, taken := 0, 0
	for seq := 1; seq <= last; seq++ {
		if claims[seq] == back[seq] {
			both++
		}
		if back[seq] {
			taken++
		}
	}
	if both > 0 {
		t.Errorf("%d tasks were decided twice or not at all", both)
	}
	t.Logf("%d of %d taken back", taken, last)
}

func TestPageUnsent(t *testing.T) {
	pg, f := newPage()
	if pg == nil {
		t.Skip("memory cannot be shared here")
	}
	defer f.Close()
	defer pg.close()
	copy(pg.area(), "abcdef")
	pg.addSent(100)
	pg.setHeld(6)
	for received, want := range map[uint64]string{99: "", 100: "abcdef", 103: "def", 106: "", 1000: ""} {
		if got := pg.unsent(received); !bytes.Equal(got, []byte(want)) {
			t.Errorf("after %d bytes: %q, want %q", received, got, want)
		}
	}
	pg.setHeld(1 << 30) // by a task that writes over the page
	if got := pg.unsent(100); got != nil {
		t.Errorf("%d bytes out of nowhere", len(got))
	}
}
