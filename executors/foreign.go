package executors

import (
	"context"
	"log/slog"
	"reflect"
	"runtime/debug"
	"sync"
)

// Contexts of package context answer at once. One of a user's type may do anything: it is
// only ever asked in a goroutine of its own.

// ownContexts are the types of contexts that answer from what they know themselves.
var ownContexts = func() map[reflect.Type]bool {
	cancelled, stop := context.WithCancel(context.Background())
	defer stop()
	timed, end := context.WithTimeout(context.Background(), 0)
	defer end()
	types := map[reflect.Type]bool{reflect.TypeFor[*taskContext](): true}
	for _, ctx := range []context.Context{context.Background(), context.TODO(), cancelled, timed, context.WithoutCancel(cancelled)} {
		types[reflect.TypeOf(ctx)] = true
	}
	return types
}()

var valueContext = reflect.TypeOf(context.WithValue(context.Background(), taskKey{}, nil))

// isForeign reports whether to ask ctx may call code of a user.
func isForeign(ctx context.Context) bool {
	for {
		t := reflect.TypeOf(ctx)
		if ownContexts[t] {
			return false
		}
		if t != valueContext {
			return true
		}
		around, ok := reflect.ValueOf(ctx).Elem().FieldByName("Context").Interface().(context.Context)
		if !ok {
			return true
		}
		ctx = around
	}
}

// afterForeign is context.AfterFunc for a foreign context, whose methods may panic, block
// or end the goroutine they are called in.
func afterForeign(ctx context.Context, f func()) (stop func() bool) {
	over := make(chan struct{})
	end := sync.OnceValue(func() bool { close(over); return true })
	go func() {
		defer func() {
			if r := recover(); r != nil {
				slog.Error("executors: a context panicked", "panic", r, "stack", string(debug.Stack()))
			}
		}()
		select {
		case <-ctx.Done():
			f()
		case <-over:
		}
	}()
	return end
}
