package remote

import (
	"context"
	"sync/atomic"
	"time"
)

// A taskContext is the context of a task in a worker. Most tasks never look at
// it, so what it needs is made at the first look; from then on it is a cancel
// context of the standard library in all respects.
type taskContext struct {
	inner atomic.Pointer[madeContext]
	seq   uint32 // of the task
}

type madeContext struct {
	context.Context
	stop context.CancelFunc
}

// slabOfContexts is how many contexts are allocated at a time. None is used twice: a task
// may keep its own for as long as it likes.
const slabOfContexts = 64

func (t *taskContext) real() *madeContext {
	if made := t.inner.Load(); made != nil {
		return made
	}
	ctx, stop := context.WithCancel(context.Background())
	if made := (&madeContext{ctx, stop}); t.inner.CompareAndSwap(nil, made) {
		return made
	}
	stop()
	return t.inner.Load()
}

func (t *taskContext) Deadline() (time.Time, bool) { return time.Time{}, false }
func (t *taskContext) Done() <-chan struct{}       { return t.real().Done() }
func (t *taskContext) Err() error                  { return t.real().Err() }
func (t *taskContext) Value(key any) any           { return t.real().Value(key) }

// end cancels the context.
func (t *taskContext) end() { t.real().stop() }

// endedContext is that of every task whose context is first looked at when it has
// returned.
var endedContext = func() *madeContext {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return &madeContext{ctx, cancel}
}()

// release is called when the task has returned: its context and those made from it
// end.
func (t *taskContext) release() {
	if !t.inner.CompareAndSwap(nil, endedContext) {
		t.inner.Load().stop()
	}
}
