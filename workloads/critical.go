package workloads

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// Critical computes as spin does, a share of each task with a lock in hand that all workers
// share. That share is what one worker at a time can do: n tasks take what one does before the
// lock and then n shares under it, however many workers there are. (Amdahl's law would have less:
// there the others stand still meanwhile. Here they do what they have outside the lock.)
//
// The lock is a mutex of the job's process. Worker processes have a mutex each, and beside it
// the lock of a file.
//
// Whoever waits must be woken, and nobody has the lock until then: where the lock is what limits,
// each task takes that much longer. With a mutex that is some 70 µs, of which the CPU that wakes
// takes 6, as the lock of a file shows: Go's scheduler leaves a goroutine that was just made ready
// to the worker that made it so, which computes on, and lets others steal it only after a sleep of
// 3 µs, which with the slack of Linux's timers is over 50 (golang/go: runtime/proc.go, runqgrab;
// with a runtime.Gosched after Unlock it is 9). Hence the grain, of which that is a hundredth.
var Critical = register(Workload{
	Name:     "critical",
	Doc:      "computes, a share of each task under a lock that all workers share",
	Resource: CPU,
	Grains:   []time.Duration{10 * time.Millisecond},
	Axes:     []Axis{share},
	Unit:     "1 step of xorshift64",
	Kernel:   func(units int64) uint64 { return xorshift(golden, units) },
	New:      newCritical,
	Expected: func(p Params) Curve {
		c := EqualWork(p)
		if percent, err := p.Within(share, 0, 100); err == nil && percent > 0 {
			c.Slots = atOnce(p.Tasks, float64(percent)/100)
		}
		return c
	},
	Truth:  "the chain of spin, by the power of its matrix; and tasks count, under the lock, how many there were in it",
	Source: "min(W, n/(1-c + n·c)) for n tasks with a critical section of c of each, the bound of the utilisation law, 1/c (Denning and Buzen 1978), less what the first of them does before it",
})

// atOnce is how many of n tasks are under way on average at most, when a share c of each is
// under one lock; of any number where n is 0.
func atOnce(n int, c float64) float64 {
	if n == 0 {
		return 1 / c
	}
	return float64(n) / (1 - c + float64(n)*c)
}

var share = Axis{"share", "of each task, in percent, that is done under the lock, from 0 to 100", []string{"50"}}

type section struct {
	Chain  chain // before the lock
	Inside int64 // steps more, under it
	Lock   string
	Owner  int // the process of the job
}

var criticalTask = Define("workloads.critical", func(_ context.Context, in section) (answer uint64, err error) {
	answer = xorshift(in.Chain.Start, in.Chain.Steps)
	if in.Inside == 0 {
		return answer, nil
	}
	g, ok := gates.Load(in.Lock)
	if !ok {
		g, _ = gates.LoadOrStore(in.Lock, &gate{file: flock.New(in.Lock)})
	}
	return g.(*gate).under(os.Getpid() != in.Owner, func() uint64 { return xorshift(answer, in.Inside) })
})

func newCritical(p Params) (Job, error) {
	percent, err := p.Within(share, 0, 100)
	if err != nil {
		return nil, err
	}
	if p.Dir == "" {
		return nil, errors.New("workloads: critical needs a directory for its lock")
	}
	path := filepath.Join(p.Dir, "lock")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return nil, fmt.Errorf("workloads: making the lock of critical: %w", err)
	}
	inside := p.Units/100*int64(percent) + p.Units%100*int64(percent)/100
	return Batch[section, uint64]{
		Task: criticalTask,
		Input: func(_ int, seed uint64) (section, uint64) {
			return section{chain{seed, p.Units - inside}, inside, path, os.Getpid()}, xorshiftJump(seed, p.Units)
		},
		Check: Equal[uint64],
		Close: func() error { gates.Delete(path); return nil },
	}.Job(p)
}
