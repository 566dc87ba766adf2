package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"poolbench/executors"
	"poolbench/workloads"
)

// errAbandoned means that a job ignored the end of its context.
var errAbandoned = errors.New("it did not end when told to and was abandoned")

// errInterrupted is the cause of the end of a trial that the end of the run cut
// short.
var errInterrupted = errors.New("the run was interrupted")

// interrupted reports whether err is there because ctx, that of the run, has
// ended.
func interrupted(ctx context.Context, err error) bool {
	return err != nil && ctx.Err() != nil &&
		(errors.Is(err, errInterrupted) || errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx)))
}

// grace is how long a trial may take to end once its time is over, or once the
// run was interrupted.
const grace = 2 * time.Second

// timeJob runs job on ex once, with a time limit, and checks the answer. The
// makespan does not include the check. An error wraps errAbandoned when job may
// still be running.
func timeJob(ctx context.Context, job workloads.Job, ex executors.Executor, limit time.Duration) (time.Duration, error) {
	collect()
	trialContext, cancel := trialContext(ctx, limit)
	defer cancel()
	type outcome struct {
		makespan time.Duration
		err      error
		returned bool
	}
	// On a goroutine of its own: one that hangs must not hang the run, and one
	// that calls Goexit must not end it.
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if r := recover(); r != nil {
				o.err = fmt.Errorf("the job panicked: %v", r)
			} else if !o.returned {
				o.err = errors.New("the job called runtime.Goexit")
			}
			done <- o
		}()
		begin := time.Now()
		o.err = job.Run(trialContext, ex)
		o.makespan = time.Since(begin)
		if o.err == nil {
			if err := job.Check(); err != nil {
				o.err = fmt.Errorf("wrong answer: %w", err)
			}
		}
		o.returned = true
	}()
	var o outcome
	select {
	case o = <-done:
	case <-trialContext.Done():
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case o = <-done:
		case <-timer.C:
			return 0, fmt.Errorf("%w: %w", context.Cause(trialContext), errAbandoned)
		}
	}
	if o.err != nil && context.Cause(trialContext) == errInterrupted {
		return 0, fmt.Errorf("%w: %w", errInterrupted, o.err) // however the job puts it
	}
	if o.err != nil {
		return 0, o.err
	}
	if o.makespan <= 0 {
		return 0, errors.New("it took no time, which no clock here can tell from nothing")
	}
	return o.makespan, nil
}

// trialContext ends after limit. The end of ctx does not end it at once: a trial
// under way is worth finishing, unless it takes longer than grace. Then the cause
// is errInterrupted.
func trialContext(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	interruptible, interrupt := context.WithCancelCause(context.WithoutCancel(ctx))
	trial, cancel := context.WithTimeoutCause(interruptible, limit, fmt.Errorf("no result within %v", limit))
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(grace):
			interrupt(errInterrupted)
		case <-trial.Done():
		}
	})
	return trial, func() { stop(); cancel(); interrupt(nil) }
}
