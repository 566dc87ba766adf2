package executors

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"poolbench/executors/internal/goroutine"
)

// whereabouts are the goroutines in which a worker runs tasks: its own, and those of
// tasks that it runs for others, or that go on after a runtime.Goexit.
type whereabouts struct {
	own    atomic.Uintptr // a goroutine.ID
	mu     sync.Mutex
	others []goroutine.ID
}

func (w *whereabouts) enter() {
	if id := uintptr(goroutine.Current()); w.own.Load() != id {
		w.own.Store(id)
	}
}

func (w *whereabouts) leave() { w.own.Store(0) }

// join and part are for a goroutine that is not the worker's own.
func (w *whereabouts) join() goroutine.ID {
	id := goroutine.Current()
	w.mu.Lock()
	w.others = append(w.others, id)
	w.mu.Unlock()
	return id
}

func (w *whereabouts) part(id goroutine.ID) {
	w.mu.Lock()
	i := slices.Index(w.others, id)
	w.others = slices.Delete(w.others, i, i+1)
	w.mu.Unlock()
}

// during calls f between the two.
func (w *whereabouts) during(f func()) {
	id := w.join()
	defer w.part(id)
	f()
}

// here reports whether the calling goroutine is one of them.
func (w *whereabouts) here() bool {
	id := goroutine.Current()
	if id == 0 {
		return false
	}
	if goroutine.ID(w.own.Load()) == id {
		return true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Contains(w.others, id)
}

// inside reports whether ctx belongs to a task that ex runs.
func inside(ctx context.Context, ex Executor) bool {
	w := CurrentWorker(ctx)
	return w != nil && w.Executor == ex
}

// beginShutdown is the beginning of every Shutdown: what refuses one that cannot end,
// before it has an effect. here reports whether the calling goroutine runs a task of ex.
// The wait is nil outside tasks; it has begun, and is to be left.
func beginShutdown(ctx context.Context, ex Executor, here func() bool) (*wait, error) {
	switch {
	case ctx == nil:
		return nil, errNilContext
	case inside(ctx, ex) || here():
		return nil, ErrShutdownInside
	}
	t := taskOf(ctx)
	if t == nil {
		return nil, nil
	}
	w := &wait{task: t, ctx: ctx, end: ex}
	if !w.begin() {
		return nil, nil
	}
	if err := w.park(); err != nil {
		w.leave()
		return nil, err
	}
	return w, nil
}

// unfinished is the error of a Shutdown whose context ended first, or for which w could
// only wait for ever.
func unfinished(ctx context.Context, w *wait, running, queued int) error {
	cause := ErrDeadlock
	if w == nil || ctx.Err() != nil {
		cause = context.Cause(ctx)
	}
	return fmt.Errorf("executors: shutdown stopped waiting with %d tasks running and %d queued: %w", running, queued, cause)
}
