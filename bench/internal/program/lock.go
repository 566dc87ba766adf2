package program

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// lockName is the file in an output directory that whoever measures into it holds locked.
// It stays there: to remove it would let two hold one each.
const lockName = ".poolbench.lock"

// ignoring keeps what is left in a directory out of a checkout that it lies in, which would
// have changes by it.
const ignoring = "# Made by poolbench: remove this file to have Git know what lies here.\n*\n"

// LockOut takes a directory, which it makes, for this process to measure into. While
// another one has it, that is a usage error. The system gives it free when this process
// ends, however it does; unlock does before. Where the file system has no locks that is
// told, and nothing is locked. Git does not see what lies in a directory that was made here.
func (c *Invocation) LockOut(dir string) (unlock func() error, err error) {
	_, before := os.Stat(dir)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("making the output directory: %w", err)
	}
	if errors.Is(before, fs.ErrNotExist) {
		if err := os.WriteFile(filepath.Join(dir, ".gitignore"), []byte(ignoring), 0o666); err != nil {
			return nil, fmt.Errorf("keeping the output directory out of Git: %w", err)
		}
	}
	lock := flock.New(filepath.Join(dir, lockName))
	switch held, err := lock.TryLock(); {
	case err != nil:
		c.Tell(fmt.Sprintf("%s cannot be locked, so see that nothing else measures into it: %v", dir, err))
	case !held:
		return nil, UsageErrorf("-out %s: another poolbench measures into it; wait for its end, or give another directory", dir)
	}
	return lock.Close, nil
}
