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

// Guarded calls f within its limit, on a goroutine of its own: one that hangs must not
// hang the run, and one that calls Goexit must not end it. An error wraps ErrAbandoned
// when f may still be running.
func Guarded[T any](ctx context.Context, limit time.Duration, f func(context.Context) (T, error)) (T, error) {
	within, cancel := sliceContext(ctx, limit)
	defer cancel()
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		returned := false
		defer func() {
			if r := recover(); r != nil {
				o.err = fmt.Errorf("it panicked: %v", r)
			} else if !returned {
				o.err = errors.New("it called runtime.Goexit")
			}
			done <- o
		}()
		o.value, o.err = f(within)
		returned = true
	}()
	var o outcome
	select {
	case o = <-done:
	case <-within.Done():
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case o = <-done:
		case <-timer.C:
			return o.value, fmt.Errorf("%w: %w", context.Cause(within), ErrAbandoned)
		}
	}
	if o.err != nil && context.Cause(within) == errInterrupted {
		o.err = fmt.Errorf("%w: %w", errInterrupted, o.err) // however the arm puts it
	}
	return o.value, o.err
}
