package program

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/words"
)

// ReadRecord reads a record; what cannot be read is a usage error. With verbose it tells how
// many lines look like results and are none.
func (c *Invocation) ReadRecord(path string, verbose bool) (*record.Record, error) {
	rec, err := record.ReadFile(path)
	if err != nil {
		return nil, &ExitError{Usage, err}
	}
	if n := len(rec.Skipped); n > 0 && verbose {
		c.Tell(fmt.Sprintf("%s: %s skipped, the first is line %d", path,
			words.Plural(n, `line that begins with "Benchmark" and is no result was`, `lines that begin with "Benchmark" and are no results were`), rec.Skipped[0]))
	}
	return rec, nil
}

// KeepPrevious moves an earlier record out of the way, under a name that no other
// one has: that of when it was last written. It tells which.
func KeepPrevious(path string, tell func(any)) error {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	kept := fmt.Sprintf("%s.%s.txt", strings.TrimSuffix(path, ".txt"), info.ModTime().UTC().Format("20060102-150405.000"))
	if err := os.Rename(path, kept); err != nil {
		return err
	}
	tell("the earlier record is kept as " + kept)
	return nil
}

// FileFlag adds a flag for the name of a file to be written, "" for none.
func (c *Invocation) FileFlag(path *string, name, usage string) {
	c.Flags.Func(name, usage, func(given string) error {
		if given == "-" {
			return errors.New("standard output is for people here: name a file, or /dev/stdout for both on it")
		}
		*path = given
		return nil
	})
}

// WriteMade writes to path what write makes of a report; nothing without a path.
func WriteMade[R any](path string, r R, write func(io.Writer, R) error) error {
	if path == "" {
		return nil
	}
	var b bytes.Buffer
	if err := write(&b, r); err != nil {
		return fmt.Errorf("making %s: %w", path, err)
	}
	return WriteFile(path, b.Bytes())
}

// WriteFile replaces path by a complete file, and makes its directory. What is there and is
// no file, as a device or a pipe, is written to; a link stays one.
func WriteFile(path string, data []byte) error {
	if to, err := filepath.EvalSymlinks(path); err == nil {
		path = to
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(path, data, 0o644)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".poolbench-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, withoutPath(err))
	}
	defer os.Remove(f.Name()) // fails after the rename, as it should
	_, err = f.Write(data)
	if err := errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// withoutPath is an error of the system without the path of a temporary file, which says nothing.
func withoutPath(err error) error {
	if of, ok := errors.AsType[*fs.PathError](err); ok {
		return of.Err
	}
	return err
}
