package executors

import (
	"encoding/binary"
	"fmt"
	"math"
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
}

// codecFor chooses by type: what is bytes already is copied, numbers take 8
// bytes, the rest is CBOR.
func codecFor[T any]() codec[T] {
	var c any
	switch any(*new(T)).(type) {
	case struct{}:
		c = codec[struct{}]{
			func(b []byte, _ struct{}) ([]byte, error) { return b, nil },
			func(b []byte) (struct{}, error) { return struct{}{}, wantSize(b, 0) }}
	case []byte:
		c = codec[[]byte]{
			func(b []byte, v []byte) ([]byte, error) { return appendLarge(b, v), nil },
			func(b []byte) ([]byte, error) { return keepLarge(b), nil }}
	case string:
		c = codec[string]{
			func(b []byte, v string) ([]byte, error) {
				return appendLarge(b, unsafe.Slice(unsafe.StringData(v), len(v))), nil
			},
			func(b []byte) (string, error) {
				b = keepLarge(b)
				return unsafe.String(unsafe.SliceData(b), len(b)), nil
			}}
	case int:
		c = intCodec[int]()
	case int64:
		c = intCodec[int64]()
	case uint64:
		c = intCodec[uint64]()
	case float64:
		c = codec[float64]{
			func(b []byte, v float64) ([]byte, error) {
				return binary.LittleEndian.AppendUint64(b, math.Float64bits(v)), nil
			},
			func(b []byte) (float64, error) {
				if err := wantSize(b, 8); err != nil {
					return 0, err
				}
				return math.Float64frombits(binary.LittleEndian.Uint64(b)), nil
			}}
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

func intCodec[T int | int64 | uint64]() codec[T] {
	return codec[T]{
		func(b []byte, v T) ([]byte, error) {
			return binary.LittleEndian.AppendUint64(b, uint64(v)), nil
		},
		func(b []byte) (T, error) {
			if err := wantSize(b, 8); err != nil {
				return 0, err
			}
			return T(binary.LittleEndian.Uint64(b)), nil
		}}
}

func wantSize(b []byte, n int) error {
	if len(b) != n {
		return fmt.Errorf("encoded value has %d bytes, not %d", len(b), n)
	}
	return nil
}

func cborCodec[T any]() codec[T] {
	return codec[T]{
		func(b []byte, v T) ([]byte, error) {
			encoded, err := cbor.Marshal(v)
			return appendLarge(b, encoded), err
		},
		func(b []byte) (v T, err error) {
			err = cbor.Unmarshal(b, &v)
			return v, err
		}}
}
