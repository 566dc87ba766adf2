package executors

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// A scan maps a slice in this process. Each of up to Workers tasks takes ranges
// of the inputs by moving a shared index, runs them and reports them done: an
// atomic operation and a lock for each range instead of a task for each input.
//
// A range is copied before it is run, so that whoever leaves the sequence need not wait
// for calls under way before the inputs are theirs again.
type scan[In, Out any] struct {
	ctx       context.Context
	fn        *Func[In, Out]
	total     int // inputs
	values    []Out
	workers   int
	unordered bool
	runners   []*Future[struct{}]

	index atomic.Int64 // inputs before it have been taken

	reading sync.RWMutex // held while inputs are copied
	inputs  []In         // nil when the sequence was left

	mu      sync.Mutex
	done    map[int]span[Out] // by first input: ranges that are done and not yielded
	arrival chan struct{}     // capacity 1: done may hold something new
}

// A span is a range of inputs whose calls have been made.
type span[Out any] struct {
	from int
	out  *results[Out]
}

const (
	scanTarget = 100 * time.Microsecond // how long a range should last
	scanFirst  = 16                     // inputs in a worker's first range
	scanMost   = 1 << 12                // inputs in a range, for they are copied
)

// startScan submits the runners. ErrNotShippable means that ex runs tasks
// elsewhere.
func startScan[In, Out any](ctx context.Context, ex Executor, fn *Func[In, Out], inputs []In, unordered bool) (*scan[In, Out], error) {
	s := &scan[In, Out]{
		ctx: ctx, fn: fn, total: len(inputs), inputs: inputs, values: make([]Out, len(inputs)), unordered: unordered,
		done: map[int]span[Out]{}, arrival: make(chan struct{}, 1),
		workers: max(1, min(ex.Workers(), len(inputs))),
	}
	for range s.workers {
		f, err := SubmitFunc(ctx, ex, s.run)
		if err != nil && len(s.runners) == 0 {
			return nil, err
		}
		if err != nil {
			break // fewer runners do the work too
		}
		s.runners = append(s.runners, f)
	}
	return s, nil
}

// run is one runner. It ends when all inputs are taken, whatever calls do to its
// goroutine.
func (s *scan[In, Out]) run(ctx context.Context) (struct{}, error) {
	outlive(CurrentWorker(ctx), func() { s.runRanges(ctx) })
	return struct{}{}, nil
}

func (s *scan[In, Out]) runRanges(ctx context.Context) {
	n := scanFirst
	var inputs []In
	for ctx.Err() == nil {
		// Shorter ranges towards the end, so that all runners end together.
		left := s.total - int(s.index.Load())
		n = max(1, min(n, left/(2*s.workers), scanMost))
		from := int(s.index.Add(int64(n))) - n
		if from >= s.total {
			break
		}
		to := min(from+n, s.total)
		if inputs = s.copyTo(inputs[:0], from, to); len(inputs) == 0 {
			break // nobody is interested any more
		}
		out := &results[Out]{values: s.values[from:to:to]}
		start := time.Now()
		s.runSpan(ctx, from, inputs, out)
		// At most four times longer each time, at once as short as need be.
		took := max(time.Since(start), 1)
		n = int(min(4*float64(n), float64(n)*float64(scanTarget)/float64(took)))
	}
}

// copyTo appends the inputs of a range to those given, none when the sequence was left.
func (s *scan[In, Out]) copyTo(inputs []In, from, to int) []In {
	s.reading.RLock()
	defer s.reading.RUnlock()
	if s.inputs == nil {
		return nil
	}
	return append(inputs, s.inputs[from:to]...)
}

// runSpan runs a range and reports it, whatever its calls do.
func (s *scan[In, Out]) runSpan(ctx context.Context, from int, inputs []In, out *results[Out]) {
	defer func() {
		s.mu.Lock()
		s.done[from] = span[Out]{from, out}
		s.mu.Unlock()
		signal(s.arrival)
	}()
	runRange(ctx, s.fn.f, inputs, out)
}

// take returns a range that is done: the one that starts at next, or any if the
// order does not matter.
func (s *scan[In, Out]) take(next int) (sp span[Out], ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unordered {
		for _, sp = range s.done {
			next = sp.from
			break
		}
	}
	sp, ok = s.done[next]
	delete(s.done, next)
	return sp, ok
}

func (s *scan[In, Out]) yield(yield func(Out, error) bool) {
	defer s.abandon()
	for yielded := 0; yielded < s.total; {
		sp, ok := s.take(yielded)
		if !ok {
			if err := s.wait(); err != nil {
				yield(*new(Out), err)
				return
			}
			continue
		}
		for i := range sp.out.values {
			if !yield(sp.out.at(i, nil)) {
				return
			}
		}
		yielded += len(sp.out.values)
	}
}

// errScanEnded cannot be seen unless every runner was ended from outside.
var errScanEnded = errors.New("executors: the workers ended before all inputs were taken")

// wait blocks until a range may have been done.
func (s *scan[In, Out]) wait() error {
	t := taskOf(s.ctx)
	if t != nil {
		for _, f := range s.runners {
			f.runFor(t, s.ctx)
		}
	}
	alive := s.sample()
	if alive == nil {
		return s.ended()
	}
	var over chan struct{}
	if t != nil {
		w := &wait{task: t, ctx: s.ctx, many: s}
		if !w.begin() {
			return s.unfinished(context.Canceled)
		}
		defer w.leave()
		if err := w.park(); err != nil {
			return s.unfinished(err)
		}
		over = w.over
	}
	select {
	case <-s.arrival:
		return nil
	case <-alive.Done():
		return nil
	case <-s.ctx.Done():
		return s.unfinished(context.Cause(s.ctx))
	case <-over:
		return s.unfinished(ErrDeadlock)
	}
}

// sample and rest are for a task that iterates.
func (s *scan[In, Out]) sample() *future {
	for _, f := range s.runners {
		if !f.settled() {
			return &f.future
		}
	}
	return nil
}

func (s *scan[In, Out]) rest() (runners []*future) {
	for _, f := range s.runners {
		runners = append(runners, &f.future)
	}
	return runners
}

// unfinished is the error when the iteration ends early.
func (s *scan[In, Out]) unfinished(cause error) error {
	taken := min(s.index.Load(), int64(s.total))
	return &WaitError{Unfinished: s.total - int(taken), Total: s.total, Cause: cause}
}

// ended is the outcome when no runner lives: nil if there is something to take,
// else why they ended.
func (s *scan[In, Out]) ended() error {
	s.mu.Lock()
	left := len(s.done)
	s.mu.Unlock()
	if left > 0 {
		return nil
	}
	if s.ctx.Err() != nil { // the runners ended for that, and say nothing of it
		return s.unfinished(context.Cause(s.ctx))
	}
	for _, f := range s.runners {
		if f.err != nil && !errors.Is(f.err, ErrGoexit) {
			return f.err
		}
	}
	return errScanEnded
}

// abandon ends the runners. When it returns nobody reads the inputs, but for what calls
// under way do with their own.
func (s *scan[In, Out]) abandon() {
	for _, f := range s.runners {
		f.Cancel()
	}
	s.reading.Lock()
	s.inputs = nil
	s.reading.Unlock()
}
