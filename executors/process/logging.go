package process

import (
	"cmp"
	"context"
	"log/slog"
	"time"
)

// logLine passes lines of a stream on to Options.Log; nil if there is none.
func (w *worker) logLine(stream int) func(line []byte, seq uint32) {
	to := w.pool.opts.Log
	if to == nil {
		return nil
	}
	return func(line []byte, seq uint32) {
		to.LogAttrs(context.Background(), slog.LevelInfo, string(line),
			slog.Int("pid", w.pid), slog.String("func", w.funcOf(seq)), slog.String("stream", streamNames[stream]))
	}
}

// funcOf is the name of the function of a task that runs or ran last, "" if unknown.
func (w *worker) funcOf(seq uint32) string {
	w.pool.mu.Lock()
	defer w.pool.mu.Unlock()
	for i := range w.window.Len() {
		if it := w.window.At(i); it.seq == seq {
			return it.fn.name
		}
	}
	if w.last != nil && seq == w.lastSeq {
		return w.last.name
	}
	return ""
}

// logWorn says that the worker, which has ended, was recycled.
func (w *worker) logWorn(why string) {
	if to := w.pool.opts.Log; to != nil {
		to.Info("process: worker recycled", "pid", w.pid, "why", why, "tasks", w.answered, "age", time.Since(w.born))
	}
}

// log is where the pool says what it has to say.
func (p *Pool) log() *slog.Logger {
	return cmp.Or(p.opts.Log, slog.Default())
}
