package executors

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"unsafe"

	"github.com/fxamacker/cbor/v2"
)

// LargeValue is the size in bytes from which encoded values are handed over
// instead of copied: an encoded input may be memory of the input itself, which must
// not change until the future is settled; and decoding may keep what it decodes.
const LargeValue = 16 << 10

// A codec turns values of one type into bytes and back. With an empty b, append
// may return memory of v if it is large; decode may keep b if it is large.
type codec[T any] struct {
	append func(b []byte, v T) ([]byte, error)
	decode func(b []byte) (T, error)

	// A number takes 8 bytes, and many of them can be coded in one go; nil for other
	// types. decodeAll is given 8 bytes for each element of v.
	appendAll func(b []byte, v []T) []byte
	decodeAll func(b []byte, v []T)
}

const numberSize = 8

// codecFor chooses by type: what is bytes already stays as it is, numbers take 8
// bytes, the rest is CBOR.
func codecFor[T any]() codec[T] {
	var c any
	switch any(*new(T)).(type) {
	case struct{}:
		c = codec[struct{}]{
			append: func(b []byte, _ struct{}) ([]byte, error) { return b, nil },
			decode: func(b []byte) (struct{}, error) { return struct{}{}, wantSize(b, 0) }}
	case []byte:
		c = codec[[]byte]{
			append: func(b []byte, v []byte) ([]byte, error) { return appendLarge(b, v), nil },
			decode: func(b []byte) ([]byte, error) { return keepLarge(b), nil }}
	case string:
		c = codec[string]{
			append: func(b []byte, v string) ([]byte, error) {
				return appendLarge(b, unsafe.Slice(unsafe.StringData(v), len(v))), nil
			},
			decode: func(b []byte) (string, error) {
				b = keepLarge(b)
				return unsafe.String(unsafe.SliceData(b), len(b)), nil
			}}
	case int:
		c = numberCodec(func(v int) uint64 { return uint64(v) }, func(u uint64) int { return int(u) })
	case int64:
		c = numberCodec(func(v int64) uint64 { return uint64(v) }, func(u uint64) int64 { return int64(u) })
	case uint64:
		c = numberCodec(func(v uint64) uint64 { return v }, func(u uint64) uint64 { return u })
	case float64:
		c = numberCodec(math.Float64bits, math.Float64frombits)
	default:
		return cborCodec[T]()
	}
	return c.(codec[T])
}

func appendLarge(b, v []byte) []byte {
	if len(b) == 0 && len(v) >= LargeValue {
		return v[:len(v):len(v)]
	}
	return append(b, v...)
}

func keepLarge(b []byte) []byte {
	if len(b) >= LargeValue {
		return b
	}
	return append([]byte(nil), b...)
}

func numberCodec[T int | int64 | uint64 | float64](bits func(T) uint64, number func(uint64) T) codec[T] {
	return codec[T]{
		append: func(b []byte, v T) ([]byte, error) { return binary.LittleEndian.AppendUint64(b, bits(v)), nil },
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

func cborCodec[T any]() codec[T] {
	return codec[T]{
		append: func(b []byte, v T) ([]byte, error) {
			encoded, err := cbor.Marshal(v)
			return appendLarge(b, encoded), err
		},
		decode: func(b []byte) (v T, err error) {
			err = cbor.Unmarshal(b, &v)
			return v, err
		}}
}
