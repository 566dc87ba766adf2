// Package offheap has large arrays outside of Go's heap: by the size of that heap Go
// decides when garbage is collected, so an array in it would change what other work costs.
package offheap

import (
	"sync"
	"unsafe"
)

// mapped is the memory that the system has given, by its first byte.
var mapped sync.Map

// Make makes an array of n values, n at least 1, of a type without pointers, all zero. Memory
// is taken from the system when a part of it is first written. Where the system has none
// of this kind, the array lies in Go's heap.
func Make[T any](n int) []T {
	var zero T
	memory := reserve(n * int(unsafe.Sizeof(zero)))
	if memory == nil {
		return make([]T, n)
	}
	mapped.Store(&memory[0], memory)
	return unsafe.Slice((*T)(unsafe.Pointer(&memory[0])), n)
}

// Free gives back what Make made; it must be the whole of it and not be used any more.
func Free[T any](array []T) {
	if memory, ok := mapped.LoadAndDelete((*byte)(unsafe.Pointer(unsafe.SliceData(array)))); ok {
		release(memory.([]byte))
	}
}
