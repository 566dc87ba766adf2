package probe

import (
	"gonum.org/v1/gonum/floats"

	"poolbench/workloads/offheap"
)

const (
	// triadElements is the length of each of the three arrays of a triad: 8 MiB each,
	// so a pass goes over 24 MiB in a few milliseconds. A last-level cache larger than
	// that holds part of it: then it is the bandwidth of this cache.
	triadElements = 1 << 20

	// triadSteps is how many steps make a pass: one takes some tens of microseconds.
	triadSteps = 128
)

// A triad is the kernel of STREAM (McCalpin 1995): a = b + s·c over arrays too
// large for the caches of one core, by the loop of the workload triad. The zero value makes its arrays when it first
// runs, on the thread that uses them, so that they lie in memory near to it; they are
// no part of Go's heap, which decides when garbage is collected.
type triad struct {
	a, b, c []float64
	step    int
}

// run makes the next step and reports whether its answer is right. The factor is
// another one in each pass, so that an old answer is none.
func (t *triad) run() bool {
	if t.a == nil {
		t.a, t.b, t.c = offheap.Make[float64](triadElements), offheap.Make[float64](triadElements), offheap.Make[float64](triadElements)
		for i := range t.b {
			t.b[i], t.c[i] = float64(i), 2
		}
	}
	const length = triadElements / triadSteps
	from := t.step % triadSteps * length
	scale := float64(3 + t.step/triadSteps%2)
	t.step++
	a, b, c := t.a[from:][:length], t.b[from:][:length], t.c[from:][:length]
	floats.AddScaledTo(a, b, scale, c)
	return a[0] == float64(from)+2*scale && a[length-1] == float64(from+length-1)+2*scale
}

// close gives the arrays back.
func (t *triad) close() {
	for _, a := range [][]float64{t.a, t.b, t.c} {
		offheap.Free(a)
	}
	t.a, t.b, t.c = nil, nil, nil
}
