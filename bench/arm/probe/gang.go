package probe

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"poolbench/executors/affinity"
)

// A gang is workers, each on an OS thread of its own that is pinned to a CPU where the
// system allows it. Between rounds they are blocked.
type gang struct {
	members []*member
	running sync.WaitGroup
	failed  error // why a member could not be pinned
}

// A member is one worker and what it works on.
type member struct {
	rounds chan *round
	memory triad
}

// A round lets the first n members make steps side by side: from a barrier, which all
// have reached, until one of them has made its quota. How far the others are by then is
// what tells how fast each was.
type round struct {
	step  func(*triad) bool // on the memory of a member; false when its answer is wrong
	n     int32
	idle  int32 // members that only look on
	quota int64

	arrived atomic.Int32
	open    atomic.Bool
	begin   time.Time // set before open
	over    atomic.Bool
	window  time.Duration // from open to over
	steps   atomic.Int64  // of all
	wrong   atomic.Bool
	left    sync.WaitGroup
}

// newGang starts members.
func newGang(n int) *gang {
	g := &gang{}
	failures := make(chan error, n)
	for i := range n {
		m := &member{rounds: make(chan *round)}
		g.members = append(g.members, m)
		g.running.Go(func() {
			runtime.LockOSThread() // and never unlocked: the thread ends with the member
			failures <- affinity.PinNth(i)
			for r := range m.rounds {
				m.take(r)
			}
		})
	}
	for range n {
		g.failed = errors.Join(g.failed, <-failures)
	}
	return g
}

// take is a member's part of a round.
func (m *member) take(r *round) {
	defer r.left.Done()
	index := r.arrived.Add(1)
	if index == r.n {
		r.begin = time.Now()
		r.open.Store(true)
	}
	for spins := 0; !r.open.Load(); spins++ {
		if spins%1000 == 999 {
			runtime.Gosched() // more members than may run at once
		}
	}
	if index <= r.idle {
		return
	}
	made := int64(0)
	for !r.over.Load() {
		if !r.step(&m.memory) {
			r.wrong.Store(true)
		}
		if made++; made == r.quota && r.over.CompareAndSwap(false, true) {
			r.window = time.Since(r.begin)
		}
	}
	r.steps.Add(made)
}

// round lets n members work and returns how long one of them would take for the quota,
// in seconds, divided by how much they deliver together: n ÷ Σ(1/tᵢ), where the i-th
// would take tᵢ at the rate it had.
func (g *gang) round(step func(*triad) bool, n, idle int, quota int64) (float64, error) {
	r := &round{step: step, n: int32(n), idle: int32(idle), quota: quota}
	r.left.Add(n)
	for _, m := range g.members[:n] {
		m.rounds <- r
	}
	r.left.Wait()
	if r.wrong.Load() {
		return 0, fmt.Errorf("a worker of the probe has a wrong answer")
	}
	// At the rate of stepsᵢ in the window the i-th takes quota·window/stepsᵢ.
	return float64(n) * float64(quota) * r.window.Seconds() / float64(r.steps.Load()), nil
}

// close ends the members and gives their memory back.
func (g *gang) close() {
	for _, m := range g.members {
		close(m.rounds)
	}
	g.running.Wait()
	for _, m := range g.members {
		m.memory.close()
	}
}
