package score

import (
	"context"
	"sync/atomic"
	"time"

	"poolbench/executors/peers"
)

var contexts = []Behaviour{
	{"C1", "when the context ends, queued tasks never run and their waiters are told", 0, func(t *trial, _ peers.Pool) {
		p, cancel := t.openContext(1)
		t.need(p.Queues, "nothing is queued")
		gate := make(chan struct{})
		running := t.submit(p, gated(gate))
		var ran atomic.Bool
		queued := t.submit(p, func(context.Context) (int, error) { ran.Store(true); return 0, nil })
		cancel()
		close(gate)
		t.step("waiting for the queued task")
		if err := outcome(queued); err == nil {
			t.failf("the queued task succeeded")
		}
		t.step("waiting for the running task")
		_ = outcome(running)
		t.step("stopping")
		_ = p.Stop(background) // some say that the context has ended
		if ran.Load() {
			t.failf("the queued task ran")
		}
	}},
	{"C2", "a running task sees the end of the context", 0, func(t *trial, _ peers.Pool) {
		p, cancel := t.openContext(1)
		started := make(chan struct{})
		r := t.submit(p, func(ctx context.Context) (int, error) {
			close(started)
			<-ctx.Done()
			return 0, errPlanned
		})
		<-started
		cancel()
		t.step("waiting for the running task")
		if err := outcome(r); err == nil {
			t.failf("the task succeeded")
		}
	}},
	{"C3", "after the end of the context a result is not there while its task runs", 0, func(t *trial, _ peers.Pool) {
		p, cancel := t.openContext(1)
		gate, started := make(chan struct{}), make(chan struct{})
		var inside atomic.Bool
		r := t.submit(p, func(context.Context) (int, error) {
			inside.Store(true)
			close(started)
			<-gate
			inside.Store(false)
			return 7, nil
		})
		<-started
		cancel()
		time.AfterFunc(pause, func() { close(gate) })
		t.step("waiting for the running task")
		err := outcome(r)
		if inside.Load() {
			t.failf("its waiter was told %q while it ran", err)
		}
	}},
	{"C4", "one queued task can be cancelled, the others run", 1, func(t *trial, p peers.Pool) {
		t.need(p.Submit != nil, "no results")
		gate := make(chan struct{})
		running := t.submit(p, gated(gate))
		t.need(running.Cancel != nil, "no cancel of one task")
		var ran atomic.Bool
		cancelled := t.submit(p, func(context.Context) (int, error) { ran.Store(true); return 0, nil })
		other := t.submit(p, value(42))
		if !cancelled.Cancel() {
			t.failf("a queued task could not be cancelled")
		}
		t.step("waiting for the cancelled task")
		if err := outcome(cancelled); err == nil {
			t.failf("the cancelled task succeeded")
		}
		close(gate)
		t.step("waiting for the other task")
		if v, err := other.Wait(background); v != 42 || err != nil || ran.Load() {
			t.failf("the other task gave %d, %v; the cancelled one ran: %v", v, err, ran.Load())
		}
	}},
}

// openContext opens a pool whose tasks are governed by a context.
func (t *trial) openContext(workers int) (peers.Pool, context.CancelFunc) {
	ctx, cancel := context.WithCancel(background)
	p := t.peer.New(peers.Config{Workers: workers, Context: ctx})
	t.need(p.Contexts && p.Submit != nil, "takes no context")
	return p, cancel
}
