package process

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// Each task is claimed or taken back, never both and never neither.
func TestLedgerDecidesOnce(t *testing.T) {
	pg, f, _ := newSegment()
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
		claimed, ok := pg.takeBack(end)
		if !ok {
			t.Fatal("the ledger is not believed")
		}
		for seq := claimed + 1; seq < end; seq++ {
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

// A word that somebody else has written over decides nothing: no task is claimed after it,
// and none taken back.
func TestLedgerScribbled(t *testing.T) {
	word := uint64(0)
	l := ledger{&word, 12345}
	for seq := uint32(seqMask - 3); seq < seqMask+4; seq++ {
		word = l.pack(seq-1, seq)
		if !l.claim(seq) {
			t.Errorf("task %d cannot be claimed", seq)
		}
		if got, ok := l.claimed(); !ok || got != seq&seqMask {
			t.Errorf("task %d: %d, %v", seq, got, ok)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	believed := 0
	for range 100_000 {
		word = rng.Uint64()
		if _, ok := l.claimed(); ok {
			believed++
		} else if _, ok := l.takeBack(7); ok || l.claim(7) {
			t.Fatalf("%x decides", word)
		}
	}
	if believed > 10 { // 1.5 expected
		t.Errorf("%d of 100,000 random words are believed", believed)
	}
	for _, word = range []uint64{0, 1<<64 - 1} {
		if _, ok := l.claimed(); ok {
			t.Errorf("%x is believed", word)
		}
	}
}
