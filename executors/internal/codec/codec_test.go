package codec

import (
	"reflect"
	"testing"
	"unsafe"
)

func trip[T any](t testing.TB, v T) (T, error) {
	t.Helper()
	pl, err := For(reflect.TypeFor[T]())
	if err != nil {
		return *new(T), err
	}
	b, err := pl.Append([]byte("before"), unsafe.Pointer(&v), 1<<30)
	if err != nil {
		return *new(T), err
	}
	var got T
	err = pl.Decode(b[len("before"):], unsafe.Pointer(&got))
	return got, err
}
