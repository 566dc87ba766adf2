// Package ring has the queue in which executors keep what waits.
package ring

// A Ring is an unbounded queue with two ends. It is not safe for concurrent use. The
// zero value is empty.
type Ring[T any] struct {
	slots []T // length is a power of two, or 0
	head  int // index of the oldest, modulo the length
	n     int
}

const (
	// smallest is how many slots a ring has that is used at all.
	smallest = 64
	// kept is how many of them are never given back: a few kilobytes, for which queues that
	// come and go would have to be made again each time.
	kept = 1024
)

// Len is the number of elements.
func (r *Ring[T]) Len() int { return r.n }

// At is element i, from 0, the oldest.
func (r *Ring[T]) At(i int) T { return *r.slot(i) }

func (r *Ring[T]) slot(i int) *T { return &r.slots[(r.head+i)&(len(r.slots)-1)] }

// PushBack appends v.
func (r *Ring[T]) PushBack(v T) {
	r.grow()
	*r.slot(r.n) = v
	r.n++
}

// PushFront puts v before all others.
func (r *Ring[T]) PushFront(v T) {
	r.grow()
	r.head--
	*r.slot(0) = v
	r.n++
}

// PopFront takes the oldest element; the zero T when there is none. It keeps the memory,
// so that a burst after another allocates nothing.
func (r *Ring[T]) PopFront() (v T) {
	if r.n == 0 {
		return v
	}
	v, *r.slot(0) = *r.slot(0), v
	r.head++
	r.n--
	return v
}

// Pop is PopFront that gives memory back once a ring is all but empty, so that a burst is
// not paid for ever.
func (r *Ring[T]) Pop() T {
	v := r.PopFront()
	if len(r.slots) > kept && r.n < len(r.slots)/8 {
		r.resize(len(r.slots) / 2)
	}
	return v
}

func (r *Ring[T]) grow() {
	if r.n == len(r.slots) {
		r.resize(max(smallest, 2*len(r.slots)))
	}
}

func (r *Ring[T]) resize(size int) {
	slots := make([]T, size)
	for i := range r.n {
		slots[i] = r.At(i)
	}
	r.slots, r.head = slots, 0
}
