//go:build unix

package workloads

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// kernelSleep keeps its thread in a system call for d at least.
func kernelSleep(d time.Duration) error {
	for end := time.Now().Add(d); d > 0; d = time.Until(end) {
		// Signals of the runtime end the call early. It rounds down to microseconds.
		left := unix.NsecToTimeval(int64(d + time.Microsecond - 1))
		if _, err := unix.Select(0, nil, nil, nil, &left); err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
	}
	return nil
}
