package program

import (
	"errors"
	"fmt"
)

// Exit codes, beside those of package gate.
const (
	OK          = 0
	Usage       = 2 // wrong usage, or a file that cannot be read
	Failed      = 3
	Interrupted = 130
)

// An ExitError ends the program with a code. Err may be nil when everything has
// been said already.
type ExitError struct {
	Code int
	Err  error
}

func (e *ExitError) Error() string { return fmt.Sprint(e.Err) }
func (e *ExitError) Unwrap() error { return e.Err }

// UsageErrorf is an error of whoever typed the command.
func UsageErrorf(format string, args ...any) error {
	return &ExitError{Usage, fmt.Errorf(format, args...)}
}

// ExitCode is what the program ends with after err, which may be nil.
func ExitCode(err error) int {
	var exit *ExitError
	switch {
	case err == nil:
		return OK
	case errors.As(err, &exit):
		return exit.Code
	}
	return Failed
}
