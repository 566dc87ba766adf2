package codec

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"unsafe"
)

// What a value refers to can be met twice, and be cyclic.

func (b *builder) pointers(pl *Plan) error {
	elem, err := b.plan(pl.t.Elem())
	if err != nil {
		return err
	}
	pl.least, pl.shares, pl.points = 1, true, true
	pl.append = func(e *encoder, p unsafe.Pointer) error {
		t := target{*(*unsafe.Pointer)(p), 0, pl}
		number, fresh, err := e.refer(t)
		if !fresh || err != nil {
			return err
		}
		err = elem.append(e, t.p)
		e.leave(number)
		return err
	}
	pl.decode = func(d *decoder, p unsafe.Pointer) error {
		t, fresh, err := d.refer(pl)
		if !fresh || err != nil {
			*(*unsafe.Pointer)(p) = t.p
			return err
		}
		if elem.least > len(d.b) {
			return ErrMalformed
		}
		t = target{reflect.New(elem.t).UnsafePointer(), 0, pl}
		number, err := d.enter(t)
		if err != nil {
			return err
		}
		*(*unsafe.Pointer)(p) = t.p
		err = elem.decode(d, t.p)
		d.leave(number)
		return err
	}
	return nil
}

// A slice is how one lies in memory.
type slice struct {
	data     unsafe.Pointer
	len, cap int
}

func (b *builder) slices(pl *Plan) error {
	elem, err := b.plan(pl.t.Elem())
	if err != nil {
		return within("[]", err)
	}
	pl.least, pl.shares = 1, elem.shares || elem.append == nil // which is a plan that leads here
	size := elem.t.Size()
	if pl.shares {
		planSharingSlice(pl, elem, size)
		return nil
	}
	pl.append = func(e *encoder, p unsafe.Pointer) error {
		s := *(*slice)(p)
		if s.data == nil {
			e.b = append(e.b, 0)
			return nil
		}
		e.b = binary.AppendUvarint(e.b, uint64(s.len)+1)
		return appendAll(e, elem, s.data, s.len, size)
	}
	pl.decode = func(d *decoder, p unsafe.Pointer) error {
		n, err := d.uvarint()
		if n == 0 || err != nil {
			return err
		}
		s, err := makeSlice(d, pl, n-1, elem.least)
		if err != nil {
			return err
		}
		*(*slice)(p) = s
		return decodeAll(d, elem, s.data, s.len, size)
	}
	return nil
}

func makeSlice(d *decoder, pl *Plan, n uint64, least int) (slice, error) {
	if n > math.MaxInt || !d.room(n, least) {
		return slice{}, ErrMalformed
	}
	return slice{reflect.MakeSlice(pl.t, int(n), int(n)).UnsafePointer(), int(n), int(n)}, nil
}

func planSharingSlice(pl, elem *Plan, size uintptr) {
	pl.append = func(e *encoder, p unsafe.Pointer) error {
		s := *(*slice)(p)
		if s.data != nil && s.len == 0 {
			e.b = append(e.b, 1, 0)
			return nil
		}
		number, fresh, err := e.refer(target{s.data, s.len, pl})
		if !fresh || err != nil {
			return err
		}
		e.b = binary.AppendUvarint(e.b, uint64(s.len))
		err = appendAll(e, elem, s.data, s.len, size)
		e.leave(number)
		return err
	}
	pl.decode = func(d *decoder, p unsafe.Pointer) error {
		t, fresh, err := d.refer(pl)
		if !fresh || err != nil {
			*(*slice)(p) = slice{t.p, t.n, t.n}
			return err
		}
		n, err := d.uvarint()
		if err != nil {
			return err
		}
		s, err := makeSlice(d, pl, n, elem.least)
		if err != nil {
			return err
		}
		*(*slice)(p) = s
		if n == 0 {
			return nil
		}
		number, err := d.enter(target{s.data, s.len, pl})
		if err != nil {
			return err
		}
		err = decodeAll(d, elem, s.data, s.len, size)
		d.leave(number)
		return err
	}
}

func (b *builder) maps(pl *Plan) error {
	key, err := b.plan(pl.t.Key())
	if err == nil && key.points {
		err = unsendable("a pointer as a map key would be another one there")
	}
	if err != nil {
		return within("[key]", err)
	}
	elem, err := b.plan(pl.t.Elem())
	if err != nil {
		return within("[]", err)
	}
	pl.least, pl.shares = 1, true
	pl.append = func(e *encoder, p unsafe.Pointer) error {
		t := target{*(*unsafe.Pointer)(p), 0, pl}
		number, fresh, err := e.refer(t)
		if !fresh || err != nil {
			return err
		}
		err = appendMap(e, key, elem, reflect.NewAt(pl.t, p).Elem())
		e.leave(number)
		return err
	}
	pl.decode = func(d *decoder, p unsafe.Pointer) error {
		t, fresh, err := d.refer(pl)
		if !fresh || err != nil {
			*(*unsafe.Pointer)(p) = t.p
			return err
		}
		n, err := d.uvarint()
		// A map whose keys and values take no bytes has one of them.
		if err != nil || n > uint64(len(d.b))+1 || !d.room(n, key.least+elem.least) {
			return ErrMalformed
		}
		m := reflect.MakeMapWithSize(pl.t, int(n))
		number, err := d.enter(target{m.UnsafePointer(), 0, pl})
		if err != nil {
			return err
		}
		reflect.NewAt(pl.t, p).Elem().Set(m)
		err = decodeMap(d, key, elem, m, int(n))
		d.leave(number)
		return err
	}
	return nil
}

func appendMap(e *encoder, key, elem *Plan, m reflect.Value) error {
	e.b = binary.AppendUvarint(e.b, uint64(m.Len()))
	k, v := reflect.New(key.t).Elem(), reflect.New(elem.t).Elem()
	for entries := m.MapRange(); entries.Next(); {
		k.SetIterKey(entries)
		from := len(e.b)
		err := key.append(e, k.Addr().UnsafePointer())
		if err == nil && !key.exact {
			err = arrives(key, e.b[from:], k)
		}
		if err != nil {
			return within("[key]", err)
		}
		v.SetIterValue(entries)
		if err := elem.append(e, v.Addr().UnsafePointer()); err != nil {
			return within("["+keyText(k)+"]", err)
		}
		if len(e.b) > e.most {
			return ErrTooLarge
		}
	}
	return nil
}

// arrives checks that the key k, which b encodes, will be found under itself: that of a
// time with a zone of its own is not.
func arrives(key *Plan, b []byte, k reflect.Value) error {
	there := reflect.New(key.t)
	if err := key.Decode(b, there.UnsafePointer()); err != nil {
		return err
	}
	if !there.Elem().Equal(k) {
		return unsendable("the key %s would be another one there", keyText(k))
	}
	return nil
}

func keyText(k reflect.Value) string {
	const most = 40
	text := fmt.Sprint(k)
	if len(text) > most {
		text = text[:most] + "…"
	}
	return text
}

func decodeMap(d *decoder, key, elem *Plan, m reflect.Value, n int) error {
	k, v := reflect.New(key.t).Elem(), reflect.New(elem.t).Elem()
	for range n {
		k.SetZero()
		v.SetZero()
		if err := key.decode(d, k.Addr().UnsafePointer()); err != nil {
			return err
		}
		if !k.Comparable() {
			return ErrMalformed
		}
		if err := elem.decode(d, v.Addr().UnsafePointer()); err != nil {
			return err
		}
		m.SetMapIndex(k, v)
	}
	return nil
}

// basicTypes are those that a value in an interface may have; their places are on the
// wire.
var basicTypes = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[string](),
	reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int16](), reflect.TypeFor[int32](), reflect.TypeFor[int64](),
	reflect.TypeFor[uint](), reflect.TypeFor[uint8](), reflect.TypeFor[uint16](), reflect.TypeFor[uint32](), reflect.TypeFor[uint64](), reflect.TypeFor[uintptr](),
	reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[complex64](), reflect.TypeFor[complex128](),
	reflect.TypeFor[map[string]any](), reflect.TypeFor[[]any](),
}

var placeOfBasic = func() map[reflect.Type]int {
	places := map[reflect.Type]int{}
	for i, t := range basicTypes {
		places[t] = i
	}
	return places
}()

func (b *builder) interfaces(pl *Plan) error {
	if pl.t.NumMethod() > 0 {
		return unsendable("nothing that an interface with methods such as %s can hold does", nameOf(pl.t))
	}
	pl.least, pl.shares, pl.exact = 1, true, true
	basic := make([]*Plan, len(basicTypes)) // filled below: they may hold interfaces in turn
	pl.append = func(e *encoder, p unsafe.Pointer) error {
		v := reflect.NewAt(pl.t, p).Elem().Elem()
		if !v.IsValid() {
			e.b = append(e.b, 0)
			return nil
		}
		place, ok := placeOfBasic[v.Type()]
		if !ok {
			return unsendable("an interface may hold a basic type, map[string]any or []any on its way, not %s", nameOf(v.Type()))
		}
		e.b = append(e.b, byte(place+1))
		held := reflect.New(v.Type())
		held.Elem().Set(v)
		return basic[place].append(e, held.UnsafePointer())
	}
	pl.decode = func(d *decoder, p unsafe.Pointer) error {
		tag, err := d.take(1)
		if err != nil || int(tag[0]) > len(basic) {
			return ErrMalformed
		}
		if tag[0] == 0 {
			return nil
		}
		held := reflect.New(basicTypes[tag[0]-1])
		err = basic[tag[0]-1].decode(d, held.UnsafePointer())
		reflect.NewAt(pl.t, p).Elem().Set(held.Elem())
		return err
	}
	for i, t := range basicTypes {
		var err error
		if basic[i], err = b.plan(t); err != nil {
			return err
		}
	}
	return nil
}
