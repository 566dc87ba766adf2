package ring

// A Queue is a Ring out of whose middle elements can be taken, in constant time on
// average. What is taken out leaves a hole, until those before it have gone or there are
// more holes than elements. To look something up costs nothing before it is first done.
//
// It is not safe for concurrent use. The zero V is no element.
type Queue[K, V comparable] struct {
	// Key is what an element can be taken out by; false if it cannot. It is set before
	// the first use, and does not change for an element in the queue.
	Key func(V) (K, bool)

	ring  Ring[V] // never begins with a hole
	holes int
	first int       // number of the first slot; slots keep theirs when others go
	slots map[K]int // numbers by key; nil until something is taken out, and when nothing can be
}

// Len is the number of elements.
func (q *Queue[K, V]) Len() int { return q.ring.Len() - q.holes }

// Front is the oldest element. There must be one.
func (q *Queue[K, V]) Front() V { return q.ring.At(0) }

// PushBack appends v.
func (q *Queue[K, V]) PushBack(v V) {
	q.ring.PushBack(v)
	q.note(q.ring.Len() - 1)
}

// PushFront puts v before all others.
func (q *Queue[K, V]) PushFront(v V) {
	q.ring.PushFront(v)
	q.first--
	q.note(0)
}

// PopFront takes the oldest element; the zero V when there is none.
func (q *Queue[K, V]) PopFront() (v V) {
	if q.ring.Len() == 0 {
		return v
	}
	v = q.pop()
	if q.slots != nil {
		if k, ok := q.Key(v); ok {
			delete(q.slots, k)
		}
	}
	q.trim()
	return v
}

// TakeAll empties the queue.
func (q *Queue[K, V]) TakeAll() []V {
	all := make([]V, 0, q.Len())
	for q.ring.Len() > 0 {
		all = append(all, q.PopFront())
	}
	return all
}

// Remove takes out the element with key k; false if there is none.
func (q *Queue[K, V]) Remove(k K) (v V, ok bool) {
	if q.ring.Len() == 0 {
		return v, false
	}
	if q.slots == nil {
		q.number()
	}
	n, ok := q.slots[k]
	if !ok {
		return v, false
	}
	delete(q.slots, k)
	at := q.ring.slot(n - q.first)
	v, *at = *at, v
	q.holes++
	q.trim()
	return v, true
}

// note notes the number of the element in slot i.
func (q *Queue[K, V]) note(i int) {
	if q.slots == nil {
		return
	}
	v := q.ring.At(i)
	if v == *new(V) {
		return
	}
	if k, ok := q.Key(v); ok {
		q.slots[k] = q.first + i
	}
}

func (q *Queue[K, V]) number() {
	q.slots = make(map[K]int, q.Len())
	for i := range q.ring.Len() {
		q.note(i)
	}
}

func (q *Queue[K, V]) pop() V {
	q.first++
	return q.ring.Pop()
}

// trim keeps what is promised of ring, holes and slots.
func (q *Queue[K, V]) trim() {
	for q.holes > 0 && q.ring.At(0) == *new(V) {
		q.pop()
		q.holes--
	}
	switch {
	case q.ring.Len() == 0:
		q.slots = nil
	case q.holes > q.Len():
		for range q.ring.Len() {
			if v := q.pop(); v != *new(V) {
				q.ring.PushBack(v)
			}
		}
		q.holes = 0
		q.number()
	}
}
