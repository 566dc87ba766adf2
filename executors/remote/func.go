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

// Observe learns from one call that took ns: much from one that is longer than expected,
// little from a shorter one. But a single outlier (the worker was preempted, or collected
// garbage) must not make every window shallow. Calls at the same time may lose one
// another's lesson.
func (f *Func) Observe(ns uint32) {
	d, est := max(int64(ns), 1), f.est.Load()
	switch {
	case est == 0:
		est = d
	case d >= est:
		est = min(d, max(4*est, outlier))
	default:
		est += (d - est) / 8
	}
	if est != f.est.Load() { // a store costs more than a look
		f.est.Store(est)
	}
}

// outlier is what a single call may make of the expectation at most, in ns.
const outlier = int64(20 * time.Microsecond)

// Expected is how long a call is expected to take, in ns; 0 while that is unknown.
func (f *Func) Expected() int64 { return f.est.Load() }
