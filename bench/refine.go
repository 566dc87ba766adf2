package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"poolbench/bench/record"
)

const (
	// coarseBlocks are run before the first refinement: as many as let exact
	// intervals of the points of a sweep be shared among about ten of them.
	coarseBlocks = 10

	// refineBlocks are run at new grains before the next refinement.
	refineBlocks = 10

	// Limits of the grains that are measured besides those of the grid.
	maxRefined     = 48 // cells in all
	maxRefinedOnce = 12 // new cells at a time

	// refineShare is the share of the budget that looking for new grains may take.
	refineShare = 0.1
)

// A refiner finds grains between those of the grid where a crossing lies, and says
// when blocks of nothing but those are worth their time.
//
// After coarseBlocks whole blocks it asks Config.Refine, which looks at the record
// so far. The cells it names are arms from then on, with their serial arms. While
// there is something left to refine, narrow blocks with only these arms take half
// of the time: that is where intervals are widest. Bisecting a bracket of ratio 4
// takes three rounds of them, a few seconds.
type refiner struct {
	ask    func(*record.Record) []record.Cell // nil: nothing is refined
	text   *bytes.Buffer                      // the record so far
	cells  []record.Cell                      // refined so far, in the order in which they came
	arms   []Trial                            // cells and their serial arms
	rounds int                                // blocks since it was asked last
	none   bool                               // there was nothing to refine then; later blocks may tell more
	over   bool                               // there is no time for more
	spent  time.Duration                      // asking
	ratio  time.Duration                      // time of whole blocks since the first refinement, less that of narrow ones
}

// newRefiner makes the refiner of c, and the writer that the record goes to.
func newRefiner(c Config) (*refiner, io.Writer) {
	f := &refiner{ask: c.Refine}
	if f.ask == nil {
		f.over = true
		return f, c.Out
	}
	f.text = &bytes.Buffer{}
	if c.Resume != nil {
		f.text.Write(c.Resume.Text)
	}
	return f, io.MultiWriter(c.Out, f.text)
}

// due reports whether it is time to ask, given the whole blocks in the record.
func (f *refiner) due(whole int) bool {
	return !f.over && whole >= coarseBlocks && f.rounds >= refineBlocks
}

// narrow reports whether the next block should have the refined arms only.
func (f *refiner) narrow() bool { return len(f.arms) > 0 && !f.none && !f.over && f.ratio >= 0 }

// took tells how long a block took.
func (f *refiner) took(d time.Duration, narrow bool) {
	f.rounds++
	if len(f.arms) == 0 {
		return
	}
	if narrow {
		d = -d
	}
	f.ratio += d
}

// add makes arms of those of the cells that are new and can be measured, and
// returns them. Known are the arms there are.
func (f *refiner) add(g Grid, cells []record.Cell, known map[Trial]*arm, limit time.Duration) (added []Trial) {
	fresh := 0
	for _, c := range cells {
		if fresh == maxRefinedOnce || len(f.cells) == maxRefined {
			break
		}
		if known[Trial{Cell: c}] != nil || slices.Contains(f.cells, c) || !g.measures(c) || time.Duration(TaskCount(g.workload(c.Workload), c.Grain))*c.Grain > limit {
			continue
		}
		fresh++
		f.cells = append(f.cells, c)
		for _, t := range []Trial{{Cell: c.Baseline()}, {Cell: c}} {
			// A serial arm of the grid is measured in narrow blocks as well.
			if slices.Contains(f.arms, t) {
				continue
			}
			f.arms = append(f.arms, t)
			if known[t] == nil {
				known[t] = &arm{}
				added = append(added, t)
			}
		}
	}
	return added
}

// measures reports whether c differs from an arm of the grid in its grain only.
func (g Grid) measures(c record.Cell) bool {
	return c.Grain > 0 && slices.ContainsFunc(g.Cells(), func(have record.Cell) bool {
		have.Grain = c.Grain
		return have == c
	})
}

// soFar is what can be refined of the record so far: the cells with several
// grains, their serial arms and the capacity. The rest would only cost time.
func (f *refiner) soFar() (*record.Record, error) {
	rec, err := record.Read(bytes.NewReader(f.text.Bytes()), "the record so far")
	if err != nil {
		return nil, err
	}
	grains := map[record.Cell]map[time.Duration]bool{}
	for _, r := range rec.Results {
		key := r.Cell
		key.Grain = 0
		if grains[key] == nil {
			grains[key] = map[time.Duration]bool{}
		}
		grains[key][r.Cell.Grain] = true
	}
	swept := map[string]bool{} // workloads
	for key, g := range grains {
		if key.Executor != record.Serial && len(g) > 2 {
			swept[key.Workload] = true
		}
	}
	rec.Results = slices.DeleteFunc(rec.Results, func(r record.Result) bool {
		key := r.Cell
		key.Grain = 0
		return r.Kind != record.KindCapacity && (!swept[r.Cell.Workload] || len(grains[key]) < 3)
	})
	return rec, nil
}

// refine asks for new grains, and makes them arms if there is time to measure
// them often enough.
func (r *run) refine(ctx context.Context) error {
	f := r.refiner
	begin := time.Now()
	rec, err := f.soFar()
	if err != nil {
		return fmt.Errorf("reading back what was measured: %w", err)
	}
	cells := f.ask(rec)
	f.spent += time.Since(begin)
	before, arms := len(f.cells), len(f.arms)
	f.rounds = 0
	added := f.add(r.Grid, cells, r.arms, r.TrialLimit/2)
	f.none = len(f.cells) == before
	f.over = f.spent > time.Duration(refineShare*float64(r.Budget))
	if !f.none && r.left() < refineBlocks*time.Duration(len(f.arms))*r.armTime() {
		// Grains that would get too few blocks for an interval are not begun with.
		f.over = true
		for _, t := range added {
			delete(r.arms, t)
		}
		f.cells, f.arms = f.cells[:before], f.arms[:arms]
		return nil
	}
	for _, c := range f.cells[before:] {
		r.note(refinedNote, c.Name())
	}
	return r.warmUp(ctx, added)
}

// refinedNote is the key of the notes of refined cells.
const refinedNote = "refined"
