package remote

import (
	"context"
	"sync"
	"time"
)

// A taskContext is the context of a task in a worker. Most tasks never look at
// it, so what it needs is made at the first look; from then on it is a cancel
// context of the standard library in all respects.
type taskContext struct {
	mu    sync.Mutex
	inner context.Context
	stop  context.CancelFunc
}

func (t *taskContext) real() context.Context {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.inner == nil {
		t.inner, t.stop = context.WithCancel(context.Background())
	}
	return t.inner
}

func (t *taskContext) Deadline() (time.Time, bool) { return time.Time{}, false }
func (t *taskContext) Done() <-chan struct{}       { return t.real().Done() }
func (t *taskContext) Err() error                  { return t.real().Err() }
func (t *taskContext) Value(key any) any           { return t.real().Value(key) }

// end cancels the context.
func (t *taskContext) end() {
	t.real()
	t.stop()
}

// endedContext is that of every task whose context is first looked at when it has
// returned.
var endedContext, _ = func() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx, cancel
}()

// release is called when the task has returned: its context and those made from it
// end.
func (t *taskContext) release() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.inner == nil {
		t.inner, t.stop = endedContext, func() {}
		return
	}
	t.stop()
}
