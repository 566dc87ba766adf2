//go:build unix && !linux

package process

import (
	"errors"
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

// A page does not exist here: the first of a window counts as started.
type page struct{}

func newPage() (*page, *os.File)               { return nil, nil }
func openPage(int) (*page, error)              { return nil, errors.New("process: no shared page on this system") }
func (*page) claim(uint32) bool                { return true }
func (*page) takeBack(uint32) (claimed uint32) { return 0 }
func (*page) claimedSince(uint32) bool         { return false }
func (*page) claimed() uint32                  { return 0 }
func (*page) area() []byte                     { return nil }
func (*page) setHeld(int)                      {}
func (*page) addSent(int)                      {}
func (*page) unsent(uint64) []byte             { return nil }
func (*page) close()                           {}
