package process_test

import (
	"bytes"
	"sync"
	"testing"

	"poolbench/executors"
	"poolbench/executors/process"
)

// Waiting goroutines read replies themselves; none is lost and none is read twice,
// however many wait.
func TestWaitersReadReplies(t *testing.T) {
	p := newPool(t, process.Options{Workers: 3})
	if err := p.Start(limit(t)); err != nil {
		t.Fatal(err)
	}
	rounds := 3000
	if testing.Short() {
		rounds = 300
	}
	large := 0
	var wg sync.WaitGroup
	for g := range 5 {
		wg.Go(func() {
			for i := range rounds {
				f, err := executors.Submit(background, p, echo, g*rounds+i)
				if err != nil {
					t.Error(err)
					return
				}
				if got, err := f.Result(background); err != nil || got != g*rounds+i {
					t.Errorf("task %d: %d, %v", g*rounds+i, got, err)
					return
				}
			}
		})
	}
	wg.Wait()
	for size := 1 << 10; size <= 1<<20; size = size * 3 / 2 {
		for range 20 {
			in := make([]byte, size)
			for i := range in {
				in[i] = byte(i*7 + i>>13) // no two steps of a stream are alike
			}
			f, err := executors.Submit(background, p, bytez, in)
			if err != nil {
				t.Fatal(err)
			}
			if out, err := f.Result(limit(t)); err != nil || !bytes.Equal(out, in) {
				t.Fatalf("%d bytes of %d, or others, %v", len(out), size, err)
			}
		}
		large += 20
	}
	if s := p.Stats(); s.Succeeded != int64(5*rounds+large) || s.Failed != 0 {
		t.Errorf("%+v", s)
	}
}
