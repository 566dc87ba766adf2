package block

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrAbandoned means that a slice ignored the end of its context: it may still run.
var ErrAbandoned = errors.New("it did not end when told to and was abandoned")

// errInterrupted is the cause of the end of a slice that the end of the run cut short.
var errInterrupted = errors.New("the run was interrupted")

// interrupted reports whether err is there because ctx, that of the run, has ended.
func interrupted(ctx context.Context, err error) bool {
	return err != nil && ctx.Err() != nil &&
		(errors.Is(err, errInterrupted) || errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx)))
}

// grace is how long a slice may take to end once its time is over, or once the run was
// interrupted.
const grace = 2 * time.Second

// sliceContext ends after limit, if there is one. The end of ctx does not end it at
// once: a slice under way is worth finishing, unless it takes longer than grace. Then
// the cause is errInterrupted.
func sliceContext(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	slice, interrupt := context.WithCancelCause(context.WithoutCancel(ctx))
	cancel := func() {}
	if limit > 0 {
		slice, cancel = context.WithTimeoutCause(slice, limit, fmt.Errorf("no result within %v", limit))
	}
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(grace):
			interrupt(errInterrupted)
		case <-slice.Done():
		}
	})
	return slice, func() { stop(); cancel(); interrupt(nil) }
}

// guarded calls f on a goroutine of its own: one that hangs must not hang the run, and
// one that calls Goexit must not end it. An error wraps ErrAbandoned when f may still
// be running.
func guarded(ctx context.Context, f func() error) error {
	done := make(chan error, 1)
	go func() {
		err, returned := error(nil), false
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("it panicked: %v", r)
			} else if !returned {
				err = errors.New("it called runtime.Goexit")
			}
			done <- err
		}()
		err = f()
		returned = true
	}()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case err = <-done:
		case <-timer.C:
			return fmt.Errorf("%w: %w", context.Cause(ctx), ErrAbandoned)
		}
	}
	if err != nil && context.Cause(ctx) == errInterrupted {
		return fmt.Errorf("%w: %w", errInterrupted, err) // however the arm puts it
	}
	return err
}
