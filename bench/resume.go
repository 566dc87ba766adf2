package bench

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

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
	r.summary.Blocks = completeBlocks(rec, NewPlan(r.Grid, seed))
	var done, expected int
	if _, err := fmt.Sscanf(lastNote(rec, "partial"), "%d of %d blocks", &done, &expected); err == nil && r.target == 0 {
		// The block that was cut off is run again under another number.
		r.target = r.first - 1 + max(expected-r.summary.Blocks, 1)
	}
	return nil
}

// lastNote is a note from the end of the last call of Run that wrote to rec, ""
// when that call was killed before it could write one: what an earlier call
// wrote at its end is not true any more.
func lastNote(rec *record.Record, key string) string {
	value := ""
	for _, n := range rec.Notes {
		switch n.Key {
		case "resumed":
			value = ""
		case key:
			value = n.Value
		}
	}
	return value
}

// completeBlocks counts the blocks in which every arm was tried that had not been
// left out by then. It looks at results and failures, not at notes: a run that
// was killed leaves none.
func completeBlocks(rec *record.Record, plan Plan) int {
	blocks := map[int]map[string]bool{} // arms tried, by number of the block
	try := func(block int, arm string) {
		if blocks[block] == nil {
			blocks[block] = map[string]bool{}
		}
		blocks[block][arm] = true
	}
	succeeded, failed := map[string][]int{}, map[string][]int{} // numbers of blocks, by arm
	capacity := false
	for _, r := range rec.Results {
		try(r.Block, r.Name)
		succeeded[r.Name] = append(succeeded[r.Name], r.Block)
		capacity = capacity || r.Kind == record.KindCapacity
	}
	for _, f := range rec.Failures {
		try(f.Block, f.Name)
		failed[f.Name] = append(failed[f.Name], f.Block) // 0 in the warm-up
		capacity = capacity || strings.HasPrefix(f.Name, record.CapacityBenchmark)
	}
	complete := 0
	for n, tried := range blocks {
		whole := n > 0
		for _, t := range plan.Arms {
			name := t.Name()
			missing := !tried[name] && (capacity || !t.Capacity) // the probe may not have worked at all
			if missing && !leftOut(succeeded[name], failed[name], n) {
				whole = false
			}
		}
		if whole {
			complete++
		}
	}
	return complete
}

// leftOut reports whether an arm had been left out before a block, given the
// blocks in which it succeeded and failed: it had failed often enough since its
// last success.
func leftOut(succeeded, failed []int, block int) bool {
	last := 0
	for _, n := range succeeded {
		if n < block {
			last = max(last, n)
		}
	}
	failures := 0
	for _, n := range failed {
		if n >= last && n < block {
			failures++
		}
	}
	return failures >= maxFailures
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
