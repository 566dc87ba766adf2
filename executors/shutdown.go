package executors

import (
	"context"
	"fmt"
)

// inside reports whether ctx belongs to a task that ex runs.
func inside(ctx context.Context, ex Executor) bool {
	w := CurrentWorker(ctx)
	return w != nil && w.Executor == ex
}

// unfinished is the error of a Shutdown whose context ended first.
func unfinished(ctx context.Context, running, queued int) error {
	return fmt.Errorf("executors: shutdown stopped waiting with %d tasks running and %d queued: %w",
		running, queued, context.Cause(ctx))
}
