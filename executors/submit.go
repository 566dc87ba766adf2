package executors

import "context"

// Submit hands a call of fn, made with Define or Closure, to ex and returns its future,
// at once whatever the length of the queue; but Serial runs the task first, and a
// bounded queue may block.
//
// ctx governs the task, not the call of Submit: when it ends the future is
// cancelled as by Future.Cancel. In this process the task sees the values and the
// deadline of ctx; a worker process sees only its end. A context that can end costs
// five more allocations than context.Background(), another one costs one.
//
// The error is ErrShutdown after Shutdown, ErrNilFunc or ErrNilArgument, the cause of ctx if it
// has ended already, ErrNotShippable for a closure where tasks run in other processes,
// or another refusal of the executor; there is no future then.
func Submit[In, Out any](ctx context.Context, ex Executor, fn *Func[In, Out], in In, options ...SubmitOption) (*Future[Out], error) {
	if !fn.defined() {
		return nil, ErrNilFunc
	}
	return submit(ctx, ex, &call[In, Out]{fn: fn, in: in}, options)
}

func submit[In, Out any](ctx context.Context, ex Executor, c *call[In, Out], options []SubmitOption) (*Future[Out], error) {
	switch {
	case ctx == nil:
		return nil, errNilContext
	case ex == nil:
		return nil, errNilExecutor
	}
	c.task, c.origin = c, originOf(ctx, ex)
	for _, set := range options {
		if set != nil {
			set(&c.future)
		}
	}
	if ctx.Done() != nil {
		if err := ctx.Err(); err != nil {
			return nil, context.Cause(ctx)
		}
		switch t, ok := ctx.(*taskContext); {
		case ok: // the common way of a task that submits
			c.origin.unwatch = t.AfterFunc(c.parentEnded)
		case isForeign(ctx):
			c.origin.unwatch = afterForeign(ctx, c.parentEnded)
		default:
			c.origin.unwatch = context.AfterFunc(ctx, c.parentEnded)
		}
	}
	if err := ex.Submit(c); err != nil {
		c.context().release()
		return nil, err
	}
	if c.origin.unwatch != nil && c.State() == Cancelled { // perhaps before it was in the queue
		c.leaveQueue()
	}
	return &c.Future, nil
}

// SubmitFunc is Submit of a Closure that has no input. It is a fifth faster than that,
// for it needs no Func.
func SubmitFunc[Out any](ctx context.Context, ex Executor, f func(context.Context) (Out, error), options ...SubmitOption) (*Future[Out], error) {
	if f == nil {
		return nil, ErrNilFunc
	}
	return submit(ctx, ex, &call[func(context.Context) (Out, error), Out]{in: f}, options)
}

// A SubmitOption changes how one task is submitted.
type SubmitOption func(*future)

// Priority has the task start before queued tasks of a lower priority; 0 is that
// of a task without the option, negative ones are below it. Tasks of one
// priority start in the order of submission, and a running task is never
// interrupted. Executors without priorities (serial, spawn, worker processes)
// ignore it.
func Priority(p int) SubmitOption {
	return func(f *future) { f.rank = int32(max(min(p, 1<<30), -1<<30)) }
}

// Go has ex call f, in this process, and forgets it: no future, no context, no
// allocation. A panic in f is logged. Its error is that of the executor.
func Go(ex Executor, f func()) error {
	switch {
	case f == nil:
		return ErrNilFunc
	case ex == nil:
		return errNilExecutor
	}
	return ex.Submit(plain(f))
}
