// Package offheap has large arrays outside of Go's heap: by the size of that heap Go
// decides when garbage is collected, so an array in it would change what other work costs.
package offheap

import (
	"runtime"
	"unsafe"
)

// An Array is a number of values of a type without pointers, all zero at first. Memory is
// taken from the system when a part of it is first written, and given back some time
// after the Array can no longer be reached.
type Array[T any] struct{ values []T }

// Make makes an array of n values, n at least 1. Where the system has no memory of this
// kind, it lies in Go's heap.
func Make[T any](n int) *Array[T] {
	var zero T
	memory := reserve(n * int(unsafe.Sizeof(zero)))
	if memory == nil {
		return &Array[T]{make([]T, n)}
	}
	a := &Array[T]{unsafe.Slice((*T)(unsafe.Pointer(&memory[0])), n)}
	runtime.AddCleanup(a, release, memory)
	return a
}

// Values are those of the array. They must not be used once it cannot be reached: whoever
// holds only them keeps it with runtime.KeepAlive.
func (a *Array[T]) Values() []T { return a.values }
