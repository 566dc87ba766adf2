package executors

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/fxamacker/cbor/v2"
)

// A codec turns values of one type into bytes and back. decode must not keep b.
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
			func(b []byte, v []byte) ([]byte, error) { return append(b, v...), nil },
			func(b []byte) ([]byte, error) { return append([]byte(nil), b...), nil }}
	case string:
		c = codec[string]{
			func(b []byte, v string) ([]byte, error) { return append(b, v...), nil },
			func(b []byte) (string, error) { return string(b), nil }}
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
			return append(b, encoded...), err
		},
		func(b []byte) (v T, err error) {
			err = cbor.Unmarshal(b, &v)
			return v, err
		}}
}
