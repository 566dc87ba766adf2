package score

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"poolbench/executors/peers"
)

// pause is long enough for a goroutine to get where it will block. It decides no
// verdict in favour of a hang; that is what the time limit is for.
const pause = 100 * time.Millisecond

var background = context.Background()

var results = []Behaviour{
	{"R1", "the value of a task reaches the one who waits for it", 2, func(t *trial, p peers.Pool) {
		t.need(p.Submit != nil && p.Values, "no results")
		t.step("waiting for the value")
		if v, err := t.submit(p, value(42)).Wait(background); v != 42 || err != nil {
			t.failf("got %d, %v", v, err)
		}
	}},
	{"R2", "the error of a task reaches the one who waits for it", 2, func(t *trial, p peers.Pool) {
		t.need(p.Submit != nil, "no results")
		t.step("waiting for the error")
		if _, err := t.submit(p, returns(errPlanned)).Wait(background); !errors.Is(err, errPlanned) {
			t.failf("got %v", err)
		}
	}},
	{"R3", "a result can be had while other tasks run", 2, func(t *trial, p peers.Pool) {
		t.need(p.Submit != nil, "no results")
		gate := make(chan struct{})
		t.need(p.Alone, "results of all tasks together only")
		t.submit(p, gated(gate))
		t.step("waiting for one of two tasks")
		if v, err := t.submit(p, value(42)).Wait(background); v != 42 || err != nil {
			t.failf("got %d, %v", v, err)
		}
	}},
	{"R4", "waiting can be given up, and taken up again", 2, func(t *trial, p peers.Pool) {
		t.need(p.Submit != nil, "no results")
		gate := make(chan struct{})
		r := t.submit(p, gated(gate))
		t.need(p.Alone, "a wait without an end")
		ended, cancel := context.WithCancel(background)
		cancel()
		t.step("giving up")
		if _, err := r.Wait(ended); err == nil {
			t.failf("no error")
		}
		close(gate)
		t.step("waiting again")
		if v, err := r.Wait(background); v != 7 || err != nil {
			t.failf("got %d, %v the second time", v, err)
		}
	}},
	{"R5", "8 submitters lose no task and have none run twice", 4, func(t *trial, p peers.Pool) {
		var ran [8 * 2000]atomic.Int32
		var submitters, tasks sync.WaitGroup
		tasks.Add(len(ran))
		for s := range 8 {
			submitters.Go(func() {
				for i := range 2000 {
					t.do(p, func() { ran[s*2000+i].Add(1); tasks.Done() })
				}
			})
		}
		t.step("waiting for all tasks")
		submitters.Wait()
		tasks.Wait()
		for i := range ran {
			if n := ran[i].Load(); n != 1 {
				t.failf("task %d ran %d times", i, n)
			}
		}
	}},
	{"R6", "one worker starts tasks in the order of submission", 1, func(t *trial, p peers.Pool) {
		t.need(p.Limit, "no limit on what runs at once")
		var order []int
		var tasks sync.WaitGroup
		tasks.Add(500)
		for i := range 500 {
			t.do(p, func() { order = append(order, i); tasks.Done() })
		}
		t.step("waiting for all tasks")
		tasks.Wait()
		for i, got := range order {
			if got != i {
				t.failf("task %d started in place %d", got, i)
			}
		}
	}},
}

var errPlanned = errors.New("as planned")

func value(v int) func(context.Context) (int, error) {
	return func(context.Context) (int, error) { return v, nil }
}

func returns(err error) func(context.Context) (int, error) {
	return func(context.Context) (int, error) { return 0, err }
}

// gated returns 7 when the gate opens, whatever happens to its context.
func gated(gate <-chan struct{}) func(context.Context) (int, error) {
	return func(context.Context) (int, error) { <-gate; return 7, nil }
}

func (t *trial) open(workers int) peers.Pool { return t.peer.New(peers.Config{Workers: workers}) }

// do is Pool.Go where a refusal is a failure.
func (t *trial) do(p peers.Pool, f func()) {
	if err := p.Go(f); err != nil {
		t.failf("a task was refused: %v", err)
	}
}

// submit is Pool.Submit where a refusal is a failure.
func (t *trial) submit(p peers.Pool, f func(context.Context) (int, error)) peers.Result {
	r, err := p.Submit(f)
	if err != nil {
		t.failf("a task was refused: %v", err)
	}
	return r
}

// outcome waits and makes an error of a panic that the pool re-raises in the one
// who waits.
func outcome(r peers.Result) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case interface{ AsError() error }:
			err = p.AsError()
		case error:
			err = p
		default:
			err = fmt.Errorf("%v", p)
		}
	}()
	_, err = r.Wait(background)
	return err
}

func mentions(err error, text string) bool { return err != nil && strings.Contains(err.Error(), text) }
