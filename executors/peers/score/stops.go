package score

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"poolbench/executors/peers"
)

const noStop = "no stop"

var stops = []Behaviour{
	{"S1", "a submit after stop is refused with an error", 2, func(t *trial, p peers.Pool) {
		t.stopped(p)
		t.step("submitting after stop")
		if p.Go(func() {}) == nil {
			t.failf("it was accepted")
		}
	}},
	{"S2", "stop waits for running and queued tasks", 2, func(t *trial, p peers.Pool) {
		t.need(p.Stop != nil || p.Wait != nil, "no stop and no wait")
		var ran atomic.Int32
		for range 50 {
			t.do(p, func() { time.Sleep(time.Millisecond); ran.Add(1) })
		}
		t.step("stopping")
		t.finish(p)
		if n := ran.Load(); n != 50 {
			t.failf("it returned when %d of 50 tasks had run", n)
		}
	}},
	{"S3", "a pool that ran nothing can be stopped", 2, func(t *trial, p peers.Pool) {
		t.need(p.Stop != nil || p.Wait != nil, "no stop and no wait")
		t.step("stopping")
		t.finish(p)
	}},
	{"S4", "a second stop is harmless", 2, func(t *trial, p peers.Pool) {
		t.stopped(p)
		t.step("stopping again")
		_ = p.Stop(background) // may say that it is stopped
	}},
	{"S5", "stop while 4 goroutines submit: no panic, accepted tasks run", 2, func(t *trial, p peers.Pool) {
		t.need(p.Stop != nil, noStop)
		for range 200 {
			t.race()
		}
	}},
	{"S6", "a submitter blocked by a full pool returns after stop", 0, func(t *trial, _ peers.Pool) { t.blocked(true) }},
	{"S7", "it returns at once, before the running task ends", 0, func(t *trial, _ peers.Pool) { t.blocked(false) }},
	{"S8", "stop gives up when its context ends, and says so", 2, func(t *trial, p peers.Pool) {
		t.need(p.Stop != nil && p.Deadline, "a stop without an end")
		gate := make(chan struct{})
		t.do(p, func() { <-gate })
		ctx, cancel := context.WithTimeout(background, pause)
		defer cancel()
		t.step("stopping with a deadline")
		if p.Stop(ctx) == nil {
			t.failf("no error")
		}
	}},
	{"S9", "stop called by a task of the pool returns", 2, func(t *trial, p peers.Pool) {
		t.need(p.Stop != nil, noStop)
		done := make(chan struct{})
		t.step("stopping inside a task")
		if p.Submit != nil {
			t.submit(p, func(ctx context.Context) (int, error) { _ = p.Stop(ctx); close(done); return 0, nil })
		} else {
			t.do(p, func() { _ = p.Stop(background); close(done) })
		}
		<-done
	}},
}

// stopped stops the pool after one task.
func (t *trial) stopped(p peers.Pool) {
	t.need(p.Stop != nil, noStop)
	t.do(p, func() {})
	t.step("stopping")
	t.finish(p)
}

// race stops a pool while goroutines submit to it.
func (t *trial) race() {
	p := t.open(2)
	var accepted, ran atomic.Int32
	var submitters sync.WaitGroup
	for range 4 {
		submitters.Go(func() {
			for range 300 {
				if p.Go(func() { ran.Add(1) }) != nil {
					return
				}
				accepted.Add(1)
			}
		})
	}
	for accepted.Load() < 50 {
		runtime.Gosched()
	}
	t.step("stopping while others submit")
	t.finish(p)
	t.step("waiting for the submitters")
	submitters.Wait()
	t.step("waiting for accepted tasks")
	for ran.Load() < accepted.Load() {
		time.Sleep(100 * time.Microsecond)
	}
}

// blocked stops a pool that has a submitter blocked, and waits for the submitter,
// after the running task was let go or before.
func (t *trial) blocked(letGo bool) {
	p := t.peer.New(peers.Config{Workers: 1, Queue: 1})
	t.need(p.Stop != nil, noStop)
	t.need(p.Blocks, "never blocks a submitter")
	gate := make(chan struct{})
	var submits atomic.Int32
	returned := make(chan struct{})
	go func() {
		for range 3 { // one runs, one may be queued, one blocks
			if p.Go(func() { <-gate }) != nil {
				break
			}
			submits.Add(1)
		}
		close(returned)
	}()
	for submits.Load() < 1 {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(pause)
	go func() { _ = p.Stop(background) }()
	time.Sleep(pause)
	if letGo {
		close(gate)
	}
	t.step("waiting for the blocked submitter")
	<-returned
}
