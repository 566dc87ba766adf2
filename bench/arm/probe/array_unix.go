//go:build unix

package probe

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// array is memory of the system's for a triad, or of Go's when there is none.
func array() []float64 {
	mem, err := unix.Mmap(-1, 0, 8*triadElements, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return make([]float64, triadElements)
	}
	return unsafe.Slice((*float64)(unsafe.Pointer(&mem[0])), triadElements)
}

// free gives back what array gave; of Go's own memory the system knows nothing.
func free(a []float64) {
	if a != nil {
		_ = unix.Munmap(unsafe.Slice((*byte)(unsafe.Pointer(&a[0])), 8*len(a)))
	}
}
