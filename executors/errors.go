package executors

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"poolbench/executors/internal/codec"
)

var (
	// ErrShutdown is returned by Submit after Shutdown.
	ErrShutdown = errors.New("executors: executor is shut down")

	// ErrShutdownInside is returned by Shutdown when it is called by a task of the
	// executor itself, which could only wait for itself.
	ErrShutdownInside = errors.New("executors: a task cannot wait for the shutdown of its own executor")

	// ErrCancelled is the error of a future that was cancelled before its task
	// started. errors.Is(err, context.Canceled) holds too.
	ErrCancelled = fmt.Errorf("executors: task was cancelled before it started: %w", context.Canceled)

	// ErrNotShippable is returned by Submit, and yielded by Map, when a closure is given
	// to an executor of worker processes: only functions made with Define exist there.
	ErrNotShippable = errors.New("executors: a closure cannot be sent to another process; use a function made with Define")

	// ErrUnsendable is wrapped by the error of Submit, and of a future, when something
	// cannot be sent to another process: a type, or a value that would not arrive as it
	// is. The text names the field and says what to do. See Define for what travels.
	ErrUnsendable = codec.ErrUnsendable

	// ErrTooLarge is wrapped by the error of a task whose encoded input or output is
	// larger than a message of its executor may be.
	ErrTooLarge = codec.ErrTooLarge

	// ErrUnknownFunc is the error of a task whose function is not defined in the
	// process that should run it.
	ErrUnknownFunc = errors.New("executors: no task function of this name is defined in this process")

	// ErrFull is returned by Submit when the queue is bounded, full, and its policy
	// is Refuse.
	ErrFull = errors.New("executors: the queue is full")

	// ErrGoexit is the error of a task that called runtime.Goexit, as
	// testing.T.FailNow does.
	ErrGoexit = errors.New("executors: task called runtime.Goexit")

	// ErrSettled is returned by a Promise that has a result already.
	ErrSettled = errors.New("executors: future is settled already")

	// ErrDeadlock is the cause of the *WaitError of a wait inside a task that could never
	// end, because what it waits for waits for the task itself: directly, over others, or
	// for one of the workers that all are held up by tasks that wait so. Submit returns it
	// if it would wait so for room in a queue.
	ErrDeadlock = errors.New("executors: deadlock: what the task would wait for cannot go on before the task does")

	// ErrNilFunc is returned by Submit when there is no function to call.
	ErrNilFunc = errors.New("executors: nil function")

	// ErrNilArgument is the error of a call that was given nil for a context, an
	// executor, a sequence, a future or a task: it has done nothing. Functions that
	// return no error panic with it.
	ErrNilArgument = errors.New("executors: nil argument")

	errNilContext  = fmt.Errorf("%w: a context is needed; context.Background() never ends", ErrNilArgument)
	errNilExecutor = fmt.Errorf("%w: an executor is needed; did its constructor return an error?", ErrNilArgument)
	errNilInputs   = fmt.Errorf("%w: a sequence of inputs is needed", ErrNilArgument)
	errNilFuture   = fmt.Errorf("%w: a future is needed; did Submit return an error?", ErrNilArgument)
	errNilTask     = fmt.Errorf("%w: a task is needed", ErrNilArgument)
	errNilCallback = fmt.Errorf("%w: a callback is needed", ErrNilArgument)
)

// A PanicError is the error of a task that panicked.
type PanicError struct {
	Value any    // what was given to panic; its text, when the task ran in another process
	Stack []byte // stack of the panicking goroutine, as text
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("executors: task panicked: %v", e.Value)
}

// panicked is the error of what recover returned, err if there was no panic.
func panicked(recovered any, err error) error {
	if recovered == nil {
		return err
	}
	return &PanicError{Value: recovered, Stack: debug.Stack()}
}

// Unwrap gives the panic value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// A RemoteError is an error that a task returned in another process. Its type
// stayed there; what is left is text.
type RemoteError struct {
	Func string // name of the task function
	Type string // Go type of the original error
	Text string // its Error()
	is   error
}

func (e *RemoteError) Error() string { return e.Text }

// Unwrap gives the sentinel that the original error matched, so that
// errors.Is(err, context.DeadlineExceeded) works across processes.
func (e *RemoteError) Unwrap() error { return e.is }

// A WorkerLostError is the error of the task that was running when its worker
// process ended.
type WorkerLostError struct {
	Func     string // name of the task function
	Pid      int    // of the worker
	ExitCode int    // -1 when it was killed by a signal
	Signal   string // "killed", "segmentation fault"; empty when it exited

	// Stdout and Stderr are the end of what the worker printed while the task ran. A
	// first line in brackets says so if some of it is or may be older.
	Stdout, Stderr string
}

func (e *WorkerLostError) Error() string {
	how := fmt.Sprintf("exited with code %d", e.ExitCode)
	if e.Signal != "" {
		how = "was ended by signal: " + e.Signal
	}
	return fmt.Sprintf("executors: worker process %d %s while it ran %s", e.Pid, how, e.Func)
}

// A WaitError is the error of a wait that its context ended, or that would have been a
// deadlock. The tasks go on.
type WaitError struct {
	Unfinished int   // futures that were not settled
	Total      int   // distinct futures waited for
	Cause      error // of the context's end, or ErrDeadlock
}

func (e *WaitError) Error() string {
	if e.Total == 1 {
		return fmt.Sprintf("executors: stopped waiting for a future: %v", e.Cause)
	}
	return fmt.Sprintf("executors: stopped waiting: %d (of %d) futures unfinished: %v", e.Unfinished, e.Total, e.Cause)
}

// Unwrap gives the cause.
func (e *WaitError) Unwrap() error { return e.Cause }

// A BrokenError is why an executor refuses tasks, or gave them up: its workers
// cannot start.
type BrokenError struct{ Cause error }

func (e *BrokenError) Error() string {
	return fmt.Sprintf("executors: executor is broken, its workers cannot start: %v", e.Cause)
}

// Unwrap gives what went wrong.
func (e *BrokenError) Unwrap() error { return e.Cause }
