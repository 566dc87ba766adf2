package executors

import (
	"context"
	"encoding/binary"
	"sync"
)

// A chunk is the input of one task that stands for several calls.
type chunk[In, Out any] struct {
	inputs []In
	out    *results[Out]
}

// results are the outcomes of the calls of a chunk, in order. Those from reached
// on were never made.
type results[Out any] struct {
	values  []Out
	errs    []error // nil as long as there is none
	reached int
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
	case r.errs != nil:
		return r.values[i], r.errs[i]
	}
	return r.values[i], nil
}

func (r *results[Out]) setError(i int, err error) {
	if r.errs == nil {
		r.errs = make([]error, len(r.values))
	}
	r.errs[i] = err
}

// chunked is the function that makes the calls of a chunk. Its name is known in
// every process, because Define registers it beside fn.
func chunked[In, Out any](fn *Func[In, Out]) *Func[*chunk[In, Out], *results[Out]] {
	return &Func[*chunk[In, Out], *results[Out]]{
		name: chunkedName(fn.name),
		f: func(ctx context.Context, c *chunk[In, Out]) (*results[Out], error) {
			runRange(ctx, fn.f, c.inputs, c.out)
			return c.out, nil
		},
		in:  chunkCodec[In, Out](fn.in),
		out: resultsCodec(fn.name, fn.out),
	}
}

// detached makes the calls in a goroutine of their own. In another process the
// results are what the function returns, which Goexit in a call must not prevent.
func detached[In, Out any](fn *Func[*chunk[In, Out], *results[Out]]) *Func[*chunk[In, Out], *results[Out]] {
	f := fn.f
	fn.f = func(ctx context.Context, c *chunk[In, Out]) (*results[Out], error) {
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = f(ctx, c) })
		wg.Wait()
		return c.out, nil
	}
	return fn
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
		if ctx.Err() != nil {
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

// A chunk travels as the number of its inputs, and each behind its length; numbers
// have no need of that.
func chunkCodec[In, Out any](item codec[In]) codec[*chunk[In, Out]] {
	return codec[*chunk[In, Out]]{
		append: func(b []byte, c *chunk[In, Out]) ([]byte, error) {
			b = binary.AppendUvarint(b, uint64(len(c.inputs)))
			if item.appendAll != nil {
				return item.appendAll(b, c.inputs), nil
			}
			var scratch []byte
			for _, in := range c.inputs {
				var err error
				if scratch, err = item.append(scratch[:0], in); err != nil {
					return b, err
				}
				b = appendSized(b, scratch)
				scratch = reusable(scratch)
			}
			return b, nil
		},
		decode: func(b []byte) (*chunk[In, Out], error) {
			r := reader{b: b}
			n := r.count()
			c := &chunk[In, Out]{inputs: make([]In, n), out: newResults[Out](n)}
			if item.decodeAll != nil {
				item.decodeAll(r.take(numberSize*n), c.inputs)
				return c, r.err
			}
			for i := range n {
				in, err := item.decode(r.sized())
				if err != nil {
					return nil, err
				}
				c.inputs[i] = in
			}
			return c, r.err
		},
	}
}

// reusable is memory that may be written to: a large value may be the user's own.
func reusable(encoded []byte) []byte {
	if len(encoded) >= LargeValue {
		return nil
	}
	return encoded
}

// What the outcome of one call of a chunk is.
const (
	tagValue = iota
	tagError // see AppendError
	tagNever // was not made

	tagNumbers // in the place of the first: all are values, in 8 bytes each
)

// resultsCodec is the codec of the results of calls of the function fn.
func resultsCodec[Out any](fn string, item codec[Out]) codec[*results[Out]] {
	return codec[*results[Out]]{
		append: func(b []byte, out *results[Out]) ([]byte, error) {
			b = binary.AppendUvarint(b, uint64(len(out.values)))
			if item.appendAll != nil && out.errs == nil && out.reached == len(out.values) && out.reached > 0 {
				return item.appendAll(append(b, tagNumbers), out.values), nil
			}
			var scratch []byte
			for i := range out.values {
				switch v, err := out.at(i, nil); {
				case i >= out.reached:
					b = append(b, tagNever)
				case err != nil:
					b = AppendError(append(b, tagError), err)
				default:
					if scratch, err = item.append(scratch[:0], v); err != nil {
						b = AppendError(append(b, tagError), err)
						continue
					}
					b = appendSized(append(b, tagValue), scratch)
					scratch = reusable(scratch)
				}
			}
			return b, nil
		},
		decode: func(b []byte) (*results[Out], error) {
			r := reader{b: b}
			out := newResults[Out](r.count())
			for i := range out.values {
				switch tag := r.byte(); {
				case tag == tagValue:
					v, err := item.decode(r.sized())
					if err != nil {
						out.setError(i, err)
					}
					out.values[i] = v
				case tag == tagError:
					out.setError(i, r.error(fn))
				case tag == tagNumbers && i == 0 && item.decodeAll != nil:
					item.decodeAll(r.take(numberSize*len(out.values)), out.values)
					out.reached = len(out.values)
					return out, r.err
				case tag == tagNever:
					return out, r.err
				default:
					r.fail()
				}
				if r.err != nil {
					break
				}
				out.reached = i + 1
			}
			return out, r.err
		},
	}
}
