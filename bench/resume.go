package bench

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"poolbench/bench/block"
	"poolbench/bench/record"
)

// ErrResume is wrapped by every refusal to go on with an existing record.
var ErrResume = errors.New("bench: this run cannot go on with that record")

// OpenResume opens the record at path to go on with it: it reads what is there,
// cuts off a last line that was not written to its end, and opens the file to write
// behind that. The caller closes it, and sees that nobody else writes to it meanwhile.
func OpenResume(path string) (*os.File, *record.Record, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	whole := text[:bytes.LastIndexByte(text, '\n')+1]
	rec, err := record.Read(bytes.NewReader(whole), path)
	if err != nil {
		return nil, nil, err
	}
	if err := os.Truncate(path, int64(len(whole))); err != nil {
		return nil, nil, fmt.Errorf("cutting off the last line: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	return f, rec, err
}

// goOn refuses a record that is not of the plan, the seed (0 for any) and the machine
// of this run.
func goOn(rec *record.Record, plan Plan, keys []record.Field) error {
	if rec.Facts.Plan.Fingerprint != plan.fingerprint() {
		return fmt.Errorf("%w: %s was made with another grid", ErrResume, rec.Path)
	}
	if plan.Seed != 0 && plan.Seed != rec.Facts.Seed {
		return fmt.Errorf("%w: %s has seed %d, not %d", ErrResume, rec.Path, rec.Facts.Seed, plan.Seed)
	}
	for _, k := range keys {
		if was := rec.Key(k.Key); was != record.Sanitize(k.Value) {
			return fmt.Errorf("%w: %s was measured with %s %q, this is %q", ErrResume, rec.Path, k.Key, was, k.Value)
		}
	}
	return nil
}

// lastBlock is the greatest number of a block in rec. A block that was begun stays in
// the record as it is and its number is not used again.
func lastBlock(rec *record.Record) int {
	last := 0
	for b := range rec.Blocks() {
		last = max(last, b.Number)
	}
	return last
}

// refinedPoints are the points that were added to the plan.
func refinedPoints(rec *record.Record) (points []record.Point, err error) {
	for _, name := range rec.Facts.Refined {
		p, err := record.ParsePoint("", name)
		if err != nil || !p.IsGrid() {
			return nil, fmt.Errorf("%w: %s: a refined point: %q is none (%v)", ErrResume, rec.Path, name, err)
		}
		points = append(points, p)
	}
	return points, nil
}

// completeBlocks counts the blocks in which every point was tried that had not left by
// then. It looks at results and failures, not at facts: a run that was killed leaves
// none.
func completeBlocks(rec *record.Record, plan Plan) int {
	complete, left := 0, block.Left{}
	for b := range rec.Blocks() {
		tried := map[record.Point]bool{}
		had := maps.Clone(left)
		for _, r := range b.Results {
			tried[r.Point] = true
			left.Tell(block.Outcome{Result: record.Result{Point: r.Point}})
		}
		for _, f := range b.Failures {
			tried[f.Point] = true
			left.Tell(block.Outcome{Result: record.Result{Point: f.Point}, Err: errors.New(f.Reason)})
		}
		missing := slices.ContainsFunc(plan.Points, func(p record.Point) bool { return !tried[p] && !had.Has(p) })
		if !missing && !slices.Contains(rec.Dropped, b.Number) {
			complete++
		}
	}
	return complete
}
