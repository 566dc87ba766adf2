package host

import (
	"time"

	"golang.org/x/sys/unix"
)

// systemSleeps are the sleeps of the kernel: they block a thread.
func systemSleeps() []sleepMethod {
	return []sleepMethod{{"nanosleep", func(d time.Duration) error {
		left := unix.NsecToTimespec(d.Nanoseconds())
		for {
			// The runtime's signals interrupt it.
			if err := unix.Nanosleep(&left, &left); err != unix.EINTR {
				return err
			}
		}
	}}}
}
