package codec

import (
	"fmt"
	"reflect"
	"time"
	"unsafe"
)

// For makes the plan of a type. The error wraps ErrUnsendable and names the field that
// has none.
func For(t reflect.Type) (*Plan, error) {
	b := &builder{plans: map[reflect.Type]*Plan{}}
	pl, err := b.plan(t)
	if err != nil {
		return nil, within(nameOf(t), err)
	}
	for _, part := range b.plans {
		pl.custom = pl.custom || part.self
	}
	return pl, nil
}

// A builder makes the plans of a type and of all that it is made of.
type builder struct {
	plans map[reflect.Type]*Plan // without append as long as it is being made
	order []reflect.Type         // of plans, as they were begun
}

var timeType = reflect.TypeFor[time.Time]()

func (b *builder) plan(t reflect.Type) (*Plan, error) {
	if pl := b.plans[t]; pl != nil {
		return pl, nil
	}
	pl := &Plan{t: t}
	begun := len(b.order)
	b.add(pl)
	if t == timeType {
		planTime(pl)
		return pl, nil
	}
	if planSelf(pl, binarySelf) || planSelf(pl, gobSelf) {
		return pl, nil
	}
	err := b.structure(pl)
	if err == nil {
		return pl, nil
	}
	// What was made meanwhile may count on the plan that failed.
	for _, made := range b.order[begun:] {
		delete(b.plans, made)
	}
	b.order = b.order[:begun]
	*pl = Plan{t: t}
	// Text is for people and may say less than there is: net.IP has two forms of one
	// address. It is for types that cannot be sent otherwise.
	if planSelf(pl, textSelf) {
		b.add(pl)
		return pl, nil
	}
	return nil, err
}

func (b *builder) add(pl *Plan) {
	b.plans[pl.t] = pl
	b.order = append(b.order, pl.t)
}

// structure plans the value as what it is made of.
func (b *builder) structure(pl *Plan) error {
	switch pl.t.Kind() {
	case reflect.Bool:
		planBool(pl)
	case reflect.String:
		planString(pl)
	case reflect.Struct:
		return b.structs(pl)
	case reflect.Array:
		return b.arrays(pl)
	case reflect.Slice:
		return b.slices(pl)
	case reflect.Pointer:
		return b.pointers(pl)
	case reflect.Map:
		return b.maps(pl)
	case reflect.Interface:
		return b.interfaces(pl)
	case reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return unsendable("a %s means nothing there", nameOf(pl.t))
	default:
		planFlat(pl)
	}
	return nil
}

// planFlat is for values without pointers, padding or bools: any memory of that size is
// one of them.
func planFlat(pl *Plan) {
	size := int(pl.t.Size())
	pl.least, pl.flat, pl.exact = size, true, true
	pl.append = func(e *encoder, p unsafe.Pointer) error {
		e.b = append(e.b, unsafe.Slice((*byte)(p), size)...)
		return nil
	}
	pl.decode = func(d *decoder, p unsafe.Pointer) error {
		data, err := d.take(size)
		copy(unsafe.Slice((*byte)(p), size), data)
		return err
	}
}

func planBool(pl *Plan) {
	pl.least, pl.exact = 1, true
	pl.append = func(e *encoder, p unsafe.Pointer) error {
		var v byte
		if *(*bool)(p) {
			v = 1
		}
		e.b = append(e.b, v)
		return nil
	}
	pl.decode = func(d *decoder, p unsafe.Pointer) error {
		data, err := d.take(1)
		if err != nil || data[0] > 1 {
			return ErrMalformed
		}
		*(*bool)(p) = data[0] == 1
		return nil
	}
}

func planString(pl *Plan) {
	pl.least, pl.exact = 1, true
	pl.append = func(e *encoder, p unsafe.Pointer) error {
		s := *(*string)(p)
		return e.sized(unsafe.Slice(unsafe.StringData(s), len(s)))
	}
	pl.decode = func(d *decoder, p unsafe.Pointer) error {
		data, err := d.sized()
		*(*string)(p) = string(data)
		return err
	}
}

// A part is a field of a struct that travels.
type part struct {
	name   string
	offset uintptr
	plan   *Plan
}

func (b *builder) structs(pl *Plan) error {
	var parts []part
	size := 0
	flat := true
	pl.exact = true
	for f := range pl.t.Fields() {
		if f.Name == "_" {
			continue // nothing can be in it
		}
		if !f.IsExported() && !promotes(f) {
			return unsendable("field %s is not exported%s", f.Name, hint(pl.t))
		}
		fp, err := b.plan(f.Type)
		if err != nil {
			return within("."+f.Name, err)
		}
		parts = append(parts, part{"." + f.Name, f.Offset, fp})
		size += int(f.Type.Size())
		pl.least += fp.least
		flat = flat && fp.flat
		pl.shares = pl.shares || fp.shares
		pl.exact = pl.exact && fp.exact
		pl.points = pl.points || fp.points
	}
	if flat && size == int(pl.t.Size()) {
		planFlat(pl)
		return nil
	}
	// So that memory is bounded by bytes, nothing that takes memory takes no bytes.
	filled := pl.least == 0
	if filled {
		pl.least = 1
	}
	pl.append = func(e *encoder, p unsafe.Pointer) error {
		for i := range parts {
			if err := parts[i].plan.append(e, unsafe.Add(p, parts[i].offset)); err != nil {
				return within(parts[i].name, err)
			}
		}
		if filled {
			e.b = append(e.b, 0)
		}
		return nil
	}
	pl.decode = func(d *decoder, p unsafe.Pointer) error {
		for i := range parts {
			if err := parts[i].plan.decode(d, unsafe.Add(p, parts[i].offset)); err != nil {
				return err
			}
		}
		if filled {
			_, err := d.take(1)
			return err
		}
		return nil
	}
	return nil
}

// promotes reports whether an embedded field of an unexported type is there for the
// fields in it, which are looked at by themselves.
func promotes(f reflect.StructField) bool {
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return f.Anonymous && t.Kind() == reflect.Struct
}

func (b *builder) arrays(pl *Plan) error {
	if pl.t.Size() == 0 {
		planFlat(pl)
		return nil
	}
	elem, err := b.plan(pl.t.Elem())
	if err != nil {
		return within("[]", err)
	}
	if elem.flat {
		planFlat(pl)
		return nil
	}
	n, size := pl.t.Len(), pl.t.Elem().Size()
	pl.least, pl.shares, pl.exact, pl.points = n*elem.least, elem.shares, elem.exact, elem.points
	pl.append = func(e *encoder, p unsafe.Pointer) error { return appendAll(e, elem, p, n, size) }
	pl.decode = func(d *decoder, p unsafe.Pointer) error { return decodeAll(d, elem, p, n, size) }
	return nil
}

// appendAll appends n values that lie one behind the other.
func appendAll(e *encoder, elem *Plan, p unsafe.Pointer, n int, size uintptr) error {
	if elem.least > 0 && n > (e.most-len(e.b))/elem.least {
		return ErrTooLarge
	}
	if elem.flat {
		e.b = append(e.b, unsafe.Slice((*byte)(p), uintptr(n)*size)...)
		return nil
	}
	for i := range n {
		if err := elem.append(e, unsafe.Add(p, uintptr(i)*size)); err != nil {
			return within(fmt.Sprintf("[%d]", i), err)
		}
	}
	return nil
}

func decodeAll(d *decoder, elem *Plan, p unsafe.Pointer, n int, size uintptr) error {
	if elem.flat {
		data, err := d.take(n * int(size))
		copy(unsafe.Slice((*byte)(p), len(data)), data)
		return err
	}
	for i := range n {
		if err := elem.decode(d, unsafe.Add(p, uintptr(i)*size)); err != nil {
			return err
		}
	}
	return nil
}
