package process

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"poolbench/executors"
)

var (
	// errHello is the cause of a boot failure of a process that runs but is no worker.
	errHello = errors.New("did not say hello; does main, or TestMain, begin with process.WorkerMain()?")
	// errSilent is that of one that has not got so far.
	errSilent = errors.New("was not ready")
	// errBuild is that of one that is the worker of another program.
	errBuild = errors.New("is another build of this program")
)

// A prepareError is what the worker itself says went wrong before its first task.
// Trying again would not help.
type prepareError struct{ error }

func (e *prepareError) Unwrap() error { return e.error }

// A launchError says that the system did not start a process.
type launchError struct{ error }

func (e *launchError) Unwrap() error { return e.error }

func isLaunch(err error) bool {
	var launch *launchError
	return errors.As(err, &launch)
}

// isFinal reports whether to start another worker would fail too.
func isFinal(err error) bool {
	var refused *prepareError
	return errors.As(err, &refused)
}

// causeOf names the kind of a failure to start.
func causeOf(err error) string {
	var number syscall.Errno
	switch {
	case isLaunch(err) && errors.As(err, &number):
		return "launch: " + number.Error()
	case isLaunch(err):
		return "launch"
	case errors.Is(err, errBuild):
		return "build"
	}
	return "start"
}

// giveUp is why a pool is broken after n failures to start a worker, for the same cause.
func giveUp(cause error, n int, in time.Duration) error {
	var broken *executors.BrokenError
	switch {
	case errors.As(cause, &broken):
		return broken
	case isFinal(cause):
		return &executors.BrokenError{Cause: cause}
	}
	return fmt.Errorf("%w: %w (%d attempts in %v)", cause, ErrBoot, n, in.Round(time.Millisecond))
}

// maxFailures is how many workers in a row must fail to start for the same cause before
// the pool gives up, and startPatience for how long nothing must have started; where
// the system refuses to start processes that is Options.BootTimeout, for it may be short
// of something for a while.
const (
	maxFailures   = 4
	startPatience = time.Second
)

// A streak counts failures to start since anything has started.
type streak struct {
	n     int       // of the same cause
	all   int       // of any
	cause string    // kind of the last one
	since time.Time // the first of that cause
}

// note counts a failure to start, and returns why the pool is to give up, if it is.
func (f *streak) note(cause error, bootTimeout time.Duration) error {
	if kind := causeOf(cause); kind != f.cause {
		f.n, f.cause, f.since = 0, kind, time.Now()
	}
	f.n++
	most := startPatience
	if isLaunch(cause) {
		most = max(most, bootTimeout)
	}
	if !isFinal(cause) && (f.n < maxFailures || time.Since(f.since) < most) {
		return nil
	}
	return giveUp(cause, f.n, time.Since(f.since))
}
