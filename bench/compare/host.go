package compare

import (
	"poolbench/bench/record"
)

// A hostReading is what the machine had done when it was read, in CPU seconds since
// some time; negative where the system does not tell.
type hostReading struct {
	total, idle, steal float64
	ours               float64 // used by this process and the processes it has waited for
	load               float64
}

// until is what happened between two readings; used is what our processes told.
func (r hostReading) until(end hostReading, used waiting) record.Host {
	h := record.Host{Steal: -1, Others: -1, Waited: -1, Load: end.load}
	if total := end.total - r.total; r.total >= 0 && total > 0 {
		share := func(v float64) float64 { return min(1, max(0, v/total)) }
		h.Steal = share(end.steal - r.steal)
		if r.ours >= 0 {
			h.Others = share(total - (end.idle - r.idle) - (end.steal - r.steal) - (end.ours - r.ours))
		}
	}
	if all := used.ran + used.waited; all > 0 {
		h.Waited = used.waited / all
	}
	return h
}

// waiting is how long threads that ran chunks ran, and waited for a CPU, in ns.
type waiting struct{ ran, waited float64 }

// add takes a chunk. What it did not wait it ran, or slept, which is no sign of a
// busy machine.
func (w *waiting) add(c chunk) {
	waited := min(c.waited, c.ns)
	w.waited += waited
	if c.knowsWaiting {
		w.ran += c.ns - waited
	}
}
