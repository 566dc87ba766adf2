package executors_test

import (
	"context"
	"errors"
	"runtime"
	"syscall"
	"testing"

	"poolbench/executors"
)

// The initialiser of a thread runs on it, or what it sets there would be lost; also
// when a task has ended the thread.
func TestInitIsOnTheThreadOfTheTasks(t *testing.T) {
	type threads struct{ init, calls int }
	ex, err := executors.Threads.New(executors.Options{Workers: 1, Init: func(_ context.Context, w *executors.Worker) error {
		calls := 1
		if before, ok := w.State.(threads); ok {
			calls += before.calls
		}
		w.State = threads{syscall.Gettid(), calls}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Shutdown(context.Background())
	for want := 1; want <= 2; want++ {
		f, err := executors.SubmitFunc(t.Context(), ex, func(ctx context.Context) ([2]threads, error) {
			return [2]threads{executors.CurrentWorker(ctx).State.(threads), {init: syscall.Gettid()}}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.Result(t.Context())
		if err != nil || got[0].init != got[1].init || got[0].calls != want {
			t.Errorf("initialised %d times, last on thread %d; the task ran on %d (%v)", got[0].calls, got[0].init, got[1].init, err)
		}
		leaves, err := executors.SubmitFunc(t.Context(), ex, func(context.Context) (int, error) { runtime.Goexit(); return 0, nil })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := leaves.Result(t.Context()); !errors.Is(err, executors.ErrGoexit) {
			t.Error(err)
		}
	}
}
