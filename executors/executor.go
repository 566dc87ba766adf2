package executors

import (
	"context"
	"sync"
	"sync/atomic"
)

// An Executor runs tasks on its workers. The functions of this package are
// written on top of it, so that any type with these methods has futures, maps
// and waits. An implementation must be comparable (a pointer), and its methods
// must be safe for concurrent use. With an embedded [Home] its tasks take less memory.
type Executor interface {
	// Submit accepts a task or refuses it with an error, [ErrShutdown] after
	// Shutdown. An accepted task must be given to Task.Run (or settled by its
	// Cancel or Fail) exactly once. Submit does not wait for the task.
	Submit(Task) error

	// Shutdown refuses further tasks and waits until the accepted ones have ended
	// and the workers are gone. When ctx ends first it returns an error that says
	// how much still runs; that work goes on, and Shutdown may be called again to
	// wait on. Called by a task on its own executor it returns
	// [ErrShutdownInside] without any effect. A task is known by its context; executors
	// of this package know its own goroutine too, on amd64 and arm64, whatever ctx is.
	// (A goroutine that a task has started is known only by the context.) By a task that
	// one of the executor waits for it returns [ErrDeadlock], likewise.
	Shutdown(ctx context.Context) error

	// Workers is the greatest number of tasks that run at the same time, at
	// least 1.
	Workers() int
}

// A Task is one submitted call as an executor sees it. Submit makes tasks; only
// this package implements the interface.
type Task interface {
	// Run claims the task, calls its function in the calling goroutine and
	// settles its future. It returns at once if the task was cancelled or has
	// been claimed already. Run never panics; a task that calls runtime.Goexit
	// settles its future with ErrGoexit and ends the calling goroutine, as Goexit
	// does, after Run's deferred work.
	//
	// w tells the task where it runs, see CurrentWorker; it may be nil, and then
	// waiting inside the task cannot be helped.
	Run(w *Worker)

	// Context is the context given to Submit: it bounds how long an executor may
	// block in its Submit.
	Context() context.Context

	// Cancel settles the future as cancelled if nobody has claimed the task, and
	// reports whether it is now cancelled; the input is forgotten, and an executor
	// that is a Dropper is told first. On a running task it cancels the
	// task's context and returns false.
	Cancel() bool

	// Fail settles the future with err without running the task, and reports
	// whether it did: false if the task was claimed or settled before.
	Fail(err error) bool

	// State is that of the future.
	State() State

	// Remote is the view of the task that can be sent to another process. The error is
	// ErrNotShippable for a closure, or wraps ErrUnsendable for a function whose inputs
	// or outputs cannot travel: an executor's Submit should return it.
	Remote() (Remote, error)

	// assist claims the task and has it run for a worker that waits for it: here, if
	// the worker is tied to a thread, else beside the caller. False if it was claimed
	// or settled before.
	assist(w *Worker) bool
	base() *future // nil where there is none
	priority() int
}

// A Remote is a task whose call can travel: a name, an encoded input and an
// encoded output.
type Remote interface {
	// Task is what this is the view of.
	Task() Task

	// FuncName is the name under which the function was defined.
	FuncName() string

	// AppendInput appends the encoded input to b. It may be called before the executor's
	// Submit returns, or once the task is started: at other times the input may be forgotten
	// meanwhile, because the task is cancelled. To an empty b it may return other
	// memory if that has at least LargeValue bytes: the input itself, to be read
	// only. An encoded input of more than limit bytes is ErrTooLarge, a value that
	// cannot travel ErrUnsendable, and a panic of an encoding method of the input is
	// returned as an error, as is ErrCancelled if the task is cancelled already.
	AppendInput(b []byte, limit int) ([]byte, error)

	// Start claims the task: from now on it counts as running. False means that
	// it was cancelled or claimed, and must be dropped.
	Start() bool

	// Context is done when the future of the running task is cancelled. To ask it may
	// call code of a user.
	Context() context.Context

	// Ended reports whether the context of the started task has ended: its future was
	// cancelled, or the context given to Submit ended. Code of users is not called.
	Ended() bool

	// Settle ends a started task with the encoded output, or with err if that is
	// not nil. An output that cannot be decoded settles the future with that
	// error. An output of at least LargeValue bytes belongs to the future then; a
	// smaller one may be reused. Only the first call has an effect; calls may meet.
	Settle(output []byte, err error)

	// SettleLoan is Settle for an output in memory that is only lent, to a function
	// that returns a Loan: release is called when nobody looks at it any more. For other
	// functions it is false, and has no effect.
	SettleLoan(output []byte, release func()) bool

	// Custom reports whether Settle, to decode an output, calls methods of users' types:
	// they may take for ever, or end the goroutine with runtime.Goexit.
	Custom() bool
}

// A Worker is the identity of a worker, given to the tasks it runs.
type Worker struct {
	Executor Executor // the executor it belongs to
	ID       int      // from 0, unique in a pool; 0 for all of serial and spawn, -1 where a full queue has the caller wait for the task
	State    any      // the worker's own, set by Options.Init and used by its tasks, one at a time unless a task goes on though one has stopped waiting for it

	counts outcomes
	locked bool           // tied to an OS thread: everything it runs must run there
	move   func() bool    // makes another goroutine fit for its tasks; nil if every one is
	borrow bool           // it has no goroutine of its own, but that of a submitter
	beside sync.WaitGroup // of tasks that it runs for a task that waits for them, or waited
	in     whereabouts
}

// outcomes count what became of tasks. One goroutine writes, others may read.
type outcomes struct{ succeeded, failed, cancelled atomic.Int64 }

// note counts the outcome of a task that w ran; w may be nil.
func (w *Worker) note(err error) {
	switch {
	case w == nil:
	case err != nil:
		w.counts.failed.Add(1)
	default:
		w.counts.succeeded.Add(1)
	}
}

type workerKey struct{}

// CurrentWorker is the worker that runs the task ctx belongs to, nil outside a
// task.
func CurrentWorker(ctx context.Context) *Worker {
	if ctx == nil {
		return nil
	}
	w, _ := ctx.Value(workerKey{}).(*Worker)
	return w
}
