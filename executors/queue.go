package executors

// A taskQueue is an unbounded FIFO ring. It is not safe for concurrent use. The
// zero value is empty.
type taskQueue struct {
	ring  []Task // length is a power of two, or 0
	head  int    // index of the oldest task
	count int
}

const smallestRing = 64

func (q *taskQueue) push(t Task) {
	if q.count == len(q.ring) {
		q.resize(max(smallestRing, 2*len(q.ring)))
	}
	q.ring[(q.head+q.count)&(len(q.ring)-1)] = t
	q.count++
}

// pop returns nil when the queue is empty. It gives memory back once a ring is
// all but empty, so that a burst is not paid for ever.
func (q *taskQueue) pop() Task {
	if q.count == 0 {
		return nil
	}
	t := q.ring[q.head]
	q.ring[q.head] = nil
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.count--
	if len(q.ring) > smallestRing && q.count < len(q.ring)/8 {
		q.resize(len(q.ring) / 2)
	}
	return t
}

func (q *taskQueue) resize(size int) {
	ring := make([]Task, size)
	for i := range q.count {
		ring[i] = q.ring[(q.head+i)&(len(q.ring)-1)]
	}
	q.ring, q.head = ring, 0
}
