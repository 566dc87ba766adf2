package executors

import (
	"context"
	"fmt"
	"runtime/debug"
)

// A RemoteFunc is the worker side of a task function.
type RemoteFunc interface {
	// CallRemote decodes input, calls the function with ctx and appends the encoded
	// output to output, or, if output is empty, may return other memory of at least
	// LargeValue bytes, to be read only. An input that large belongs to the function
	// then. The error is what the function returned, a *PanicError, or
	// says that the input or the output could not be coded. A runtime.Goexit in the
	// function ends the calling goroutine.
	CallRemote(ctx context.Context, input, output []byte) ([]byte, error)
}

// CallRemote implements RemoteFunc.
func (fn *Func[In, Out]) CallRemote(ctx context.Context, input, output []byte) (encoded []byte, err error) {
	if fn.name == "" {
		return output, ErrNotShippable
	}
	doing := "decoding the input of"
	defer func() {
		if r := recover(); r != nil {
			err = &PanicError{Value: r, Stack: debug.Stack()}
		}
		if err != nil {
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
	return fn.out.append(output, out)
}

// guard calls f and turns a panic into a *PanicError. Goexit cannot be stopped:
// a caller that must outlive it watches its own goroutine.
func guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &PanicError{Value: r, Stack: debug.Stack()}
		}
	}()
	return f()
}
