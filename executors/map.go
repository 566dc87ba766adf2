package executors

import (
	"context"
	"iter"
	"slices"
)

// A MapOption changes how Map works.
type MapOption func(*mapOptions)

type mapOptions struct{ buffer int }

// Buffer keeps at most n inputs between being taken from the input sequence and
// being yielded, so that Map works on sequences without an end. n below 1 is an
// error of Map.
func Buffer(n int) MapOption { return func(o *mapOptions) { o.buffer = n } }

// Map calls fn on every input on ex and yields the results in input order, each
// with its own error: an error does not end the sequence.
//
// The calls are submitted when Map is called, all of them, or with Buffer the
// first n and one more for each result that is yielded. Breaking out of the
// sequence, or the end of ctx, cancels what has not been yielded; when ctx ends
// the last pair carries a *WaitError. If ex refuses a call, its error is the last
// pair. The sequence can be iterated once.
func Map[In, Out any](ctx context.Context, ex Executor, fn *Func[In, Out], inputs iter.Seq[In], options ...MapOption) iter.Seq2[Out, error] {
	o := mapOptions{buffer: -1}
	for _, set := range options {
		set(&o)
	}
	if o.buffer == 0 || o.buffer < -1 {
		return failed[Out](errBuffer)
	}
	m := &mapping[In, Out]{ctx: ctx, ex: ex, fn: fn}
	m.next, m.stop = iter.Pull(inputs)
	for o.buffer < 0 || len(m.inFlight) < o.buffer {
		if !m.submitOne() {
			break
		}
	}
	return m.yield
}

func failed[Out any](err error) iter.Seq2[Out, error] {
	return func(yield func(Out, error) bool) { yield(*new(Out), err) }
}

// A mapping is a Map under way.
type mapping[In, Out any] struct {
	ctx      context.Context
	ex       Executor
	fn       *Func[In, Out]
	next     func() (In, bool)
	stop     func()
	inFlight []*Future[Out] // in input order
	refusal  error          // of the executor; ends the sequence
	ended    bool           // no more inputs
}

// submitOne takes one input; false when there is none or it was refused.
func (m *mapping[In, Out]) submitOne() bool {
	if m.ended {
		return false
	}
	in, ok := m.next()
	if ok {
		var f *Future[Out]
		if f, m.refusal = Submit(m.ctx, m.ex, m.fn, in); m.refusal == nil {
			m.inFlight = append(m.inFlight, f)
			return true
		}
	}
	m.ended = true
	m.stop()
	return false
}

func (m *mapping[In, Out]) yield(yield func(Out, error) bool) {
	defer m.abandon()
	for len(m.inFlight) > 0 {
		f := m.inFlight[0]
		out, err := f.Result(m.ctx)
		if !f.settled() {
			yield(*new(Out), err)
			return
		}
		m.inFlight[0] = nil
		m.inFlight = m.inFlight[1:]
		m.submitOne()
		if !yield(out, err) {
			return
		}
	}
	if m.refusal != nil {
		refusal := m.refusal
		m.refusal = nil
		yield(*new(Out), refusal)
	}
}

func (m *mapping[In, Out]) abandon() {
	// The last first: a worker that a cancelled task sets free finds nothing left.
	for _, f := range slices.Backward(m.inFlight) {
		f.Cancel()
	}
	m.inFlight = nil
	m.ended = true
	m.stop()
}
