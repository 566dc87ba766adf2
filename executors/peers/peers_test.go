package peers_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"poolbench/executors"
	"poolbench/executors/peers"
)

var square = executors.Define("peers.square", func(_ context.Context, n int) (int, error) { return n * n, nil })

func eachPeer(t *testing.T, test func(t *testing.T, p peers.Peer)) {
	for _, p := range peers.All() {
		t.Run(p.Name, func(t *testing.T) { test(t, p) })
	}
}

// Through its Kind every peer gives results, keeps errors and panics in their
// futures, refuses after shutdown and can be shut down twice.
func TestKind(t *testing.T) {
	eachPeer(t, func(t *testing.T, p peers.Peer) {
		ctx := t.Context()
		ex, err := p.Kind.New(executors.Options{Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		if got := ex.Workers(); got != 2 {
			t.Errorf("Workers() = %d, want 2", got)
		}
		i := 0
		for got, err := range executors.Map(ctx, ex, square, slices.Values([]int{0, 1, 2, 3, 4, 5, 6, 7})) {
			if got != i*i || err != nil {
				t.Errorf("square %d = %d, %v", i, got, err)
			}
			i++
		}
		if i != 8 {
			t.Errorf("%d results, want 8", i)
		}
		f, err := executors.SubmitFunc(ctx, ex, func(context.Context) (int, error) { panic("as planned") })
		if err != nil {
			t.Fatal(err)
		}
		var panicked *executors.PanicError
		if err := f.Err(ctx); !errors.As(err, &panicked) {
			t.Errorf("got %v, want *PanicError", err)
		}
		for range 2 {
			if err := ex.Shutdown(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := executors.Submit(ctx, ex, square, 1); !errors.Is(err, executors.ErrShutdown) {
			t.Errorf("submit after shutdown: %v, want ErrShutdown", err)
		}
	})
}

// Shutdown waits for tasks and gives up with its context.
func TestKindShutdown(t *testing.T) {
	eachPeer(t, func(t *testing.T, p peers.Peer) {
		ex, err := p.Kind.New(executors.Options{Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		gate := make(chan struct{})
		f, err := executors.SubmitFunc(t.Context(), ex, func(context.Context) (int, error) { <-gate; return 7, nil })
		if err != nil {
			t.Fatal(err)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := ex.Shutdown(ended); !errors.Is(err, context.Canceled) {
			t.Errorf("shutdown with an ended context: %v", err)
		}
		close(gate)
		if err := ex.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		if v, err := f.Result(t.Context()); v != 7 || err != nil {
			t.Errorf("got %d, %v, want 7", v, err)
		}
	})
}

func TestKindRefusesNoWorkers(t *testing.T) {
	eachPeer(t, func(t *testing.T, p peers.Peer) {
		if _, err := p.Kind.New(executors.Options{}); err == nil {
			t.Error("0 workers were accepted")
		}
	})
}

// The native face runs tasks, gives values where it says so, and stops.
func TestPool(t *testing.T) {
	eachPeer(t, func(t *testing.T, p peers.Peer) {
		pool := p.New(peers.Config{Workers: 2})
		var ran atomic.Int32
		done := make(chan struct{}, 20)
		for range 20 {
			if err := pool.Go(func() { ran.Add(1); done <- struct{}{} }); err != nil {
				t.Fatal(err)
			}
		}
		for range 20 {
			<-done
		}
		switch {
		case pool.Stop != nil:
			if err := pool.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
		case pool.Wait != nil:
			pool.Wait()
		}
		if ran.Load() != 20 {
			t.Errorf("%d tasks ran, want 20", ran.Load())
		}
		if pool.Submit == nil {
			return
		}
		pool = p.New(peers.Config{Workers: 2})
		r, err := pool.Submit(func(context.Context) (int, error) { return 42, nil })
		if err != nil {
			t.Fatal(err)
		}
		if v, err := r.Wait(t.Context()); err != nil || pool.Values && v != 42 {
			t.Errorf("got %d, %v, want 42", v, err)
		}
	})
}
