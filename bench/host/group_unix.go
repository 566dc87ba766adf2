//go:build unix

package host

import (
	"os/exec"
	"syscall"
)

func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup ends a program and what it started, also when it has ended itself.
func killGroup(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// Shell is how to run a command line.
func Shell(line string) Command { return Command{Name: "/bin/sh", Args: []string{"-c", line}} }
