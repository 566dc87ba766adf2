package process_test

import (
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
			f, err := executors.Submit(background, p, bytez, make([]byte, size))
			if err != nil {
				t.Fatal(err)
			}
			if out, err := f.Result(limit(t)); err != nil || len(out) != size {
				t.Fatalf("%d bytes of %d, %v", len(out), size, err)
			}
		}
		large += 20
	}
	if s := p.Stats(); s.Succeeded != int64(5*rounds+large) || s.Failed != 0 {
		t.Errorf("%+v", s)
	}
}
