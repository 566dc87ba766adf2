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

func launch(*osProcess, ticket, *files) error  { return ErrUnsupported }
func tryWrite(uintptr, [2][]byte) (int, error) { return 0, syscall.EAGAIN }
func killGroup(int)                            {}
func terminateGroup(int)                       {}
func waitReadable(*os.Process) bool            { return false }
func tryRead(int, []byte) (int, error)         { return 0, syscall.EAGAIN }
func shutWrites(*os.File)                      {}
func signalName(*os.ProcessState) (s string)   { return "" }
func die()                                     { os.Exit(exitNoWorker) }

func openChannels(ticket) (tasks io.Reader, replies replySocket, err error) {
	return nil, nil, ErrUnsupported
}

func openMemory(ticket) (*segment, *bell, error) { return nil, nil, ErrUnsupported }

func newShared(map[string][]byte) (*os.File, error) { return nil, ErrUnsupported }
func openShared(int) error                          { return ErrUnsupported }
