package process

import (
	"sync/atomic"
	"time"

	"poolbench/executors/remote"
)

// Slow makes stages of tasks slower, see Pool.Slow.
type Slow = remote.Slow

// A probe is what is done with tasks from now on, beside running them. It never changes:
// another one takes its place.
type probe struct {
	wants func() bool // nil wants all
	told  func(Stages)
	slow  Slow
	wakes *atomic.Int64 // of the pool, see Wakes
}

// stamps are those of a task that is submitted now; nil if it is to have none.
func (b *probe) stamps() *remote.Stamps {
	if b.told == nil || b.wants != nil && !b.wants() {
		return nil
	}
	return &remote.Stamps{Tell: b.told, Submit: remote.Common()}
}

// encoded is called when the input of a task has been encoded.
func (b *probe) encoded(it *remote.Item) {
	remote.Spin(b.slow.Encode)
	if it.Stamps != nil {
		it.Stamps.Encoded = remote.Common()
	}
}

// Trace has told called with the times of tasks that are submitted from now on, as
// Options.Trace has it from the first one; nil for told ends that. Tasks that were submitted
// before are told as it was then. wants, if it is not nil, is asked in every Submit whether
// that task is to be told, and must be quick.
func (p *Pool) Trace(wants func() bool, told func(Stages)) {
	p.setProbe(func(b *probe) { b.wants, b.told = wants, told })
}

// Wakes is how long calls of Submit were busy waking workers while tasks were traced.
func (p *Pool) Wakes() time.Duration { return time.Duration(p.wakes.Load()) }

// Slow makes stages of tasks slower from now on: what a causal profile plants. The zero Slow
// ends that.
func (p *Pool) Slow(s Slow) {
	p.setProbe(func(b *probe) { b.slow = s })
	if p.taker != nil {
		p.taker.bell.slowWakes(s.Wakes)
	}
}

func (p *Pool) setProbe(set func(*probe)) {
	for {
		before := p.probe.Load()
		next := &probe{wakes: &p.wakes}
		if before != nil {
			*next = *before
		}
		if set(next); next.told == nil && next.slow == (Slow{}) {
			next = nil
		}
		if p.probe.CompareAndSwap(before, next) {
			return
		}
	}
}
