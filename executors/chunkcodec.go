package executors

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
)

// A chunk travels as its inputs, each behind its length; numbers have no need of that.

// pack encodes inputs up to the one that would exceed limit, or cannot be encoded, of
// which err tells. n are encoded.
func pack[In any](item valueCodec[In], inputs []In, limit int) (encoded []byte, n int, err error) {
	if item.appendAll != nil {
		if n = min(len(inputs), limit/numberSize); n < len(inputs) {
			err = ErrTooLarge
		}
		return item.appendAll(nil, inputs[:n]), n, err
	}
	var scratch []byte
	for _, in := range inputs {
		if scratch, err = item.encode(scratch[:0], in, limit); err != nil {
			return encoded, n, err
		}
		if len(scratch) > limit-len(encoded)-binary.MaxVarintLen64 {
			return encoded, n, ErrTooLarge
		}
		encoded = appendSized(encoded, scratch)
		scratch = reusable(scratch)
		n++
	}
	return encoded, n, nil
}

// reusable is memory that may be written to: a large value may be the user's own.
func reusable(encoded []byte) []byte {
	if len(encoded) >= LargeValue {
		return nil
	}
	return encoded
}

func unpack[In any](item valueCodec[In], b []byte) (inputs []In, err error) {
	if item.decodeAll != nil {
		if len(b)%numberSize != 0 {
			return nil, errMalformed
		}
		inputs = make([]In, len(b)/numberSize)
		item.decodeAll(b, inputs)
		return inputs, nil
	}
	for r := (reader{b: b}); len(r.b) > 0; {
		in, err := item.decode(r.sized())
		if r.err != nil {
			err = r.err
		}
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, in)
	}
	return inputs, nil
}

// A remoteChunk is a function as it is called for chunks in another process.
type remoteChunk[In, Out any] Func[In, Out]

// KeepsInput implements RemoteFunc.
func (fn *remoteChunk[In, Out]) KeepsInput() bool { return fn.in.keeps }

// CallRemote implements RemoteFunc.
func (fn *remoteChunk[In, Out]) CallRemote(ctx context.Context, input, output []byte, limit int) ([]byte, error) {
	var inputs []In
	err := guard(func() (err error) { inputs, err = unpack(fn.in, input); return err })
	if err != nil {
		return output, fmt.Errorf("executors: decoding a chunk of inputs of %s: %w", fn.name, err)
	}
	out := newResults[Out](len(inputs))
	out.sent = &outbound[Out]{fn: fn.name, item: fn.out, limit: limit, b: output, start: len(output)}
	var wg sync.WaitGroup
	wg.Go(func() { runRange(ctx, fn.f, inputs, out) }) // Goexit in a call must not end this goroutine
	wg.Wait()
	cut := out.full() && out.reached < len(inputs)
	if out.send(); cut {
		out.sent.b = append(out.sent.b, tagCut)
	}
	return out.sent.b, nil
}

// What the outcome of one call of a chunk is. Calls of which nothing is said were not
// made, because the chunk was cancelled.
const (
	tagValue   = iota // and its length
	tagError          // see AppendError
	tagNumbers        // several values of 8 bytes, behind a count of 4
	tagCut            // at the end: more outcomes would be too much for a message
)

// An outbound encodes the results of a chunk as its calls are made.
type outbound[Out any] struct {
	fn    string
	item  valueCodec[Out]
	limit int // of each, in bytes

	b       []byte
	start   int // of the encoding in b
	taken   int // calls
	scratch []byte
}

// full reports whether the message should end: what has come is at most half of limit,
// and the last outcome.
func (r *results[Out]) full() bool {
	o := r.sent
	if o == nil {
		return false
	}
	waiting := 0
	if o.item.appendAll != nil && r.errs == nil { // numbers wait to be sent together
		waiting = numberSize * (r.reached - o.taken)
	} else {
		r.send()
	}
	return len(o.b)-o.start+waiting > o.limit/2
}

// send encodes the outcomes that have come.
func (r *results[Out]) send() {
	o := r.sent
	if o.item.appendAll != nil && r.errs == nil {
		o.numbers(r.values[o.taken:r.reached])
		o.taken = r.reached
	}
	for ; o.taken < r.reached; o.taken++ {
		v, err := r.at(o.taken, nil)
		switch {
		case err != nil:
			o.b = AppendError(append(o.b, tagError), err)
		case o.item.appendAll != nil:
			o.numbers(r.values[o.taken : o.taken+1])
		default:
			o.value(v)
			r.values[o.taken] = *new(Out) // which may be large
		}
	}
}

func (o *outbound[Out]) numbers(all []Out) {
	if len(all) > 0 {
		o.b = o.item.appendAll(binary.LittleEndian.AppendUint32(append(o.b, tagNumbers), uint32(len(all))), all)
	}
}

func (o *outbound[Out]) value(v Out) {
	var err error
	if o.scratch, err = o.item.encode(o.scratch[:0], v, o.limit); err != nil {
		o.b = AppendError(append(o.b, tagError), fmt.Errorf("executors: encoding the output of %s: %w", o.fn, err))
		return
	}
	o.b = appendSized(append(o.b, tagValue), o.scratch)
	o.scratch = reusable(o.scratch)
}

// decodeOutcomes gives the results of calls of the function fn.
func decodeOutcomes[Out any](fn string, item valueCodec[Out], b []byte) (*results[Out], error) {
	out := &results[Out]{}
	r := reader{b: b}
	for len(r.b) > 0 && r.err == nil {
		switch tag := r.byte(); {
		case tag == tagValue:
			v, err := item.decode(r.sized())
			if err != nil {
				err = fmt.Errorf("executors: decoding the output of %s: %w", fn, err)
			}
			out.add(v, err)
		case tag == tagError:
			out.add(*new(Out), r.error(fn))
		case tag == tagNumbers && item.decodeAll != nil:
			n := int(binary.LittleEndian.Uint32(r.take(4)))
			if n > len(r.b)/numberSize {
				return nil, errMalformed
			}
			from := out.reached
			out.values = append(out.values, make([]Out, n)...)
			item.decodeAll(r.take(numberSize*n), out.values[from:])
			out.reached += n
		case tag == tagCut && len(r.b) == 0:
			out.cut = true
		default:
			r.fail()
		}
	}
	return out, r.err
}

func (r *results[Out]) add(v Out, err error) {
	r.values = append(r.values, v)
	if err != nil {
		r.setError(r.reached, err)
	}
	r.reached++
}
