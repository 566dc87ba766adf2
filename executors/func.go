package executors

import (
	"context"
	"fmt"
)

// A Func is a task function: one made with Define, which can run anywhere, or a
// Closure.
type Func[In, Out any] struct {
	name string // empty for a closure
	f    func(context.Context, In) (Out, error)
	in   valueCodec[In] // those of a closure are never used
	out  valueCodec[Out]

	// sendable is why no call can be sent to another process, nil if it can.
	sendable func() error
}

// Closure makes a task function of f, which may use what is around it and so can only
// run in this process: Submit and Map take it for every executor here, and one of
// worker processes refuses it with ErrNotShippable. A nil f is refused with ErrNilFunc
// when it is used.
func Closure[In, Out any](f func(context.Context, In) (Out, error)) *Func[In, Out] {
	return &Func[In, Out]{f: f}
}

// Name is the name given to Define, empty for a Closure.
func (fn *Func[In, Out]) Name() string { return fn.name }

// Call calls the function directly, with no executor and no recovery: what a
// plain loop does. The error is ErrNilFunc if there is none.
func (fn *Func[In, Out]) Call(ctx context.Context, in In) (Out, error) {
	if !fn.defined() {
		return *new(Out), ErrNilFunc
	}
	return fn.f(ctx, in)
}

func (fn *Func[In, Out]) defined() bool { return fn != nil && fn.f != nil }

// checkTypes is why inputs or outputs of fn cannot be sent.
func (fn *Func[In, Out]) checkTypes() error {
	for _, side := range []struct {
		name  string
		check func() error
	}{{"inputs", fn.in.check}, {"outputs", fn.out.check}} {
		if side.check == nil {
			continue
		}
		if err := side.check(); err != nil {
			return fmt.Errorf("executors: %s of %s: %w", side.name, fn.name, err)
		}
	}
	return nil
}

// KeepsInput implements RemoteFunc.
func (fn *Func[In, Out]) KeepsInput() bool { return fn.in.keeps }

// CallRemote implements RemoteFunc.
func (fn *Func[In, Out]) CallRemote(ctx context.Context, input, output []byte, limit int) (encoded []byte, err error) {
	if fn.name == "" {
		return output, ErrNotShippable
	}
	doing := "decoding the input of"
	defer func() {
		if err = panicked(recover(), err); err != nil {
			encoded = output
			if doing != "" {
				err = fmt.Errorf("executors: %s %s: %w", doing, fn.name, err)
			}
		}
	}()
	in, err := fn.in.decode(input)
	if err != nil {
		return output, err
	}
	doing = ""
	out, err := fn.f(ctx, in)
	if err != nil {
		return output, err
	}
	doing = "encoding the output of"
	return fn.out.append(output, out, limit)
}

// guard calls f and turns a panic into a *PanicError. Goexit cannot be stopped:
// a caller that must outlive it watches its own goroutine.
func guard(f func() error) (err error) {
	defer func() { err = panicked(recover(), err) }()
	return f()
}
