package process

import (
	"os"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// A lifeline is a pipe into which nobody writes. When its writing end is closed, as all that a
// process has is when it ends, the kernel kills the workers that hold the other end: also
// those that take no notice of anything, such as one in a loop that cannot be preempted.
//
// Rejected: the parent-death signal. It follows the thread that started the worker, and
// reaches the worker alone; this one reaches its process group.

// lifeline is the end that workers get; the other one stays open as long as this process
// lives. It is nil where there can be none.
var lifeline = sync.OnceValue(func() *os.File {
	r, w, err := os.Pipe()
	if err != nil {
		return nil
	}
	keptAlive = w
	return r
})

var keptAlive *os.File // or it would be collected, and closed

// holdLifeline has this worker, and its process group, killed when the parent is gone. It
// does nothing where that is not possible: then the end of the control channel does it.
func holdLifeline(fd int) {
	// Opened anew, for the settings belong to what was opened, and other workers have that too.
	own, err := unix.Open("/proc/self/fd/"+strconv.Itoa(fd), unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	unix.Close(fd)
	if err != nil {
		return
	}
	set := func(command, value int) bool {
		_, err := unix.FcntlInt(uintptr(own), command, value)
		return err == nil
	}
	flags, err := unix.FcntlInt(uintptr(own), unix.F_GETFL, 0)
	if err != nil || unix.Getpgrp() != os.Getpid() || !set(unix.F_SETOWN, -os.Getpid()) || !set(unix.F_SETSIG, int(unix.SIGKILL)) || !set(unix.F_SETFL, flags|unix.O_ASYNC) {
		unix.Close(own)
		return
	}
	if fds := []unix.PollFd{{Fd: int32(own), Events: unix.POLLIN}}; anyReady(fds) {
		die() // it ended before the kernel was told
	}
}

// anyReady reports whether one of the descriptors is ready, or at its end.
func anyReady(fds []unix.PollFd) bool {
	n, err := unix.Poll(fds, 0)
	return err == nil && n > 0
}
