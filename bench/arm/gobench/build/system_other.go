//go:build !unix

package build

import "os"

// canStep: descriptors are not inherited here.
const canStep = false

const exeSuffix = ".exe"

func lockDir(dir string) (*os.File, error) { return nil, nil }

func removeAbandoned(temp string) {}
