package score

import (
	"context"
	"errors"
	"runtime"
	"time"

	"poolbench/executors/peers"
)

var failures = []Behaviour{
	{"P1", "a panic reaches the one who waits", 2, func(t *trial, p peers.Pool) {
		t.need(p.Submit != nil, "no results")
		t.step("waiting for the task that panicked")
		r := t.submit(p, func(context.Context) (int, error) { panic("as planned") })
		if err := outcome(r); !mentions(err, "as planned") {
			time.Sleep(pause)
			t.failf("got %v", err)
		}
	}},
	{"P2", "a panic with an error is found by errors.Is", 2, func(t *trial, p peers.Pool) {
		t.need(p.Submit != nil, "no results")
		t.step("waiting for the task that panicked")
		r := t.submit(p, func(context.Context) (int, error) { panic(errPlanned) })
		if err := outcome(r); !errors.Is(err, errPlanned) {
			time.Sleep(pause) // a process that is about to end shall end
			t.failf("got %v", err)
		}
	}},
	{"P3", "panic(nil) is an error too", 2, func(t *trial, p peers.Pool) {
		t.need(p.Submit != nil, "no results")
		t.step("waiting for the task that panicked")
		var nothing any
		if err := outcome(t.submit(p, func(context.Context) (int, error) { panic(nothing) })); err == nil {
			time.Sleep(pause)
			t.failf("no error")
		}
	}},
	{"P4", "after 10 panics all workers still work", 3, func(t *trial, p peers.Pool) {
		t.step("submitting tasks that panic")
		for range 10 {
			t.do(p, func() { panic("as planned") })
		}
		t.saturate(p, 3)
	}},
	{"P5", "a panic of a task that nobody waits for is not silent", 1, func(t *trial, p peers.Pool) {
		t.listen("as planned")
		t.do(p, func() { panic("as planned") })
		t.step("waiting for the task")
		if p.Stop != nil || p.Wait != nil {
			t.finish(p)
		}
		time.Sleep(pause)
	}},
	{"G1", "runtime.Goexit ends in the result", 2, func(t *trial, p peers.Pool) {
		t.need(p.Submit != nil, "no results")
		t.step("waiting for the result of a task that called Goexit")
		r := t.submit(p, func(context.Context) (int, error) { runtime.Goexit(); return 0, nil })
		if err := outcome(r); err == nil {
			t.failf("the result is a success")
		}
	}},
	{"G2", "after 10 runtime.Goexit all workers still work", 3, func(t *trial, p peers.Pool) {
		t.step("submitting tasks that call Goexit")
		for range 10 {
			t.do(p, runtime.Goexit)
		}
		t.saturate(p, 3)
	}},
	{"G3", "after a runtime.Goexit the pool can be stopped", 3, func(t *trial, p peers.Pool) {
		t.need(p.Stop != nil || p.Wait != nil, "no stop and no wait")
		t.do(p, runtime.Goexit)
		t.step("stopping")
		t.finish(p)
	}},
}

// finish stops the pool, or waits for it if it cannot be stopped.
func (t *trial) finish(p peers.Pool) {
	if p.Stop == nil {
		p.Wait()
		return
	}
	if err := p.Stop(background); err != nil {
		t.failf("stop: %v", err)
	}
}
