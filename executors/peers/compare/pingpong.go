package compare

import (
	"sync"
	"sync/atomic"

	"poolbench/executors"
)

// The bar is against the two channels. What lies between is measured step by step: a task
// that is allocated, a goroutine that is woken by what a future has in place of a channel,
// and all of ours but the hand-over.
var pingPong = Row{
	Name: "pingpong", Unit: "ns", Share: 5,
	Doc: "submit one empty task and take its result, then the next",
	Arms: []Arm{
		{ours, timed(pingPonging(clientOurs))},
		{bare, timed(pingPonging(clientBare))},
		{"the same, a task each", timed(pingPonging(clientAllocating))},
		{"a task each, woken by a Cond", timed(pingPonging(clientWaking))},
		{"ours, serial", timed(pingPonging(clientSerial))},
		{"channel of closures", timed(pingPonging(clientChannel))},
		{"pond results", timed(pingPonging(clientPond))},
	},
	Checks: []Check{
		{ours, bare, 1.4},
		{"the same, a task each", bare, 0},
		{"a task each, woken by a Cond", bare, 0},
		{"ours, serial", bare, 0},
		{"channel of closures", bare, 0},
		{ours, "channel of closures", 0},
		{ours, "pond results", 0},
	},
}

const bare = "unbuffered channels"

// clientBare is the least a hand-over to another goroutine and back can cost.
func clientBare() client[chan int] {
	request, reply := make(chan int), make(chan int)
	go func() {
		for v := range request {
			reply <- v
		}
		close(reply)
	}()
	return client[chan int]{
		submit: func(i int) (chan int, error) { request <- i; return reply, nil },
		result: receive,
		end:    func() error { close(request); <-reply; return nil },
	}
}

// A bareTask is as large as a task of ours, and has pointers as that has.
type bareTask struct {
	waiter  atomic.Pointer[bareWaiter]
	_       [9]*int
	in, out int
}

// clientAllocating is clientBare with what any future must be: something that each task has
// of its own.
func clientAllocating() client[*bareTask] {
	request, reply := make(chan *bareTask), make(chan struct{})
	go func() {
		for t := range request {
			t.out = t.in
			reply <- struct{}{}
		}
		close(reply)
	}()
	return client[*bareTask]{
		submit: func(i int) (*bareTask, error) { t := &bareTask{in: i}; request <- t; return t, nil },
		result: func(t *bareTask) (int, error) { <-reply; return t.out, nil },
		end:    func() error { close(request); <-reply; return nil },
	}
}

// A bareWaiter wakes a goroutine as a future does.
type bareWaiter struct {
	wake sync.Cond
	task *bareTask
}

func (w *bareWaiter) Lock() {}
func (w *bareWaiter) Unlock() {
	if !w.task.waiter.CompareAndSwap(nil, w) {
		w.wake.Signal()
	}
}

// clientWaking is clientAllocating whose reply may be waited for by anybody, or nobody.
func clientWaking() client[*bareTask] {
	waiters := sync.Pool{New: func() any { w := &bareWaiter{}; w.wake.L = w; return w }}
	settled := &bareWaiter{}
	request, ended := make(chan *bareTask), make(chan struct{})
	go func() {
		for t := range request {
			t.out = t.in
			if w := t.waiter.Swap(settled); w != nil {
				w.wake.Signal()
			}
		}
		close(ended)
	}()
	return client[*bareTask]{
		submit: func(i int) (*bareTask, error) { t := &bareTask{in: i}; request <- t; return t, nil },
		result: func(t *bareTask) (int, error) {
			if t.waiter.Load() != settled {
				w := waiters.Get().(*bareWaiter)
				w.task = t
				w.wake.Wait()
				waiters.Put(w)
			}
			return t.out, nil
		},
		end: func() error { close(request); <-ended; return nil },
	}
}

// clientSerial is all of ours but the hand-over.
func clientSerial() client[*executors.Future[int]] {
	ex := executors.NewSerial()
	return takingFutures(ex, func(i int) (*executors.Future[int], error) { return executors.Submit(background, ex, echo, i) })
}
