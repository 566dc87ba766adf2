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
	stopped, other := p.Pids()[0], p.Pids()[1]
	syscall.Kill(stopped, syscall.SIGSTOP) // it does not answer
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	fine := 0
	for _, a := range p.EndProfile(ctx, process.ProfileCPU) {
		switch {
		case a.Pid == other && a.Err == nil && len(a.Profile) > 0:
			fine++
		case a.Pid == stopped && errors.Is(a.Err, context.DeadlineExceeded):
			fine++
		}
	}
	if fine != 2 {
		t.Errorf("%d of 2 answers", fine)
	}
	syscall.Kill(stopped, syscall.SIGKILL)
}
