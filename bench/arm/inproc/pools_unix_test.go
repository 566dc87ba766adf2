//go:build unix

package inproc

import (
	"context"
	"syscall"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
)

// stubborn sleeps whatever its context says.
var stubborn = executors.Define("bench.test.stubborn", func(context.Context, int) (int, error) {
	time.Sleep(time.Hour)
	return 0, nil
})

// Worker processes do not get the Ctrl-C of the terminal, as they are not in its
// foreground group, and none is left when executors are closed, whatever it does.
func TestNoWorkerProcessIsLeft(t *testing.T) {
	p := newPools(Grid{Executors: []executors.Kind{process.Kind}})
	key := poolKey{process.Kind.Name, 2}
	start := func() []int {
		t.Helper()
		ex, err := p.get(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		pids := ex.(*process.Pool).Pids()
		if len(pids) != 2 {
			t.Fatalf("workers %v stand ready, want 2", pids)
		}
		for _, pid := range pids {
			if group, err := syscall.Getpgid(pid); err != nil || group == syscall.Getpgrp() {
				t.Errorf("worker %d is in group %d, %v, like this process: Ctrl-C reaches it", pid, group, err)
			}
		}
		f, err := executors.Submit(t.Context(), ex, stubborn, 1)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := f.Err(context.Background()); err == nil {
				t.Error("the task of a killed worker has no error")
			}
		})
		return pids
	}
	gone := func(pids []int) {
		t.Helper()
		for _, pid := range pids {
			if err := syscall.Kill(pid, 0); err != syscall.ESRCH {
				t.Errorf("worker %d is left: %v", pid, err)
			}
		}
	}
	pids := start()
	p.discard(key)
	gone(pids)
	pids = start()
	if err := p.close(); err != nil {
		t.Error(err)
	}
	gone(pids)
}
