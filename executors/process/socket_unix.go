//go:build unix

package process

import (
	"errors"
	"io"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// An fdConn reads and writes a descriptor with blocking system calls.
type fdConn int

func (c fdConn) Read(b []byte) (int, error) { return tryRead(int(c), b) }

func (c fdConn) Write(b []byte) (int, error) {
	done := 0
	for done < len(b) {
		n, err := syscall.Write(int(c), b[done:])
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return done, err
		}
		done += max(n, 0)
	}
	return done, nil
}

// tryWrite writes what fits without waiting; EAGAIN if that is nothing.
func tryWrite(fd uintptr, b [2][]byte) (int, error) {
	for {
		n, err := unix.SendmsgBuffers(int(fd), b[:], nil, nil, syscall.MSG_DONTWAIT)
		if err != syscall.EINTR {
			return max(n, 0), err
		}
	}
}

// writeBoth writes a and then b.
func (c fdConn) writeBoth(a, b []byte) (int, error) {
	n, err := unix.SendmsgBuffers(int(c), [][]byte{a, b}, nil, nil, 0)
	if err == syscall.EINTR {
		n, err = 0, nil
	}
	if n = max(n, 0); err != nil || n == len(a)+len(b) {
		return n, err
	}
	rest, err := c.Write(a[min(n, len(a)):])
	if err == nil {
		var m int
		m, err = c.Write(b[max(n-len(a), 0):])
		rest += m
	}
	return n + rest, err
}

// tryRead reads what is there. A descriptor that does not block gives EAGAIN if that
// is nothing.
func tryRead(fd int, b []byte) (int, error) {
	for {
		n, err := syscall.Read(fd, b)
		switch {
		case err == syscall.EINTR:
		case n == 0 && err == nil:
			return 0, io.EOF
		default:
			return max(n, 0), err
		}
	}
}

// shutWrites ends a write that waits.
func shutWrites(f *os.File) {
	if raw, err := f.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { syscall.Shutdown(int(fd), syscall.SHUT_WR) })
	}
}
