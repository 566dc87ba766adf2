package remote

import (
	"sync/atomic"
	"time"
)

// A Func is what an executor knows of a task function.
type Func struct {
	Name   string
	Number uint16
	Limit  time.Duration // of a call; 0 if there is none

	est atomic.Int64 // ns a call takes; 0 while unknown
}

// A Learner learns from calls how long they take. What it has learnt of a function is known
// when it observes another one, or after Close: most of the calls that are answered together
// are of one function, and who gives tasks to workers reads there at the same time. Learners
// at the same time may lose one another's lesson.
type Learner struct {
	f   *Func
	est int64
}

// Observe learns from one call that took ns: much from one that is longer than expected,
// little from a shorter one. But a single outlier (the worker was preempted, or collected
// garbage) must not make every window shallow.
func (l *Learner) Observe(f *Func, ns uint32) {
	if f != l.f {
		l.Close()
		l.f, l.est = f, f.est.Load()
	}
	switch d := max(int64(ns), 1); {
	case l.est == 0:
		l.est = d
	case d >= l.est:
		l.est = min(d, max(4*l.est, outlier))
	default:
		l.est += (d - l.est) / 8
	}
}

// Close makes known what was learnt.
func (l *Learner) Close() {
	if l.f != nil && l.est != l.f.est.Load() { // a store costs more than a look
		l.f.est.Store(l.est)
	}
}

// outlier is what a single call may make of the expectation at most, in ns.
const outlier = int64(20 * time.Microsecond)

// Expected is how long a call is expected to take, in ns; 0 while that is unknown.
func (f *Func) Expected() int64 { return f.est.Load() }
