package executors

import (
	"context"
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
		}},
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
	for runUntilPanic(ctx, f, inputs, out) {
	}
}

// runUntilPanic makes calls until one panics, or all are made; more tells which.
// After Goexit, which cannot be stopped, the deferred function makes the rest.
func runUntilPanic[In, Out any](ctx context.Context, f func(context.Context, In) (Out, error), inputs []In, out *results[Out]) (more bool) {
	whole := false
	defer func() {
		if whole {
			return
		}
		err := panicked(recover(), ErrGoexit)
		out.setError(out.reached, err)
		out.reached++
		if more = out.reached < len(inputs); err == ErrGoexit {
			runRange(ctx, f, inputs, out)
		}
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
