package process

import (
	"context"
	"log/slog"
)

// logLine passes lines of a stream on to Options.Log; nil if there is none.
func (w *member) logLine(p *Pool) func(stream int, line []byte, seq uint32) {
	to := p.opts.Log
	if to == nil {
		return nil
	}
	return func(stream int, line []byte, seq uint32) {
		text, fn := string(line), w.names(seq)
		p.logs.call(func() {
			to.LogAttrs(context.Background(), slog.LevelInfo, text,
				slog.Int("pid", w.pid), slog.String("func", fn), slog.String("stream", streamNames[stream]))
		})
	}
}
