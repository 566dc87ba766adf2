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
type scan[In, Out any] struct {
	ctx       context.Context
	fn        *Func[In, Out]
	inputs    []In
	values    []Out
	workers   int
	unordered bool
	runners   []*Future[struct{}]

	index atomic.Int64 // inputs before it have been taken

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
	scanMost   = 1 << 14                // inputs in a range
)

// startScan submits the runners. ErrNotShippable means that ex runs tasks
// elsewhere.
func startScan[In, Out any](ctx context.Context, ex Executor, fn *Func[In, Out], inputs []In, unordered bool) (*scan[In, Out], error) {
	s := &scan[In, Out]{
		ctx: ctx, fn: fn, inputs: inputs, values: make([]Out, len(inputs)), unordered: unordered,
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

// run is one runner.
func (s *scan[In, Out]) run(ctx context.Context) (struct{}, error) {
	n := scanFirst
	for ctx.Err() == nil {
		// Shorter ranges towards the end, so that all runners end together.
		left := len(s.inputs) - int(s.index.Load())
		n = max(1, min(n, left/(2*s.workers), scanMost))
		from := int(s.index.Add(int64(n))) - n
		if from >= len(s.inputs) {
			break
		}
		to := min(from+n, len(s.inputs))
		out := &results[Out]{values: s.values[from:to:to]}
		start := time.Now()
		s.runSpan(ctx, from, to, out)
		// At most four times longer each time, at once as short as need be.
		took := max(time.Since(start), 1)
		n = int(min(4*float64(n), float64(n)*float64(scanTarget)/float64(took)))
	}
	return struct{}{}, nil
}

// runSpan runs a range and reports it, whatever its calls do.
func (s *scan[In, Out]) runSpan(ctx context.Context, from, to int, out *results[Out]) {
	defer func() {
		s.mu.Lock()
		s.done[from] = span[Out]{from, out}
		s.mu.Unlock()
		signal(s.arrival)
	}()
	runRange(ctx, s.fn.f, s.inputs[from:to], out)
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
	for yielded := 0; yielded < len(s.inputs); {
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
	var alive *Future[struct{}] // one that is
	for _, f := range s.runners {
		if f.help(s.ctx); alive == nil && !f.settled() {
			alive = f
		}
	}
	if alive == nil {
		return s.ended()
	}
	select {
	case <-s.arrival:
		return nil
	case <-alive.Done():
		return nil
	case <-s.ctx.Done():
		return s.unfinished()
	}
}

// unfinished is the error when the context has ended.
func (s *scan[In, Out]) unfinished() error {
	taken := min(s.index.Load(), int64(len(s.inputs)))
	return &WaitError{Unfinished: len(s.inputs) - int(taken), Total: len(s.inputs), Cause: context.Cause(s.ctx)}
}

// ended is the outcome when no runner lives: nil if there is something to take,
// else why they ended, or new runners' absence.
func (s *scan[In, Out]) ended() error {
	s.mu.Lock()
	left := len(s.done)
	s.mu.Unlock()
	if left > 0 {
		return nil
	}
	if s.ctx.Err() != nil { // the runners ended for that, and say nothing of it
		return s.unfinished()
	}
	for _, f := range s.runners {
		if f.err != nil && !errors.Is(f.err, ErrGoexit) {
			return f.err
		}
	}
	if s.index.Load() < int64(len(s.inputs)) {
		_, err := s.run(s.ctx) // every runner met a Goexit: go on here
		return err
	}
	return errScanEnded
}

func (s *scan[In, Out]) abandon() {
	for _, f := range s.runners {
		f.Cancel()
	}
}
