package workloads

import (
	"context"

	"poolbench/executors"
)

// A Job is one prepared amount of work. It is used by one goroutine at a time.
// [Batch] and [Pipeline] make jobs; another shape is a type of one's own.
type Job interface {
	// Run executes the whole job on ex and returns when every task has ended:
	// one makespan. It returns the first error of a task that must not fail. When
	// ctx ends, tasks that have not started are cancelled and Run returns.
	Run(ctx context.Context, ex executors.Executor) error
	// Check tells what is wrong with the answer of the last Run, which must
	// have returned nil.
	Check() error
	// Close releases files. The job must not be used afterwards.
	Close() error
}

// A Timer is a Job that times some of its tasks from within the task function,
// wherever that runs: the time comes back with the output, from worker processes
// as well. The difference to the grain is what the task itself lost, to a shared
// cache, a slower clock rate or its turn on the CPU; what a worker spends beside
// it is the executor's. The shapes are Timers.
type Timer interface {
	// TaskTime is the mean wall time of the timed tasks of the last Run, which must
	// have returned nil, in seconds, and their share of all tasks, which is 0 when
	// none was timed.
	TaskTime() (seconds, share float64)
}

// A Meter is a Job that measures more than its makespan: how long requests took, or what
// a fault cost.
type Meter interface {
	// Values are those of the last Run, which must have returned nil, by unit, in seconds
	// or bytes, or nil when there are none. What could not be measured is absent.
	Values() map[string]float64
}

// A Parted is a Job whose parts can run alone: what overlapping them gains is seen
// then.
type Parted interface {
	// Parts may be called any number of times. The parts share the memory of the
	// job: run and check one before the next. They end with the Close of the job
	// and are not closed themselves.
	Parts() []Part
}

// A Part is a part of a job as a job of its own.
type Part struct {
	Name string // "cpu" for the part that computes, "wait" for the one that waits
	Job  Job
}

// An audited job also looks at what its tasks did together.
type audited struct {
	timedJob
	begin func()
	look  func() error
}

type timedJob interface {
	Job
	Timer
}

// audit has begin called before every run of a job of one of the shapes, within the timed
// part, and look after the checks of its tasks.
func audit(job Job, begin func(), look func() error) Job {
	return &audited{job.(timedJob), begin, look}
}

func (a *audited) Run(ctx context.Context, ex executors.Executor) error {
	a.begin()
	return a.timedJob.Run(ctx, ex)
}

func (a *audited) Check() error {
	if err := a.timedJob.Check(); err != nil {
		return err
	}
	return a.look()
}
