//go:build unix

package process

import (
	"context"
	"testing"
	"time"

	"poolbench/executors"
)

var learnt = executors.Define("process.learnt", func(_ context.Context, n int) (int, error) { return n, nil })

// How long tasks take is learnt without what slows them: how many come together, and how many
// a worker has in advance, is as in the job that is asked about.
func TestSlowIsNotLearnt(t *testing.T) {
	p, err := NewPool(Options{Workers: 1})
	if err != nil {
		t.Skip(err)
	}
	const steps, least = 1_000_000, 300 * time.Microsecond // a step takes at least 0.3 ns
	p.Slow(Slow{Run: steps, Wakes: true})
	for i := range 20 {
		f, err := executors.Submit(t.Context(), p, learnt, i)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.Result(t.Context()); err != nil || got != i {
			t.Fatal(got, err)
		}
	}
	p.intake.mu.Lock()
	f, err := p.intake.function(learnt.Name())
	p.intake.mu.Unlock()
	if err != nil || f.Expected() == 0 || f.Expected() >= least.Nanoseconds() {
		t.Errorf("tasks are expected to take %v, %v", time.Duration(f.Expected()), err)
	}
	if err := p.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}
