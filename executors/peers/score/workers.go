package score

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"poolbench/executors/peers"
)

var workers = []Behaviour{
	{"N1", "a task that submits to its own full pool, without waiting, returns", 1, func(t *trial, p peers.Pool) {
		done := make(chan struct{})
		t.do(p, func() {
			t.step("submitting inside a task")
			t.do(p, func() { close(done) })
		})
		<-done
	}},
	{"N2", "a task that waits for another task of its own one-worker pool gets its result", 1, func(t *trial, p peers.Pool) {
		t.nested(p, 1)
	}},
	{"N3", "the same to a depth of 100", 1, func(t *trial, p peers.Pool) { t.nested(p, 100) }},
	{"W1", "all workers work at the same time", 4, func(t *trial, p peers.Pool) {
		t.saturate(p, 4)
	}},
	{"W2", "never more than the given number of tasks run at once, with 8 submitters", 3, func(t *trial, p peers.Pool) {
		t.need(p.Limit, "no limit on what runs at once")
		t.step("waiting for the tasks of 8 submitters")
		// A limit that is exceeded only now and then has to be looked for, by
		for start := time.Now(); time.Since(start) < 2*time.Second; {
			if peak := t.peak(p, 8, 4); peak > 3 {
				t.failf("%d tasks ran at once on 3 workers", peak)
			}
		}
	}},
	{"Z1", "raised while all workers are busy, the limit lets more tasks run", 2, func(t *trial, p peers.Pool) {
		t.need(p.Resize != nil, "cannot be resized")
		gate, inside := t.fill(p, 5)
		t.awaitCount(inside, 2)
		t.step("waiting for 5 tasks at once")
		p.Resize(5)
		t.awaitCount(inside, 5)
		close(gate)
	}},
	{"Z2", "lowered, the limit holds once the surplus has ended", 5, func(t *trial, p peers.Pool) {
		t.need(p.Resize != nil, "cannot be resized")
		gate, inside := t.fill(p, 5)
		t.awaitCount(inside, 5)
		p.Resize(2)
		close(gate)
		t.step("waiting for tasks after the limit was lowered")
		t.awaitCount(inside, 0)
		if peak := t.peak(p, 4, 50); peak > 2 {
			t.failf("%d tasks ran at once with a limit of 2", peak)
		}
	}},
	{"L1", "no goroutine is left behind", 0, func(t *trial, _ peers.Pool) {
		base := runtime.NumGoroutine()
		for range 3 {
			p := t.open(4)
			t.step("running tasks and stopping")
			t.saturate(p, 4)
			if p.Stop != nil || p.Wait != nil {
				t.finish(p)
			}
		}
		t.step("waiting for goroutines to end")
		for runtime.NumGoroutine() > base {
			time.Sleep(time.Millisecond)
		}
	}},
}

// nested runs a chain of tasks on one worker, each waiting for the next.
func (t *trial) nested(p peers.Pool, depth int) {
	var chain func(left int) func(context.Context) (int, error)
	chain = func(left int) func(context.Context) (int, error) {
		return func(ctx context.Context) (int, error) {
			if left == 0 {
				return 0, nil
			}
			v, err := t.submit(p, chain(left-1)).Wait(ctx)
			return v + 1, err
		}
	}
	t.step("waiting inside a task")
	if p.Submit == nil || !p.Alone { // then a user waits on a channel
		var chained func(left int, done chan<- struct{})
		chained = func(left int, done chan<- struct{}) {
			if left > 0 {
				next := make(chan struct{})
				t.do(p, func() { chained(left-1, next) })
				<-next
			}
			close(done)
		}
		done := make(chan struct{})
		t.do(p, func() { chained(depth, done) })
		<-done
		return
	}
	if v, err := t.submit(p, chain(depth)).Wait(background); err != nil || p.Values && v != depth {
		t.failf("got %d, %v, want %d", v, err, depth)
	}
}

// saturate needs n tasks inside at the same time.
func (t *trial) saturate(p peers.Pool, n int) {
	t.step("waiting for all workers to be busy")
	gate, inside := t.fill(p, n)
	t.awaitCount(inside, n)
	close(gate)
	t.awaitCount(inside, 0)
}

// fill submits n tasks that stay inside until the gate is closed. The submitting
// goroutine may block.
func (t *trial) fill(p peers.Pool, n int) (gate chan struct{}, inside *atomic.Int32) {
	gate, inside = make(chan struct{}), new(atomic.Int32)
	go func() {
		for range n {
			t.do(p, func() {
				inside.Add(1)
				defer inside.Add(-1)
				<-gate
			})
		}
	}()
	return gate, inside
}

func (t *trial) awaitCount(inside *atomic.Int32, want int) {
	for inside.Load() != int32(want) {
		time.Sleep(100 * time.Microsecond)
	}
}

// peak is the greatest number of tasks inside at once, of submitters that start
// together and submit each times.
func (t *trial) peak(p peers.Pool, submitters, each int) int {
	var inside, peak atomic.Int32
	var start, tasks sync.WaitGroup
	start.Add(1)
	tasks.Add(submitters * each)
	for range submitters {
		go func() {
			start.Wait()
			for range each {
				t.do(p, func() {
					n := inside.Add(1)
					for seen := peak.Load(); n > seen && !peak.CompareAndSwap(seen, n); seen = peak.Load() {
					}
					runtime.Gosched()
					inside.Add(-1)
					tasks.Done()
				})
			}
		}()
	}
	start.Done()
	tasks.Wait()
	return int(peak.Load())
}
