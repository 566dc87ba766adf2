package process

import "poolbench/executors/remote"

// Slow makes stages of tasks slower, see Pool.Slow.
type Slow = remote.Slow

// A probe is what is done with the tasks that are submitted from now on, beside running
// them. It never changes: another one takes its place.
type probe struct {
	wants func() bool // nil wants all
	told  func(Stages)
	slow  Slow
}

// stamps are those of a task that is submitted now; nil if it is to have none.
func (b *probe) stamps() *remote.Stamps {
	s := &remote.Stamps{Slow: b.slow}
	if b.told != nil && (b.wants == nil || b.wants()) {
		s.Tell = b.told
	} else if b.slow == (Slow{}) {
		return nil
	}
	s.Submit = remote.Common()
	return s
}

// Trace has told called with the times of tasks that are submitted from now on, as
// Options.Trace has it from the first one; nil for told ends that. Tasks that were submitted
// before are told as it was then. wants, if it is not nil, is asked in every Submit whether
// that task is to be told, and must be quick.
func (p *Pool) Trace(wants func() bool, told func(Stages)) {
	p.setProbe(func(b *probe) { b.wants, b.told = wants, told })
}

// Slow makes stages of the tasks that are submitted from now on slower: what a causal
// profile plants. The zero Slow ends that.
func (p *Pool) Slow(s Slow) { p.setProbe(func(b *probe) { b.slow = s }) }

func (p *Pool) setProbe(set func(*probe)) {
	for {
		before := p.probe.Load()
		next := new(probe)
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
