package bench

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"poolbench/bench/record"
)

// ErrResume is wrapped by every refusal to go on with an existing record.
var ErrResume = errors.New("bench: this run cannot go on with that record")

// OpenResume opens the record at path to go on with it: it reads what is there,
// cuts off a last line that was not written to its end, and positions the file
// at the end. The caller closes the file.
func OpenResume(path string) (*os.File, *record.Record, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	rec, err := readWhole(f)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, rec, nil
}

func readWhole(f *os.File) (*record.Record, error) {
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	whole := text[:bytes.LastIndexByte(text, '\n')+1]
	rec, err := record.Read(bytes.NewReader(whole), f.Name())
	if err != nil {
		return nil, err
	}
	if err := f.Truncate(int64(len(whole))); err != nil {
		return nil, fmt.Errorf("cutting off the last line: %w", err)
	}
	_, err = f.Seek(int64(len(whole)), io.SeekStart)
	return rec, err
}

// resume takes from rec where to go on. A block that was begun stays in the
// record as it is and its number is not used again.
func (r *run) resume(rec *record.Record) error {
	if grid := rec.Note("grid"); grid != r.Grid.Fingerprint() {
		return fmt.Errorf("%w: %s was made with another grid", ErrResume, rec.Path)
	}
	seed, err := strconv.ParseUint(rec.Note("seed"), 10, 64)
	if err != nil {
		return fmt.Errorf("%w: %s has no seed", ErrResume, rec.Path)
	}
	if r.Seed != 0 && r.Seed != seed {
		return fmt.Errorf("%w: %s has seed %d, not %d", ErrResume, rec.Path, seed, r.Seed)
	}
	r.Seed = seed
	for _, result := range rec.Results {
		r.first = max(r.first, result.Block+1)
	}
	for _, failure := range rec.Failures {
		r.first = max(r.first, failure.Block+1)
	}
	// A run that was killed could not write its end: its last block is then taken
	// to be cut off.
	r.summary.Blocks = r.first - 2
	if n, err := strconv.Atoi(rec.Note("blocks")); err == nil {
		r.summary.Blocks = n
	}
	r.summary.Blocks = max(r.summary.Blocks, 0)
	var done, expected int
	if _, err := fmt.Sscanf(rec.Note("partial"), "%d of %d blocks", &done, &expected); err == nil && r.target == 0 {
		// The block that was cut off is run again under another number.
		r.target = r.first - 1 + max(expected-done, 1)
	}
	return nil
}

// sameMachine compares the file keys of the record with those of this run.
func sameMachine(rec *record.Record, keys []record.Field) error {
	for _, k := range keys {
		if was := rec.Key(k.Key); was != record.Sanitize(k.Value) {
			return fmt.Errorf("%w: %s was measured with %s %q, this is %q", ErrResume, rec.Path, k.Key, was, k.Value)
		}
	}
	return nil
}
