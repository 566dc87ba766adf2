package executors

import (
	"log/slog"
	"runtime/debug"
	"sync"
)

// logError tells the log of the program what nobody else can be told. Its handler is code
// of the program: it runs where a panic and a runtime.Goexit of it end nothing.
func logError(text string, args ...any) {
	var group sync.WaitGroup
	group.Go(func() {
		defer func() { recover() }()
		slog.Error(text, args...)
	})
	group.Wait()
}

// logPanic is logError of what was recovered; to be called where it was.
func logPanic(text string, recovered any) {
	logError(text, "panic", recovered, "stack", string(debug.Stack()))
}
