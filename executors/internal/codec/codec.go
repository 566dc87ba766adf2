// Package codec turns values into bytes for another process of the same program, and
// back into equal ones.
//
// Both processes have the same types, so only values travel, in an order that a [Plan]
// made of the type decides:
//
//	numbers                      as they lie in memory, and so arrays and structs of nothing else
//	bool                         0 or 1
//	string                       length, bytes
//	slice                        0 for nil, else 1 + length, elements
//	array, struct                their parts, in order
//	pointer, map, and slices     0 for nil; 1 and the content; or 2 + the number of a value
//	of what holds such           that has come before: what was shared is shared on arrival
//	any                          0 for nil, else the number of its type, and the value
//	time.Time                    zone, seconds, nanoseconds
//	a type that encodes itself   length, and what it says
//
// A type that could lose something on the way has no plan, and the error says why. So
// equal means what reflect.DeepEqual says; times are equal in instant, offset and zone,
// and a type that encodes itself answers for itself.
//
// Rejected: CBOR and encoding/gob. Both drop what they do not know (unexported fields,
// the zone of a time, types in an interface, nil against empty) and follow a cycle until
// the stack ends.
package codec

import (
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unsafe"
)

var (
	// ErrUnsendable is wrapped by the error of a type without a plan, and of a value
	// that cannot arrive as it is.
	ErrUnsendable = errors.New("cannot be sent to another process")

	// ErrTooLarge is the error of a value whose encoding exceeds the limit.
	ErrTooLarge = errors.New("encoded value exceeds the size limit of a message")

	// ErrMalformed is wrapped by the error of bytes that no plan of this type has made.
	ErrMalformed = errors.New("malformed value")
)

// maxDepth is how many pointers, maps, slices and interfaces may lie within each other:
// a bound on the stack, of at most 1 KiB for each.
const maxDepth = 200_000

// A Plan encodes and decodes values of one type.
type Plan struct {
	t      reflect.Type
	least  int  // bytes of the shortest encoding
	flat   bool // the encoding is the memory
	shares bool // may hold a pointer, a map or a slice of such: values that can be met twice
	exact  bool // what is decoded is == to what was encoded
	points bool // holds pointers, which are == only to themselves
	self   bool // the type encodes itself
	custom bool // of a plan from For: a type that is part of it encodes itself

	append func(e *encoder, p unsafe.Pointer) error
	decode func(d *decoder, p unsafe.Pointer) error
}

// Custom reports whether methods of users' types may be called.
func (pl *Plan) Custom() bool { return pl.custom }

// Flat reports whether the encoding is always Size bytes.
func (pl *Plan) Flat() bool { return pl.flat }

// Append appends the encoding of the value at p, which has the type of the plan. The
// appended bytes are at most limit, or the error is ErrTooLarge. Methods of the value
// that panic do so here.
func (pl *Plan) Append(b []byte, p unsafe.Pointer, limit int) ([]byte, error) {
	if pl.flat && pl.least <= limit {
		return append(b, unsafe.Slice((*byte)(p), pl.least)...), nil
	}
	e := encoder{b: b, most: len(b) + limit}
	err := pl.append(&e, p)
	if err == nil && len(e.b) > e.most {
		err = ErrTooLarge
	}
	if f, ok := err.(*fault); ok {
		f.path = append(f.path, nameOf(pl.t))
	}
	return e.b, err
}

// Decode sets the value at p, which has the type of the plan and is zero, to what b
// holds. It keeps nothing of b. Methods of the value that panic do so here.
func (pl *Plan) Decode(b []byte, p unsafe.Pointer) error {
	if pl.flat && len(b) == pl.least {
		copy(unsafe.Slice((*byte)(p), pl.least), b)
		return nil
	}
	d := decoder{b: b}
	if err := pl.decode(&d, p); err != nil {
		return fmt.Errorf("%v: %w", pl.t, err)
	}
	if len(d.b) > 0 {
		return fmt.Errorf("%v: %w: %d bytes too many", pl.t, ErrMalformed, len(d.b))
	}
	return nil
}

// nameOf names a type in an error; those without a name are described, at any length.
func nameOf(t reflect.Type) string {
	const most = 80
	name := t.String()
	if len(name) > most {
		name = name[:most] + "…"
	}
	return name
}

// A fault is why a value or a type cannot be sent, and where in it.
type fault struct {
	err  error
	path []string // from the inside
}

func (f *fault) Unwrap() error { return f.err }

func (f *fault) Error() string {
	const ends = 8 // parts of a long path that are shown, from its beginning and its end
	parts := slices.Clone(f.path)
	slices.Reverse(parts)
	if left := len(parts) - 2*ends; left > 0 {
		parts = slices.Concat(parts[:ends], []string{fmt.Sprintf("…(%d more)…", left)}, parts[len(parts)-ends:])
	}
	return strings.Join(parts, "") + ": " + f.err.Error()
}

// within says that err happened in a part of a value.
func within(part string, err error) error {
	f, ok := err.(*fault)
	if !ok {
		f = &fault{err: err}
	}
	f.path = append(f.path, part)
	return f
}

func unsendable(format string, args ...any) error {
	return &fault{err: fmt.Errorf("%w: %s", ErrUnsendable, fmt.Sprintf(format, args...))}
}

// An encoder is one call of Append.
type encoder struct {
	b     []byte
	most  int // length of b
	depth int
	known []known        // what has been met, by number
	index map[target]int // numbers of known, once it is long
}

// A target is what a pointer, a map or a slice refers to. The type belongs to it, for
// a struct and its first field lie at the same place.
type target struct {
	p    unsafe.Pointer
	n    int // length of a slice
	plan *Plan
}

type known struct {
	target
	open bool // its content is not complete
}

const scanned = 8 // as many targets are found faster without an index

// find gives the number of t, -1 if it has not been met.
func (e *encoder) find(t target) int {
	if e.index != nil {
		if k, ok := e.index[t]; ok {
			return k
		}
		return -1
	}
	return slices.IndexFunc(e.known, func(k known) bool { return k.target == t })
}

func (e *encoder) meet(t target) (number int) {
	number = len(e.known)
	e.known = append(e.known, known{t, true})
	switch {
	case e.index != nil:
		e.index[t] = number
	case number == scanned:
		e.index = map[target]int{}
		for i, k := range e.known {
			e.index[k.target] = i
		}
	}
	return number
}

// refer appends a reference to t. If fresh, its content must follow, and then leave.
func (e *encoder) refer(t target) (number int, fresh bool, err error) {
	if t.p == nil {
		e.b = append(e.b, 0)
		return 0, false, nil
	}
	if k := e.find(t); k >= 0 {
		if e.known[k].open {
			return 0, false, unsendable("it is cyclic")
		}
		e.b = binary.AppendUvarint(e.b, uint64(k)+2)
		return 0, false, nil
	}
	number = e.meet(t)
	e.b = append(e.b, 1)
	switch e.depth++; {
	case e.depth > maxDepth:
		return 0, false, unsendable("it has more than %d levels", maxDepth)
	case len(e.b) > e.most:
		return 0, false, ErrTooLarge
	}
	return number, true, nil
}

func (e *encoder) leave(number int) {
	e.depth--
	e.known[number].open = false
}

// sized appends a length and as many bytes.
func (e *encoder) sized(data []byte) error {
	if len(data) > e.most-len(e.b) {
		return ErrTooLarge
	}
	e.b = append(binary.AppendUvarint(e.b, uint64(len(data))), data...)
	return nil
}

// A decoder is one call of Decode. It believes nothing: memory grows with the bytes
// that are there, not with what they announce.
type decoder struct {
	b     []byte
	depth int
	known []known // by number
}

func (d *decoder) uvarint() (uint64, error) {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		return 0, ErrMalformed
	}
	d.b = d.b[n:]
	return v, nil
}

func (d *decoder) take(n int) ([]byte, error) {
	if n > len(d.b) {
		return nil, ErrMalformed
	}
	taken := d.b[:n]
	d.b = d.b[n:]
	return taken, nil
}

func (d *decoder) sized() ([]byte, error) {
	n, err := d.uvarint()
	if err != nil || n > uint64(len(d.b)) {
		return nil, ErrMalformed
	}
	return d.take(int(n))
}

// refer reads a reference. It is to nothing, to the target that it gives, or, if fresh,
// to something whose content follows: then enter and leave must be called.
func (d *decoder) refer(plan *Plan) (t target, fresh bool, err error) {
	switch k, err := d.uvarint(); {
	case err != nil:
		return target{}, false, err
	case k == 0:
		return target{}, false, nil
	case k == 1:
		return target{}, true, nil
	case k-2 >= uint64(len(d.known)) || d.known[k-2].plan != plan || d.known[k-2].open:
		return target{}, false, fmt.Errorf("%w: reference to nothing", ErrMalformed)
	default:
		return d.known[k-2].target, false, nil
	}
}

// enter notes that the content of t comes.
func (d *decoder) enter(t target) (number int, err error) {
	if d.depth++; d.depth > maxDepth {
		return 0, fmt.Errorf("%w: more than %d levels", ErrMalformed, maxDepth)
	}
	d.known = append(d.known, known{t, true})
	return len(d.known) - 1, nil
}

func (d *decoder) leave(number int) {
	d.depth--
	d.known[number].open = false
}

// room reports whether n values that take at least so many bytes each can follow.
func (d *decoder) room(n uint64, least int) bool {
	return least == 0 || n <= uint64(len(d.b)/least)
}
