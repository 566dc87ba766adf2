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
// In-process executors pass In and Out as they are, of any type and without a copy. To
// and from another process travels what arrives equal, as reflect.DeepEqual tells; for
// a type of which this cannot be said Submit returns ErrUnsendable with the field:
//
//   - numbers, bools, strings; slices, arrays, maps, pointers and structs of what travels.
//     Nil and empty stay different, and what two pointers or maps share is shared there
//   - time.Time with its nanoseconds and its zone, without its monotonic clock
//   - types that encode themselves: both methods of encoding.BinaryMarshaler and
//     BinaryUnmarshaler, or GobEncode and GobDecode; those of text only if nothing else
//     would do. Methods that came with an embedded field do not count
//   - an interface without methods, if it holds nil, a value of a basic type such as int
//     or string, or a map[string]any or []any of such
//
// No struct with an unexported field that does not encode itself travels, no channel, no
// function, no interface with methods, and no pointer in the key of a map. Tags are not
// looked at. Values that another one refers to twice travel once; one that refers to
// itself, or lies more than 200,000 levels deep, fails with ErrUnsendable, and one that
// is larger than the executor allows with ErrTooLarge.
//
// Of a task that returns an error in another process only the error comes back.
//
// No executor copies bytes or strings of LargeValue or more before it has to: an input
// must not be changed until the future is settled.
//
// Define panics on an empty or duplicate name and on a nil f: mistakes of the
// program, seen at its start.
func Define[In, Out any](name string, f func(context.Context, In) (Out, error)) *Func[In, Out] {
	if name == "" || f == nil {
		panic("executors: Define needs a name and a function")
	}
	fn := &Func[In, Out]{name: name, f: f, in: codecFor[In](), out: codecFor[Out]()}
	fn.sendable = sync.OnceValue(fn.checkTypes)
	funcs.Lock()
	defer funcs.Unlock()
	if funcs.byName[name] != nil || funcs.byName[chunkedName(name)] != nil {
		panic("executors: task function " + name + " is defined twice")
	}
	funcs.byName[name] = fn
	funcs.byName[chunkedName(name)] = (*remoteChunk[In, Out])(fn)
	return fn
}

// A RemoteFunc is the worker side of a task function.
type RemoteFunc interface {
	// CallRemote decodes input, calls the function with ctx and appends the encoded
	// output to output, or, if output is empty, may return other memory of at least
	// LargeValue bytes, to be read only. An input that large belongs to the function
	// then. An encoded output of more than limit bytes is ErrTooLarge; the outputs of
	// a chunk of Map together are at most twice limit and MaxEncodedError. The error is
	// what the function returned, a *PanicError, or says that the input or the output
	// could not be coded. A runtime.Goexit in the function ends the calling goroutine.
	CallRemote(ctx context.Context, input, output []byte, limit int) ([]byte, error)

	// KeepsInput reports whether the function may keep a large input beyond the call;
	// else CallRemote may be given memory that is used again afterwards.
	KeepsInput() bool
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

func (name unknownFunc) KeepsInput() bool { return false }

func (name unknownFunc) CallRemote(_ context.Context, _, output []byte, _ int) ([]byte, error) {
	return output, fmt.Errorf("%w: %q", ErrUnknownFunc, string(name))
}
