package workloads

import (
	"context"
	"fmt"
)

// A Batch is the shape of a job whose tasks do not depend on each other. On an
// executor that runs tasks in the caller it is a plain loop; on any other all are
// submitted, then all are collected.
type Batch[In, Out any] struct {
	Task *TaskFunc[In, Out]

	// Input makes the input of task i and what is wanted of it. It is called once for
	// each task, in order; seed is the task's own, never 0, and follows from that of
	// the job.
	Input func(i int, seed uint64) (in In, want Out)

	// Check tells what is wrong with what task i gave; the message need not say which
	// task it was. err is its error, nil unless MayFail, and then got is zero. A task
	// that has the result of another must be found here. See Equal.
	Check func(i int, got, want Out, err error) error

	// MayFail says that some tasks fail by design, by an error or a panic. What they
	// end with goes to Check and does not end the run. Otherwise the first error of
	// a task is that of Run, and cancels the others.
	MayFail bool

	// Close releases what the tasks used in this process; nil for nothing.
	Close func() error
}

// Equal is the Check of tasks that give what is wanted and do not fail.
func Equal[Out comparable](_ int, got, want Out, err error) error {
	if err == nil && got != want {
		err = fmt.Errorf("it gave %#v, want %#v", got, want)
	}
	return err
}

// Job makes p.Tasks inputs and the job of them, unless the context of p ends. Some
// tasks are timed from within, unless the grain of p is 0; those that fail do not
// count. The job is a Timer.
func (b Batch[In, Out]) Job(p Params) (Job, error) {
	s, err := b.stage(p, newTaskClock(p.Grain, p.Tasks))
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (b Batch[In, Out]) stage(p Params, clock *taskClock) (*stage[In, Out], error) {
	if p.Tasks < 1 {
		return nil, fmt.Errorf("workloads: %d tasks; at least 1 is needed", p.Tasks)
	}
	if b.Close == nil {
		b.Close = func() error { return nil }
	}
	n := p.Tasks
	s := &stage[In, Out]{Batch: b, taskClock: clock, inputs: make([]In, n), wants: make([]Out, n), outputs: make([]Out, n), errs: make([]error, n)}
	for i := range s.inputs {
		if p.Context != nil && p.Context.Err() != nil {
			return nil, context.Cause(p.Context)
		}
		s.inputs[i], s.wants[i] = b.Input(i, taskSeed(p.Seed, i))
	}
	return s, nil
}
