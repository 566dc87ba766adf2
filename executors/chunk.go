package executors

import (
	"context"
	"sync"
)

// A chunk is the input of one task that stands for several calls.
type chunk[In, Out any] struct {
	inputs  []In
	encoded []byte // the inputs, where they have been encoded already
	out     *results[Out]
}

// results are the outcomes of the calls of a chunk, in order. Those from reached
// on were never made.
type results[Out any] struct {
	values  []Out
	errs    []error // nil as long as there is none
	reached int

	sent *outbound[Out] // in another process: takes the results as they come
	cut  bool           // from another process: the calls from reached on are still to be made
}

func newResults[Out any](n int) *results[Out] { return &results[Out]{values: make([]Out, n)} }

// at is the outcome of call i; fate is why the chunk ended, for calls that were
// never made.
func (r *results[Out]) at(i int, fate error) (Out, error) {
	switch {
	case i >= r.reached:
		if fate == nil {
			fate = ErrCancelled
		}
		return *new(Out), fate
	case i < len(r.errs):
		return r.values[i], r.errs[i]
	}
	return r.values[i], nil
}

func (r *results[Out]) setError(i int, err error) {
	if len(r.errs) < len(r.values) {
		r.errs = append(r.errs, make([]error, len(r.values)-len(r.errs))...)
	}
	r.errs[i] = err
}

// chunked is the function that makes the calls of a chunk in this process. In others it
// is known as remoteChunk, which Define registers beside fn.
func chunked[In, Out any](fn *Func[In, Out]) *Func[*chunk[In, Out], *results[Out]] {
	return &Func[*chunk[In, Out], *results[Out]]{
		name: chunkedName(fn.name),
		f: func(ctx context.Context, c *chunk[In, Out]) (*results[Out], error) {
			runRange(ctx, fn.f, c.inputs, c.out)
			return c.out, nil
		},
		in: valueCodec[*chunk[In, Out]]{append: func(b []byte, c *chunk[In, Out], limit int) ([]byte, error) {
			if c.encoded != nil {
				return appendLarge(b, c.encoded, limit)
			}
			encoded, _, err := pack(fn.in, c.inputs, limit)
			if err != nil {
				return b, err
			}
			return appendLarge(b, encoded, limit)
		}},
		out: valueCodec[*results[Out]]{decode: func(b []byte) (*results[Out], error) {
			return decodeOutcomes(fn.name, fn.out, b)
		}, custom: fn.out.custom},
		sendable: fn.sendable,
	}
}

func chunkedName(name string) string {
	if name == "" {
		return ""
	}
	return name + "[]"
}

// runRange makes the calls for inputs and puts their outcomes into out. A call
// that panics, or ends its goroutine, costs its own result only. Calls that behave
// pay one deferred function for all of them.
func runRange[In, Out any](ctx context.Context, f func(context.Context, In) (Out, error), inputs []In, out *results[Out]) {
	outlive(CurrentWorker(ctx), func() {
		for runUntilFault(ctx, f, inputs, out) {
		}
	})
}

// runUntilFault makes calls until one panics, or all are made; more tells which. A
// Goexit, which cannot be stopped, is noted and goes on.
func runUntilFault[In, Out any](ctx context.Context, f func(context.Context, In) (Out, error), inputs []In, out *results[Out]) (more bool) {
	whole := false
	defer func() {
		if whole {
			return
		}
		out.setError(out.reached, panicked(recover(), ErrGoexit))
		out.reached++
		more = true
	}()
	for i := out.reached; i < len(inputs); i++ {
		if ctx.Err() != nil || out.full() {
			break
		}
		out.reached = i
		v, err := f(ctx, inputs[i])
		out.values[i] = v
		if err != nil {
			out.setError(i, err)
		}
		out.reached = i + 1
	}
	whole = true
	return false
}

// outlive calls f until it returns. When the code of a user in f calls runtime.Goexit, f
// is called again in a new goroutine, on a thread fit for w, while the one that is ending
// waits. So no number of them makes a stack grow. f does not panic, and goes on where it
// was; w may be nil.
//
// Where a worker borrows the goroutine of a submitter, f does not run there: Goexit would
// reach whoever submitted it.
func outlive(w *Worker, f func()) {
	returned := false
	run := func() {
		f()
		returned = true
	}
	defer func() {
		for !returned {
			var group sync.WaitGroup
			switch {
			case w == nil:
				group.Go(run)
			case w.move == nil:
				group.Go(func() { w.in.during(run) })
			default:
				group.Go(func() {
					w.in.during(func() {
						if returned = !w.move(); !returned { // else the pool is broken
							run()
						}
					})
				})
			}
			group.Wait()
		}
	}()
	if w == nil || !w.borrow {
		run()
	}
}
