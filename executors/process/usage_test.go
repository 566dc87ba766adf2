package process

import (
	"runtime"
	"sync"
	"testing"
	"time"
)

// Of n goroutines that take turns on one CPU all but one are ready to run at any time: the
// sample of the runtime is taken for as many as it stands for.
func TestRunnableIsAllOfIt(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const n = 16
	var group sync.WaitGroup
	before, begin := ReadUsage(), time.Now()
	for range n {
		group.Go(func() {
			for time.Since(begin) < 50*time.Millisecond {
				runtime.Gosched()
			}
		})
	}
	group.Wait()
	got, want := ReadUsage().Since(before).Runnable, (n-1)*time.Since(begin).Seconds()
	if got < want/2 || got > want*2 {
		t.Errorf("goroutines were ready for %.3f s, and took turns for %.3f", got, want)
	}
}
