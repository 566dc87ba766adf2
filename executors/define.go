package executors

import (
	"context"
	"fmt"
	"sync"
)

var funcs = struct {
	sync.RWMutex
	byName map[string]RemoteFunc
}{byName: map[string]RemoteFunc{}}

// Define makes f a task function under a name that is unique in the program. It
// belongs into a package-level variable, so that every process started from this
// binary knows it:
//
//	var Crunch = executors.Define("crunch", func(ctx context.Context, in Doc) (Stats, error) { … })
//
// In and Out travel between processes as raw bytes for []byte, string, int, int64,
// uint64 and float64, and as CBOR otherwise (exported fields; encoding.BinaryMarshaler
// is honoured). In-process executors pass them as they are, without a copy, and no
// executor copies bytes or strings of LargeValue or more before it has to: an input
// must not be changed until the future is settled.
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

// Lookup finds a task function by the name it was defined with. It never returns
// nil: calling a function that is not defined fails with ErrUnknownFunc.
func Lookup(name string) RemoteFunc {
	funcs.RLock()
	defer funcs.RUnlock()
	if fn, ok := funcs.byName[name]; ok {
		return fn
	}
	return unknownFunc(name)
}

type unknownFunc string

func (name unknownFunc) CallRemote(_ context.Context, _, output []byte) ([]byte, error) {
	return output, fmt.Errorf("%w: %q", ErrUnknownFunc, string(name))
}
