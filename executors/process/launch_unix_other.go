//go:build unix && !linux

package process

import (
	"os"
	"syscall"
)

const selfExe = ""

func cloexecSocketpair() ([2]int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	return fds, err
}

// waitReadable leaves the waiting to Process.Wait.
func waitReadable(*os.Process) bool { return false }

func lifeline() *os.File { return nil }
func holdLifeline(int)   {}

func namelessFile() (*os.File, func(*os.File) (*os.File, error), error) { return temporaryFile() }

func (*memoryGroup) attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
