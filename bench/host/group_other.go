//go:build !unix

package host

import "os/exec"

func ownGroup(*exec.Cmd) {}

// killGroup ends a program only.
func killGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }

// Shell is how to run a command line.
func Shell(line string) Command { return Command{Name: "cmd", Args: []string{"/C", line}} }
