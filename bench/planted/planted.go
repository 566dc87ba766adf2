// Package planted makes executors and workloads whose costs are known because they
// were put there: what measures them must find them again.
//
//	[Pool]     workers that pay Costs for every task
//	[On]       an inline cost on top of an executor that is there
//	[Twin]     the same executor under another name: no difference to be found
//	[Pretend]  the plain loop that claims to have workers: a speedup of 1
//	[Work]     work that costs more on a pool, once a job or in every task
//
// Costs are paid by a [Spend]: [Sleep] in virtual time (testing/synctest), where
// makespans are exact, or [Spin], which does a fixed amount of work. Spin never
// waits for a deadline: a worker that loses its CPU must not be forgiven the time.
package planted

import (
	"context"
	"errors"
	"sync"
	"time"

	"poolbench/executors"
)

// A Spend lets the calling goroutine pay d.
type Spend func(d time.Duration)

// Sleep pays by waiting.
var Sleep Spend = time.Sleep

// Spin pays with kernel units, as many as units says for a duration.
func Spin(kernel func(units int64) uint64, units func(time.Duration) int64) Spend {
	return func(d time.Duration) {
		if d > 0 && kernel(units(d)) == 0 {
			panic("planted: the kernel gave nothing") // so that its work is not left out
		}
	}
}

// Costs are what a Pool pays. The zero value costs what goroutines and channels do.
type Costs struct {
	Inline   time.Duration // h: on the worker, before every task
	Dispatch time.Duration // d: in the one goroutine that hands tasks out, for every task
	Lock     time.Duration // on the worker, before every task, one worker at a time

	// Share is the fraction of the tasks that the first worker gets, whatever the
	// others do; they share the rest. 0 lets whoever is free take the next task.
	Share float64
}

// Pool is a kind of executor with costs. Its makespan for n tasks of w on P workers
// is n·max((w+h+l)/P, d, l), or n·Share·(w+h) with a Share above 1/P, once P is at
// least 2 where there is a Share.
func Pool(name string, costs Costs, spend Spend) executors.Kind {
	return executors.Kind{
		Name: name,
		Doc:  "a pool with planted costs",
		New: func(o executors.Options) (executors.Executor, error) {
			if err := o.Check(); err != nil {
				return nil, err
			}
			p := &pool{costs: costs, spend: spend, workers: o.Workers, in: make(chan executors.Task, queue), lock: make(chan struct{}, 1), idle: make(chan struct{})}
			sizes := []int{o.Workers}
			if costs.Share > 0 && o.Workers > 1 {
				sizes = []int{1, o.Workers - 1}
			}
			for _, n := range sizes {
				part, err := executors.Goroutines.New(executors.Options{Workers: n})
				if err != nil {
					return nil, err
				}
				p.parts = append(p.parts, part)
			}
			go p.dispatch()
			return p, nil
		},
	}
}

// queue is as many tasks as a job of package bench has at most, so that nobody ever
// waits for room.
const queue = 4096

type pool struct {
	costs   Costs
	spend   Spend
	workers int
	in      chan executors.Task
	parts   []executors.Executor // of the first worker, where it has a share of its own, and of the others
	lock    chan struct{}        // a channel: in virtual time waiting for a mutex stops the clock
	idle    chan struct{}        // closed when all tasks are handed out

	mu     sync.RWMutex
	closed bool
}

func (p *pool) Workers() int { return p.workers }

func (p *pool) Submit(t executors.Task) error {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.closed {
		return executors.ErrShutdown
	}
	p.in <- t
	return nil
}

func (p *pool) Shutdown(ctx context.Context) error {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		close(p.in)
	}
	p.mu.Unlock()
	select {
	case <-p.idle:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	var errs []error
	for _, part := range p.parts {
		errs = append(errs, part.Shutdown(ctx))
	}
	return errors.Join(errs...)
}

// dispatch hands the tasks to the workers.
func (p *pool) dispatch() {
	defer close(p.idle)
	first := func(i int) int { return int(float64(i) * p.costs.Share) } // tasks of the first worker among the first i
	i := 0
	for t := range p.in {
		p.spend(p.costs.Dispatch)
		part := p.parts[0]
		if len(p.parts) > 1 && first(i+1) == first(i) {
			part = p.parts[1]
		}
		_ = part.Submit(taxedTask{t, p.pay}) // it takes all until it is shut down
		i++
	}
}

// pay is what a worker pays for a task.
func (p *pool) pay() {
	p.spend(p.costs.Inline)
	if p.costs.Lock > 0 {
		p.lock <- struct{}{}
		p.spend(p.costs.Lock)
		<-p.lock
	}
}
