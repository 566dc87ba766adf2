package executors

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

// The list does what a slice would do, but in constant time.
func TestIdleList(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var list idleList
	var want []*poolWorker
	workers := make([]*poolWorker, 8)
	for i := range workers {
		workers[i] = &poolWorker{}
	}
	for range 10_000 {
		w := workers[rng.IntN(len(workers))]
		switch i := slices.Index(want, w); {
		case rng.IntN(9) == 0:
			n := rng.IntN(len(want)+2) - 1
			oldest := want[:max(n, 0):max(n, 0)]
			if n > len(want) {
				n, oldest = len(want), want
			}
			if got := list.takeOldest(n); !slices.Equal(got, oldest) {
				t.Fatalf("the oldest %d are %p, want %p", n, got, oldest)
			}
			want = slices.Clone(want[len(oldest):])
		case rng.IntN(2) == 0:
			if got := list.remove(w); got != (i >= 0) {
				t.Fatalf("removed: %t, though at %d", got, i)
			}
			if i >= 0 {
				want = slices.Delete(want, i, i+1)
			}
		case i < 0:
			list.push(w)
			want = append(want, w)
		}
		var got []*poolWorker
		for w := list.newest; w != nil; w = w.links.older {
			got = append([]*poolWorker{w}, got...)
		}
		if !slices.Equal(got, want) || int(list.n.Load()) != len(want) {
			t.Fatalf("%d listed: %p, want %p", list.n.Load(), got, want)
		}
	}
	if list.remove(nil) {
		t.Error("nobody was removed")
	}
}

// Many workers end, whatever ends them.
func TestManyWorkersEnd(t *testing.T) {
	const n = 5000
	live := func(ex Executor) int { return int(ex.(*pool).live.Load()) }
	for name, left := range map[string]int{"shutdown": n, "idle": 0, "resize": 1} {
		t.Run(name, func(t *testing.T) {
			o := Options{Workers: n}
			if name == "idle" {
				o.Idle = time.Millisecond
			}
			ex, err := Goroutines.New(o)
			if err != nil {
				t.Fatal(err)
			}
			var started sync.WaitGroup
			started.Add(n)
			release := make(chan struct{})
			for range n {
				if err := Go(ex, func() { started.Done(); <-release }); err != nil {
					t.Fatal(err)
				}
			}
			started.Wait()
			close(release)
			if name == "resize" {
				if _, err := Resize(ex, left); err != nil {
					t.Fatal(err)
				}
			}
			for live(ex) > left {
				runtime.Gosched()
			}
			if err := ex.Shutdown(t.Context()); err != nil || live(ex) != 0 {
				t.Fatalf("%d workers are left, %v", live(ex), err)
			}
		})
	}
}
