//go:build unix

package process_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"poolbench/executors/process"
)

// Workers answer while they run tasks and while they do not; one that has ended is said,
// and what no worker knows is an error of each.
func TestWorkersAnswer(t *testing.T) {
	p, err := process.NewPool(process.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Kill(context.Background())
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, a := range p.Usage(t.Context()) {
		if a.Err != nil || a.Usage.User+a.Usage.System <= 0 || a.Usage.PeakRSS < 1<<20 || !slices.Contains(p.Pids(), a.Pid) {
			t.Errorf("%+v", a)
		}
	}
	for _, a := range p.BeginProfile(t.Context(), "nonsense") {
		if a.Err == nil || !strings.Contains(a.Err.Error(), "nonsense") {
			t.Errorf("%+v", a)
		}
	}
	for _, a := range p.EndProfile(t.Context(), process.ProfileCPU) {
		if a.Err == nil {
			t.Error("a profile that nobody began was ended")
		}
	}
	if begun := p.BeginProfile(t.Context(), process.ProfileCPU); len(begun) != 2 || begun[0].Err != nil || begun[1].Err != nil {
		t.Fatalf("%+v", begun)
	}
	for _, a := range p.EndProfile(t.Context(), process.ProfileCPU) {
		if a.Err != nil || len(a.Profile) == 0 {
			t.Errorf("%+v", a)
		}
	}
	stopped, other := p.Pids()[0], p.Pids()[1]
	halt(t, stopped) // it does not answer; the other one does, in the time it needs
	for patience, answered := 100*time.Millisecond, false; !answered; patience *= 2 {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		for _, a := range p.Usage(ctx) {
			switch {
			case a.Pid == other:
				answered = a.Err == nil && a.Usage.PeakRSS > 0
			case a.Pid != stopped || !errors.Is(a.Err, context.DeadlineExceeded):
				t.Errorf("%+v", a)
			}
		}
		cancel()
	}
	syscall.Kill(stopped, syscall.SIGKILL)
}
