package goroutine

import (
	"sync"
	"testing"
)

func TestCurrent(t *testing.T) {
	if !Known {
		t.Skip("goroutines cannot be told apart on this architecture")
	}
	const n = 100
	var ready, group sync.WaitGroup
	release := make(chan struct{})
	ids := make([]ID, n)
	ready.Add(n)
	for i := range n {
		group.Go(func() {
			ids[i] = Current()
			ready.Done()
			<-release
			if deep(1000) != ids[i] { // on a stack that has grown
				t.Error("a goroutine has changed")
			}
		})
	}
	ready.Wait()
	close(release)
	group.Wait()
	seen := map[ID]bool{0: true, Current(): true}
	for _, id := range ids {
		if seen[id] {
			t.Errorf("goroutine %#x was seen twice, or is none", id)
		}
		seen[id] = true
	}
}

func deep(n int) ID {
	var large [256]byte
	if n == 0 {
		return Current()
	}
	id := deep(n - 1)
	large[n%256]++
	return id
}

func BenchmarkCurrent(b *testing.B) {
	for b.Loop() {
		Current()
	}
}
