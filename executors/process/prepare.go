package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"poolbench/executors"
)

// prepare does in a worker what comes before its first task: the memory limit
// first, so that the initialiser is bound by it, and the baseline of growth last.
func (c *child) prepare(t ticket) error {
	if t.rlimit {
		if err := limitMemory(t.memory); err != nil {
			return fmt.Errorf("setting the memory limit: %w", err)
		}
	}
	if t.memory > 0 {
		debug.SetMemoryLimit(t.memory / 10 * 9)
	}
	if t.shared != 0 {
		if err := openShared(t.shared); err != nil {
			return fmt.Errorf("mapping the shared objects: %w", err)
		}
	}
	if t.init != "" {
		if err := callInit(t.init); err != nil {
			return err
		}
	}
	if t.watch && c.page != nil {
		c.page.setBaseline(resident())
		c.watch = true
	}
	return nil
}

// callInit calls the initialiser in a goroutine of its own, which Goexit may end.
func callInit(name string) error {
	done := make(chan error, 1)
	go func() {
		err := error(executors.ErrGoexit)
		defer func() { done <- err }()
		_, err = executors.Lookup(name).CallRemote(context.Background(), nil, nil, 0)
	}()
	return <-done
}

// residentEvery is how often a worker under load measures its memory.
const residentEvery = 50 * time.Millisecond

// measure publishes the resident memory of the worker, between two tasks: under
// load now and then, else after each task.
func (c *child) measure(at moment) {
	if !c.watch || c.in.waiting() && at-c.measured < moment(residentEvery) {
		return
	}
	c.measured = at
	c.page.setResident(resident())
}

// unprepared is the error of a boot that failed because of what the worker had to
// do before its first task. err is what the parent saw.
func (w *worker) unprepared(err error) error {
	o := &w.pool.opts
	if o.InitFunc == nil {
		return err
	}
	var said *prepareError
	if errors.Is(err, errHello) && !errors.As(err, &said) && !errors.Is(err, os.ErrDeadlineExceeded) {
		err = w.lostError(o.InitFunc.Name(), 0)
	}
	return &executors.BrokenError{Cause: fmt.Errorf("initialiser %s: %w", o.InitFunc.Name(), err)}
}

// A prepareError is what the worker itself says went wrong before its first task.
// Trying again would not help.
type prepareError struct{ error }

func (e *prepareError) Unwrap() error { return e.error }

func (w *worker) initName() string {
	if f := w.pool.opts.InitFunc; f != nil {
		return f.Name()
	}
	return ""
}
