package process

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// selfExe stays the running program when its file is replaced or deleted.
const selfExe = "/proc/self/exe"

func cloexecSocketpair() ([2]int, error) {
	return syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
}

// waitReadable waits until the process has ended, without reaping it and without
// holding a thread, which Process.Wait does. It returns false at once where the
// kernel has no process handles.
func waitReadable(proc *os.Process) bool {
	fd := -1
	err := proc.WithHandle(func(h uintptr) {
		if dup, err := unix.FcntlInt(h, unix.F_DUPFD_CLOEXEC, 0); err == nil {
			fd = dup
		}
	})
	if err != nil || fd < 0 {
		return false
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return false
	}
	f := os.NewFile(uintptr(fd), "pidfd")
	defer f.Close()
	raw, err := f.SyscallConn()
	if err == nil {
		err = raw.Read(func(fd uintptr) bool {
			ready, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
			return err == nil && ready > 0
		})
	}
	if err != nil {
		unix.SetNonblock(fd, false) // for Wait, which uses the same description
	}
	return err == nil
}
