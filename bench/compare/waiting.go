package compare

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
