package workloads

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// Critical computes as spin does, a share of each task with a lock in hand that all workers
// share. That share is what one worker at a time can do: however many there are, tasks end
// no faster than 1/share times as fast as one after the other. (Amdahl's law would have less:
// there the others stand still meanwhile. Here they do what they have outside the lock.)
//
// The lock is a mutex of the job's process. Worker processes have a mutex each, and beside it
// the lock of a file. To wake whoever is next takes 50 to 150 µs, hence the grain.
var Critical = register(Workload{
	Name:     "critical",
	Doc:      "computes, a share of each task under a lock that all workers share",
	Resource: CPU,
	Grains:   []time.Duration{2 * time.Millisecond},
	Axes:     []Axis{share},
	Unit:     "1 step of xorshift64",
	Kernel:   func(units int64) uint64 { return xorshift(golden, units) },
	New:      newCritical,
	Expected: func(p Params) Curve {
		c := EqualWork(p)
		if percent, err := p.Within(share, 0, 100); err == nil && percent > 0 {
			c.Slots = 100 / float64(percent)
		}
		return c
	},
	Truth:  "the chain of spin, by the power of its matrix; and tasks count, under the lock, how many there were in it",
	Source: "min(W, 1/c) for a critical section of c of each task, the bound of the utilisation law (Denning and Buzen 1978)",
})

var share = Axis{"share", "of each task, in percent, that is done under the lock, from 0 to 100", []string{"50"}}

type section struct {
	Chain  chain // before the lock
	Inside int64 // steps more, under it
	Lock   string
	Owner  int // the process of the job
}

// A gate is the lock of a place in this process.
type gate struct {
	sync.Mutex
	inside int // tasks that hold the lock, for all that this process can see
	file   *flock.Flock
}

// gates are the locks of this process, by path.
var gates sync.Map

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

// under calls f with the lock in hand: of this process, and between processes if so said.
func (g *gate) under(between bool, f func() uint64) (answer uint64, err error) {
	g.Lock()
	defer g.Unlock()
	if between {
		if err := g.file.Lock(); err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, g.file.Unlock()) }()
	}
	g.inside++
	defer func() { g.inside-- }()
	if g.inside != 1 {
		return 0, fmt.Errorf("%d tasks hold one lock", g.inside)
	}
	return f(), nil
}

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
