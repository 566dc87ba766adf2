//go:build unix

package offheap

import "golang.org/x/sys/unix"

// reserve is memory of the system's, or nil when there is none.
func reserve(bytes int) []byte {
	memory, err := unix.Mmap(-1, 0, bytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil
	}
	return memory
}

func release(memory []byte) { _ = unix.Munmap(memory) }
