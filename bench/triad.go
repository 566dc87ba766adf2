package bench

// triadElements is the length of each of the three arrays of a triad: 8 MiB each,
// so a process goes over 24 MiB in a few milliseconds. A last-level cache larger
// than that holds part of it: then it is the bandwidth of this cache.
const triadElements = 1 << 20

// A triad is the kernel of STREAM (McCalpin 1995): a = b + s·c over arrays too
// large for the caches of one core. The zero value makes its arrays when it first
// runs, in the process that uses them, so that they lie in memory near to it.
type triad struct{ a, b, c []float64 }

// run goes over the arrays once and reports whether the answer is right.
func (t *triad) run() bool {
	if t.a == nil {
		t.a, t.b, t.c = make([]float64, triadElements), make([]float64, triadElements), make([]float64, triadElements)
		for i := range t.a {
			t.b[i], t.c[i] = float64(i), 2
		}
	}
	const scale = 3
	a, b, c := t.a, t.b[:len(t.a)], t.c[:len(t.a)]
	for i := range a {
		a[i] = b[i] + scale*c[i]
	}
	last := len(a) - 1
	return a[0] == 6 && a[last] == float64(last)+6
}
