package compare

// An arm is one benchmark in one build, ready to run chunks. Its methods are not
// safe for concurrent use; those of two arms are.
type arm interface {
	// run runs n iterations and tells what they took. An error is the end of the arm.
	run(n int, flags uint64) (chunk, error)
}

// Flags of run; those of the stepping protocol.
const (
	countMemory    = 1 << 0
	collectGarbage = 1 << 1
	takeLonger     = 1 << 2 // by 5 %; only a stepped arm can
)

// A chunk is what n iterations took.
type chunk struct {
	ns            float64            // timed, by the benchmark's own timer
	allocs, bytes float64            // allocated, where countMemory was asked for
	setBytes      float64            // as the benchmark told with SetBytes, per iteration
	waited        float64            // ns in which its thread was ready to run and did not
	knowsWaiting  bool               // the system tells waited
	metrics       map[string]float64 // reported so far, by unit; nil when none
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
