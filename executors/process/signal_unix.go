//go:build unix

package process

import (
	"os"
	"syscall"
)

// killGroup ends the process group of a worker that has not been reaped. The
// group does not exist if the worker died before it could make one.
func killGroup(pid int) { syscall.Kill(-pid, syscall.SIGKILL) }

func terminateGroup(pid int) { syscall.Kill(-pid, syscall.SIGTERM) }

// signalName is "" for a process that exited.
func signalName(st *os.ProcessState) string {
	if ws, ok := st.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return ws.Signal().String()
	}
	return ""
}

// die ends this worker, whose parent is gone, and everything in its group.
func die() {
	if syscall.Getpgrp() == os.Getpid() {
		syscall.Kill(0, syscall.SIGKILL)
	}
	os.Exit(exitNoWorker)
}
