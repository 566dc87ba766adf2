package executors

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// A Func is a named task function. Make one with Define.
type Func[In, Out any] struct {
	name string
	f    func(context.Context, In) (Out, error)
	in   codec[In]
	out  codec[Out]
}

// remoteFunc is a Func whose types are hidden behind its encoding.
type remoteFunc interface {
	callRemote(ctx context.Context, input, output []byte) ([]byte, error)
}

var funcs = struct {
	sync.RWMutex
	byName map[string]remoteFunc
}{byName: map[string]remoteFunc{}}

// Define makes f a task function under a name that is unique in the program. It
// belongs into a package-level variable, so that every process started from this
// binary knows it:
//
//	var Crunch = executors.Define("crunch", func(ctx context.Context, in Doc) (Stats, error) { … })
//
// In and Out travel between processes as raw bytes for []byte, string, booleans
// and numbers, and as CBOR otherwise (exported fields; encoding.BinaryMarshaler
// is honoured). In-process executors pass them as they are, without a copy.
//
// Define panics on an empty or duplicate name and on a nil f: mistakes of the
// program, seen at its start.
func Define[In, Out any](name string, f func(context.Context, In) (Out, error)) *Func[In, Out] {
	if name == "" || f == nil {
		panic("executors: Define needs a name and a function")
	}
	fn := &Func[In, Out]{name: name, f: f, in: codecFor[In](), out: codecFor[Out]()}
	funcs.Lock()
	defer funcs.Unlock()
	if funcs.byName[name] != nil || funcs.byName[chunkedName(name)] != nil {
		panic("executors: task function " + name + " is defined twice")
	}
	funcs.byName[name] = fn
	funcs.byName[chunkedName(name)] = detached(chunked(fn))
	return fn
}

// Name is the name given to Define.
func (fn *Func[In, Out]) Name() string { return fn.name }

func (fn *Func[In, Out]) defined() bool { return fn != nil && fn.f != nil }

// Call calls the function directly, with no executor and no recovery: what a
// plain loop does.
func (fn *Func[In, Out]) Call(ctx context.Context, in In) (Out, error) { return fn.f(ctx, in) }

// CallRemote is the worker side of a process executor: it decodes input, calls
// the task function of that name and appends the encoded output to output. The
// error is ErrUnknownFunc, what the function returned, a *PanicError, ErrGoexit,
// or says that the input or the output could not be coded. Goexit ends only the
// call, not the calling goroutine.
//
// ctx is handed to the function.
func CallRemote(ctx context.Context, name string, input, output []byte) ([]byte, error) {
	funcs.RLock()
	fn, ok := funcs.byName[name]
	funcs.RUnlock()
	if !ok {
		return output, fmt.Errorf("%w: %q", ErrUnknownFunc, name)
	}
	return fn.callRemote(ctx, input, output)
}

func (fn *Func[In, Out]) callRemote(ctx context.Context, input, output []byte) ([]byte, error) {
	var in In
	if err := guard(func() (err error) { in, err = fn.in.decode(input); return err }); err != nil {
		return output, fmt.Errorf("executors: decoding the input of %s: %w", fn.name, err)
	}
	var out Out
	if err := guard(func() (err error) { out, err = fn.f(ctx, in); return err }); err != nil {
		return output, err
	}
	encoded := output
	if err := guard(func() (err error) { encoded, err = fn.out.append(output, out); return err }); err != nil {
		return output, fmt.Errorf("executors: encoding the output of %s: %w", fn.name, err)
	}
	return encoded, nil
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
