package process

import (
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// Hooks call code of users, in order, in a goroutine of their own: it may panic, end its
// goroutine or block, and nobody but what is called after it notices.
type hooks struct {
	waits bool // whether who calls waits while too much is queued; else it is dropped

	calls chan func()
	begun sync.Once
	over  chan struct{} // closed by end
	done  chan struct{} // closed when no goroutine is left
	count atomic.Int64  // calls that have returned
}

// maxHooks is how many calls may be queued.
const maxHooks = 64 << 10

// logsQueued is how many lines of workers may wait for Options.Log; then the task that
// prints waits.
const logsQueued = 4096

// hookPatience is how long the end of a pool waits for one call.
const hookPatience = time.Second

func newHooks(most int, waits bool) *hooks {
	return &hooks{waits: waits, calls: make(chan func(), most), over: make(chan struct{}), done: make(chan struct{})}
}

// call has f called.
func (h *hooks) call(f func()) {
	h.begun.Do(func() { go h.run() })
	if !h.waits {
		select {
		case h.calls <- f:
		default:
		}
		return
	}
	select {
	case h.calls <- f:
	case <-h.over:
	}
}

func (h *hooks) run() {
	returned := false
	defer func() {
		if returned {
			close(h.done)
		} else {
			go h.run() // a call has ended this goroutine
		}
	}()
	for {
		select {
		case f := <-h.calls:
			h.guard(f)
		case <-h.over:
			select {
			case f := <-h.calls:
				h.guard(f)
			default:
				returned = true
				return
			}
		}
	}
}

// guard calls f, which may panic.
func (h *hooks) guard(f func()) {
	defer h.count.Add(1)
	defer func() {
		if r := recover(); r != nil {
			defer func() { recover() }() // the log may be what panics
			slog.Error("process: a function given in Options panicked", "panic", r, "stack", string(debug.Stack()))
		}
	}()
	f()
}

// end returns when all has been called, or when one call takes too long: that is left
// alone, and what comes after it is not called.
func (h *hooks) end() {
	close(h.over)
	h.begun.Do(func() { close(h.done) })
	ticker := time.NewTicker(hookPatience)
	defer ticker.Stop()
	for last := int64(-1); ; {
		select {
		case <-h.done:
			return
		case <-ticker.C:
			n := h.count.Load()
			if n == last {
				return
			}
			last = n
		}
	}
}
