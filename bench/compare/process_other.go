//go:build !unix

package compare

import "os/exec"

func ownGroup(*exec.Cmd) {}

func killGroup(*exec.Cmd) {}

// shell is how to run a command line.
func shell(command string) (name string, args []string) { return "cmd", []string{"/C", command} }
