//go:build unix

package process

import (
	"fmt"
	"io"
	"syscall"
)

// Descriptors of a worker.
const (
	fdTasks   = 3 // tasks in
	fdReplies = 4 // replies out, control in
	fdMemory  = 5
	fdBell    = 6
	fdLife    = 7
)

// openChannels finds the channels in a worker, and keeps them from what the
// tasks start.
func openChannels(t ticket) (tasks io.Reader, replies replySocket, err error) {
	for _, fd := range []int{fdTasks, fdReplies} {
		if _, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_TYPE); err != nil {
			return nil, nil, fmt.Errorf("process: started as a worker, but descriptor %d is no channel: %w", fd, err)
		}
		syscall.CloseOnExec(fd)
		syscall.SetNonblock(fd, false)
	}
	return fdConn(fdTasks), fdConn(fdReplies), nil
}

// openMemory maps what is shared with the parent.
func openMemory(t ticket) (*segment, *bell, error) {
	for _, fd := range []int{fdMemory, fdBell, fdLife} {
		syscall.CloseOnExec(fd)
	}
	holdLifeline(fdLife)
	s, err := openSegment(fdMemory, t.key)
	if err != nil {
		return nil, nil, err
	}
	b, err := openBell(fdBell)
	return s, b, err
}
