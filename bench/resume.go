package bench

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"

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
	r.first = 1 + lastBlock(rec)
	r.before = completeBlocks(rec, NewPlan(r.Grid, seed))
	r.summary.Blocks = r.before
	var done, expected int
	if _, err := fmt.Sscanf(lastNote(rec, "partial"), "%d of %d blocks", &done, &expected); err == nil && r.target == 0 {
		r.target = max(expected, r.before+1)
	}
	if r.refiner.ask == nil {
		return nil
	}
	var refined []record.Cell
	for _, n := range rec.Notes {
		if n.Key != refinedNote {
			continue
		}
		c, err := record.ParseCell(benchfmt.Name(n.Value))
		if err != nil {
			return fmt.Errorf("%w: %s: a refined cell: %w", ErrResume, rec.Path, err)
		}
		refined = append(refined, c)
	}
	for len(refined) > 0 {
		some := min(len(refined), maxRefinedOnce)
		r.refiner.add(r.Grid, refined[:some], map[Trial]*arm{}, r.TrialLimit/2)
		refined = refined[some:]
	}
	return nil
}

// lastBlock is the greatest number of a block in rec, of failed ones too.
func lastBlock(rec *record.Record) int {
	last := 0
	for _, result := range rec.Results {
		last = max(last, result.Block)
	}
	for _, failure := range rec.Failures {
		last = max(last, failure.Block)
	}
	return max(last, slices.Max(append(rec.Dropped, 0)))
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
	probed := map[string]bool{}                                 // benchmarks of the probes that work
	for _, r := range rec.Results {
		try(r.Block, r.Name)
		succeeded[r.Name] = append(succeeded[r.Name], r.Block)
		probed[r.Benchmark()] = true
	}
	for _, f := range rec.Failures {
		try(f.Block, f.Name)
		failed[f.Name] = append(failed[f.Name], f.Block) // 0 in the warm-up
		benchmark, _, _ := strings.Cut(f.Name, "/")
		probed[benchmark] = true
	}
	complete := 0
	for n, tried := range blocks {
		whole := n > 0 && !slices.Contains(rec.Dropped, n)
		for _, t := range plan.Arms {
			name := t.Name()
			missing := !tried[name] && (t.Probe == "" || probed[t.Probe]) // a probe may not have worked at all
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
// blocks in which it succeeded and failed.
func leftOut(succeeded, failed []int, block int) bool {
	last, successes := 0, 0
	for _, n := range succeeded {
		if n < block {
			last = max(last, n)
			successes++
		}
	}
	inRow, failures := 0, 0
	for _, n := range failed {
		if n < block {
			failures++
			if n >= last {
				inRow++
			}
		}
	}
	return tooOften(inRow, failures, failures+successes)
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
