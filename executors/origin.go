package executors

import (
	"context"
	"sync/atomic"
)

// An origin is where a task comes from and belongs to. Tasks that were submitted with
// context.Background() share that of their executor, see Home.
type origin struct {
	executor Executor        // where it was submitted
	parent   context.Context // given to Submit
	unwatch  func() bool     // stops watching parent; nil if parent can never end
}

// A Home spares each task that is submitted with context.Background() an allocation of 48
// bytes. It is for an executor to have as an embedded field, and of no other use; the zero
// value is ready.
type Home struct{ origin atomic.Pointer[origin] }

func (h *Home) home() *Home { return h }

// originOf is that of a task which is submitted to ex with ctx.
func originOf(ctx context.Context, ex Executor) *origin {
	if ctx != context.Background() {
		return &origin{executor: ex, parent: ctx}
	}
	h, ok := ex.(interface{ home() *Home })
	if !ok {
		return &origin{executor: ex, parent: ctx}
	}
	shared := &h.home().origin
	o := shared.Load()
	if o == nil || o.executor != ex { // the Home may be that of an executor which ex wraps
		o = &origin{executor: ex, parent: ctx}
		shared.CompareAndSwap(nil, o)
	}
	return o
}
