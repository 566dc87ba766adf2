//go:build !unix

package build

import (
	"os"
	"os/exec"
	"time"
)

// canStep: descriptors are not inherited here.
const canStep = false

const exeSuffix = ".exe"

func ownGroup(cmd *exec.Cmd) { cmd.WaitDelay = 10 * time.Second }

func lockDir(dir string) (*os.File, error) { return nil, nil }

func removeAbandoned(temp string) {}
