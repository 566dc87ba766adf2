package process

import (
	"context"
	"fmt"
	"runtime/debug"

	"poolbench/executors"
)

// prepare does in a worker what comes before its first task: the memory limit
// first, so that the initialiser is bound by it.
func prepare(t ticket) error {
	if t.rlimit {
		if err := limitMemory(t.limit); err != nil {
			return fmt.Errorf("setting the memory limit: %w", err)
		}
	}
	if t.limit > 0 {
		debug.SetMemoryLimit(t.limit / 10 * 9)
	}
	if t.shared != 0 {
		if err := openShared(t.shared); err != nil {
			return fmt.Errorf("mapping the shared objects: %w", err)
		}
	}
	if t.init != "" {
		if err := callInit(t.init); err != nil {
			return err
		}
	}
	return nil
}

// callInit calls the initialiser in a goroutine of its own, which Goexit may end.
func callInit(name string) error {
	done := make(chan error, 1)
	go func() {
		err := error(executors.ErrGoexit)
		defer func() { done <- err }()
		_, err = executors.Lookup(name).CallRemote(context.Background(), nil, nil, 0)
	}()
	return <-done
}
