//go:build unix

package build

import (
	"os"
	"path/filepath"
	"syscall"
)

// canStep: the overlay reads and writes inherited descriptors.
const canStep = true

const exeSuffix = ""

// lockDir marks a directory as in use for as long as the file is open.
func lockDir(dir string) (*os.File, error) {
	f, err := os.Create(filepath.Join(dir, lockName))
	if err != nil {
		return nil, err
	}
	// On a file system without locks nothing is ever taken for abandoned.
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	return f, nil
}

// removeAbandoned removes what killed runs left. A directory without a lock file is
// one that is being made.
func removeAbandoned(temp string) {
	dirs, _ := filepath.Glob(filepath.Join(temp, tempPrefix+"*"))
	for _, dir := range dirs {
		f, err := os.Open(filepath.Join(dir, lockName))
		if err != nil {
			continue
		}
		if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			os.RemoveAll(dir)
		}
		f.Close()
	}
}
