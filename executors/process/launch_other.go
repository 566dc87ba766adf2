//go:build !unix

package process

import (
	"io"
	"os"
	"syscall"
)

const (
	supported = false
	selfExe   = ""
)

func launch(*process, ticket) error            { return ErrUnsupported }
func tryWrite(uintptr, []byte) (int, error)    { return 0, syscall.EAGAIN }
func killGroup(int)                            {}
func terminateGroup(int)                       {}
func waitReadable(*os.Process) bool            { return false }
func signalName(*os.ProcessState) (s string)   { return "" }
func die()                                     { os.Exit(exitNoWorker) }
func (*page) claim(uint32) bool                { return true }
func (*page) takeBack(uint32) (claimed uint32) { return 0 }
func (*page) claimedSince(uint32) bool         { return false }
func (*page) claimed() uint32                  { return 0 }
func (*page) area() []byte                     { return nil }
func (*page) setHeld(int)                      {}
func (*page) addSent(int)                      {}
func (*page) unsent(uint64) []byte             { return nil }
func (*page) close()                           {}

// A page does not exist here.
type page struct{}

func openChannels(ticket) (data, control io.ReadWriter, pg *page, err error) {
	return nil, nil, nil, ErrUnsupported
}
