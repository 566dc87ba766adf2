package executortest

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"time"

	"poolbench/executors"
)

// A Capability is what an executor must be able to do for a case to apply. It is
// a set of bits.
type Capability uint

const (
	Background   Capability = 1 << iota // runs tasks while the submitter goes on: not inline
	Closures                            // runs closures: same process
	Shipping                            // runs tasks in another process
	Resizing                            // see executors.Resize
	Statistics                          // see executors.StatsOf
	Bounds                              // takes Options.Queue
	Initializers                        // takes Options.Init
	Retirement                          // takes Options.Idle
	Priorities                          // starts a task of a higher priority first

	// What the contract demands of all: a case that needs one of these fails without.
	works    // makes executors that run tasks and can be shut down
	queueing // accepts tasks while its workers are busy
	parallel // runs as many tasks at the same time as it has workers
	lasting  // keeps a worker whose task has called runtime.Goexit

	Anything Capability = 0
	demanded            = works | queueing | parallel | lasting
)

var capabilityDocs = []string{
	"a submitter that goes on while tasks run", "tasks in the same process", "tasks in another process",
	"a number of workers that can change", "statistics", "a bounded queue", "initialisers of workers",
	"idle workers that end", "priorities", "executors that run tasks", "a queue",
	"workers that run tasks at the same time", "workers that outlive runtime.Goexit",
}

// String lists what is in the set.
func (c Capability) String() string {
	if c == Anything {
		return "nothing"
	}
	var docs []string
	for ; c != 0; c &= c - 1 {
		docs = append(docs, capabilityDocs[bits.TrailingZeros(uint(c))])
	}
	return strings.Join(docs, ", ")
}

// Capabilities finds out by trying what executors of this kind can do. The error
// says that they cannot even be made, or do not answer within [Limit].
func Capabilities(kind executors.Kind) (Capability, error) {
	s := newSuite(kind)
	if r := s.run(context.Background(), exploring); r.Outcome != Held {
		return 0, fmt.Errorf("finding out what %s can do: %s", kind.Name, r.brief())
	}
	return s.can &^ demanded, nil
}

// capabilities is Capabilities without a limit but the end of ctx. Without a queue
// nothing can overtake, and trying would block.
func capabilities(ctx context.Context, kind executors.Kind, queues bool) (Capability, error) {
	ex, err := kind.New(executors.Options{Workers: 1})
	if err != nil {
		return 0, fmt.Errorf("making an executor with one worker: %w", err)
	}
	defer ex.Shutdown(ctx)
	can := optionsTaken(ctx, kind)
	if !executors.IsInline(ex) {
		can |= Background
	}
	if _, ok := executors.StatsOf(ex); ok {
		can |= Statistics
	}
	if ok, err := executors.Resize(ex, 1); ok && err == nil {
		can |= Resizing
	}
	_, err = executors.SubmitFunc(ctx, ex, func(context.Context) (int, error) { return 0, nil })
	switch {
	case errors.Is(err, executors.ErrNotShippable):
		return can | Shipping, nil
	case err != nil:
		return 0, fmt.Errorf("a closure was refused, and not with ErrNotShippable: %w", err)
	}
	can |= Closures
	if queues && can&Background != 0 && overtakes(ctx, ex) {
		can |= Priorities
	}
	return can, nil
}

// optionsTaken tells which options New does not refuse.
func optionsTaken(ctx context.Context, kind executors.Kind) (can Capability) {
	for c, o := range map[Capability]executors.Options{
		Bounds:       {Workers: 1, Queue: 1},
		Initializers: {Workers: 1, Init: func(context.Context, *executors.Worker) error { return nil }},
		Retirement:   {Workers: 1, Idle: time.Minute},
	} {
		if ex, err := kind.New(o); err == nil {
			can |= c
			_ = ex.Shutdown(ctx) // whether that works is for the cases
		}
	}
	return can
}

// overtakes tries whether a task of a higher priority starts before one that was
// submitted earlier.
func overtakes(ctx context.Context, ex executors.Executor) bool {
	block, inside, started := make(chan struct{}), make(chan struct{}, 1), make(chan int, 2)
	var errs [3]error
	_, errs[0] = executors.SubmitFunc(ctx, ex, func(context.Context) (int, error) {
		inside <- struct{}{}
		select {
		case <-block:
		case <-ctx.Done():
		}
		return 0, nil
	})
	select {
	case <-inside:
	case <-ctx.Done():
		return false
	}
	for i := range 2 {
		_, errs[i+1] = executors.SubmitFunc(ctx, ex, func(context.Context) (int, error) {
			started <- i
			return i, nil
		}, executors.Priority(i))
	}
	close(block)
	if errors.Join(errs[:]...) != nil {
		return false
	}
	select {
	case first := <-started:
		return first == 1
	case <-ctx.Done():
		return false
	}
}
