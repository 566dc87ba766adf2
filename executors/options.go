package executors

import (
	"context"
	"fmt"
	"time"
)

// Options configure an executor. The zero value of every field but Workers is the
// usual choice. A kind refuses an option that it cannot honour.
type Options struct {
	// Workers is the number of workers, from 1 to MaxWorkers. It is never defaulted: a
	// number that nobody chose cannot be compared with anything.
	Workers int

	// Queue bounds the tasks that wait for a worker; 0 means no bound. OnFull says
	// what Submit does when the bound is reached. A cancelled task leaves its place at
	// once. With Block, a task that submits to its own full executor waits for room that
	// only workers make; when all workers do that Submit returns ErrDeadlock: use
	// another policy there.
	Queue  int
	OnFull FullPolicy

	// Init, if not nil, is called by every worker before its first task; it may
	// set Worker.State. An error, panic or Goexit of it breaks the executor:
	// tasks that wait, and later ones, fail with a *BrokenError. It runs on the
	// thread of the tasks. A worker whose task called runtime.Goexit is not
	// initialised again, but on the threads kind, where it goes on on another thread.
	Init func(ctx context.Context, w *Worker) error

	// Idle ends workers that had nothing to do for this long; they come back on
	// demand. 0 keeps them.
	Idle time.Duration

	// CPUs, for the threads kind on Linux, pins the workers to these CPUs in turn. A
	// worker that comes for one that has ended gets the CPU of that one.
	CPUs []int
}

// MaxWorkers is the greatest number of workers.
const MaxWorkers = 1 << 30

// A FullPolicy says what Submit does when a bounded queue is full.
type FullPolicy int

const (
	Block       FullPolicy = iota // wait for room, or for the end of the task's context
	Refuse                        // return ErrFull
	RunInCaller                   // run the task beside the workers while the submitter waits: its Worker has ID -1, Stats do not count it, and Shutdown does not wait for it
)

// Check returns an error that names what is wrong with the options.
func (o Options) Check() error {
	switch {
	case o.Workers < 1:
		return fmt.Errorf("executors: %d workers asked for; at least 1 is needed", o.Workers)
	case o.Workers > MaxWorkers:
		return fmt.Errorf("executors: %d workers asked for; at most %d are possible", o.Workers, MaxWorkers)
	case o.Queue < 0:
		return fmt.Errorf("executors: a queue of %d tasks is not possible; 0 means no bound", o.Queue)
	case o.OnFull < Block || o.OnFull > RunInCaller:
		return fmt.Errorf("executors: unknown policy %d for a full queue", o.OnFull)
	case o.OnFull == RunInCaller && (o.Init != nil || len(o.CPUs) > 0):
		return fmt.Errorf("executors: Init and CPUs prepare workers, and a task that runs in its caller has none: use Block or Refuse")
	case o.Idle < 0:
		return fmt.Errorf("executors: an idle time of %v is not possible; 0 keeps workers for ever", o.Idle)
	}
	return nil
}

// optionsOf are those of a constructor: so many workers, and what set does to the rest.
func optionsOf(workers int, set []func(*Options)) Options {
	o := Options{Workers: workers}
	for _, f := range set {
		if f != nil {
			f(&o)
		}
	}
	return o
}

// only refuses every option but Workers, for kinds that have no use for them.
func (o Options) only(kind string) error {
	if err := o.Check(); err != nil {
		return err
	}
	if o.Queue != 0 || o.Init != nil || o.Idle != 0 || len(o.CPUs) != 0 {
		return fmt.Errorf("executors: %s has no option but Workers", kind)
	}
	return nil
}
