package process

import (
	"time"

	"golang.org/x/sys/unix"
)

// pollFor waits until fd can be read, for at most d.
func pollFor(fd int, d time.Duration) bool {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	ts := unix.NsecToTimespec(d.Nanoseconds())
	n, _ := unix.Ppoll(fds, &ts, nil)
	return n > 0
}
