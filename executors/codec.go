package executors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"sync"
	"unsafe"

	"poolbench/executors/internal/codec"
)

// LargeValue is the size in bytes from which encoded values are handed over
// instead of copied: an encoded input may be memory of the input itself, which must
// not change until the future is settled; and decoding may keep what it decodes.
const LargeValue = 16 << 10

// A valueCodec turns values of one type into bytes and back. With an empty b, append
// may return memory of v if it is large; decode may keep b if it is large. What append
// appends is at most limit bytes, or the error is ErrTooLarge.
type valueCodec[T any] struct {
	append func(b []byte, v T, limit int) ([]byte, error)
	decode func(b []byte) (T, error)
	check  func() error // whether the type can be sent at all; nil if it can
	keeps  bool         // decode may keep b if it is large
	custom func() bool  // whether decode calls methods of users' types; nil if it cannot
	small  bool         // at most numberSize bytes, coded by nothing that could panic or block

	// A number takes 8 bytes, and many of them can be coded in one go; nil for other
	// types. decodeAll is given 8 bytes for each element of v.
	appendAll func(b []byte, v []T) []byte
	decodeAll func(b []byte, v []T)
}

const numberSize = 8

// encode is append with a panic of the value's own methods as an error, and the limit in
// the error of what exceeds it.
func (c *valueCodec[T]) encode(b []byte, v T, limit int) (encoded []byte, err error) {
	if c.small {
		encoded, err = c.append(b, v, limit)
	} else {
		err = guard(func() (err error) { encoded, err = c.append(b, v, limit); return err })
	}
	if err != nil && errors.Is(err, ErrTooLarge) {
		err = fmt.Errorf("%w of %d bytes", err, limit)
	}
	return encoded, err
}

// decodeSafely is decode with a panic of the value's own methods as an error.
func (c *valueCodec[T]) decodeSafely(b []byte) (v T, err error) {
	if c.small {
		return c.decode(b)
	}
	err = guard(func() (err error) { v, err = c.decode(b); return err })
	return v, err
}

// codecFor chooses by type: what is bytes already stays as it is, numbers take 8
// bytes, the rest is planned by package codec.
func codecFor[T any]() valueCodec[T] {
	var c any
	switch any(*new(T)).(type) {
	case struct{}:
		c = valueCodec[struct{}]{
			small:  true,
			append: func(b []byte, _ struct{}, _ int) ([]byte, error) { return b, nil },
			decode: func(b []byte) (struct{}, error) { return struct{}{}, wantSize(b, 0) }}
	case []byte:
		c = valueCodec[[]byte]{keeps: true, append: appendBytes, decode: func(b []byte) ([]byte, error) { return decodeBytes(b), nil }}
	case string:
		c = valueCodec[string]{
			keeps: true,
			append: func(b []byte, v string, limit int) ([]byte, error) {
				return appendLarge(b, unsafe.Slice(unsafe.StringData(v), len(v)), limit)
			},
			decode: func(b []byte) (string, error) {
				b = keepLarge(b)
				return unsafe.String(unsafe.SliceData(b), len(b)), nil
			}}
	case Loan:
		c = loanCodec
	case int:
		c = numberCodec(func(v int) uint64 { return uint64(v) }, func(u uint64) int { return int(u) })
	case int64:
		c = numberCodec(func(v int64) uint64 { return uint64(v) }, func(u uint64) int64 { return int64(u) })
	case uint64:
		c = numberCodec(func(v uint64) uint64 { return v }, func(u uint64) uint64 { return u })
	case float64:
		c = numberCodec(math.Float64bits, math.Float64frombits)
	default:
		return plannedCodec[T]()
	}
	return c.(valueCodec[T])
}

func appendLarge(b, v []byte, limit int) ([]byte, error) {
	switch {
	case len(v) > limit:
		return b, ErrTooLarge
	case len(b) == 0 && len(v) >= LargeValue:
		return v[:len(v):len(v)], nil
	}
	return append(b, v...), nil
}

func keepLarge(b []byte) []byte {
	if len(b) >= LargeValue {
		return b
	}
	return append([]byte(nil), b...)
}

// Bytes travel as they are, nil as none. What is empty but not nil travels as these
// bytes, and what begins with them has them once more: it is the rarest beginning.
var emptyBytes = []byte("\x00\xf5empty\x00\xa9")

func appendBytes(b, v []byte, limit int) ([]byte, error) {
	if v == nil || len(v) > 0 && !bytes.HasPrefix(v, emptyBytes) {
		return appendLarge(b, v, limit)
	}
	return appendLarge(b, slices.Concat(emptyBytes, v), max(limit, len(emptyBytes)))
}

func decodeBytes(b []byte) []byte {
	if v, ok := bytes.CutPrefix(b, emptyBytes); ok {
		return append([]byte{}, v...)
	}
	return keepLarge(b)
}

func numberCodec[T int | int64 | uint64 | float64](bits func(T) uint64, number func(uint64) T) valueCodec[T] {
	return valueCodec[T]{
		small: true,
		append: func(b []byte, v T, limit int) ([]byte, error) {
			if limit < numberSize {
				return b, ErrTooLarge
			}
			return binary.LittleEndian.AppendUint64(b, bits(v)), nil
		},
		decode: func(b []byte) (T, error) {
			if err := wantSize(b, numberSize); err != nil {
				return 0, err
			}
			return number(binary.LittleEndian.Uint64(b)), nil
		},
		appendAll: func(b []byte, all []T) []byte {
			b = slices.Grow(b, numberSize*len(all))
			for _, v := range all {
				b = binary.LittleEndian.AppendUint64(b, bits(v))
			}
			return b
		},
		decodeAll: func(b []byte, all []T) {
			for i := range all {
				all[i] = number(binary.LittleEndian.Uint64(b[numberSize*i:]))
			}
		},
	}
}

func wantSize(b []byte, n int) error {
	if len(b) != n {
		return fmt.Errorf("encoded value has %d bytes, not %d", len(b), n)
	}
	return nil
}

// plannedCodec makes the plan when it is needed first: a program that sends nothing
// pays nothing for it.
func plannedCodec[T any]() valueCodec[T] {
	plan := sync.OnceValues(func() (*codec.Plan, error) { return codec.For(reflect.TypeFor[T]()) })
	return valueCodec[T]{
		append: func(b []byte, v T, limit int) ([]byte, error) {
			p, err := plan()
			if err != nil {
				return b, err
			}
			return p.Append(b, unsafe.Pointer(&v), limit)
		},
		decode: func(b []byte) (v T, err error) {
			p, err := plan()
			if err == nil {
				err = p.Decode(b, unsafe.Pointer(&v))
			}
			return v, err
		},
		check:  func() error { _, err := plan(); return err },
		custom: func() bool { p, err := plan(); return err == nil && p.Custom() },
	}
}
