package executors

import (
	"context"
	"errors"
)

// plain is a task without a future. A func is one word, so that making it a Task
// allocates nothing; the price is that nobody can cancel it.
type plain func()

var errPanicked = errors.New("executors: panic in a function given to Go")

func (f plain) Run(w *Worker) {
	err := error(ErrGoexit)
	defer func() {
		if r := recover(); r != nil {
			err = errPanicked
			logPanic("executors: a function given to Go panicked", r)
		}
		w.note(err)
	}()
	f()
	err = nil
}

func (f plain) Context() context.Context { return context.Background() }
func (f plain) Cancel() bool             { return false }
func (f plain) State() State             { return Pending } // nobody will ask
func (f plain) Remote() (Remote, error)  { return nil, ErrNotShippable }
func (f plain) assist(*Worker) bool      { return false } // it has no future to wait for
func (f plain) base() *future            { return nil }
func (f plain) priority() int            { return 0 }

// Fail drops the task: there is nobody to tell but the log.
func (f plain) Fail(err error) bool {
	logError("executors: a function given to Go was not run", "error", err)
	return true
}
