package bench

import (
	"time"

	"poolbench/bench/record"
)

// Progress is told how a run goes on. Its methods are called from the goroutine
// of Run and only between slices, never while one is timed; what they take is
// time lost for measuring.
type Progress interface {
	// Stage starts a part of the preparation: "describing the machine",
	// "calibrating", "warming up".
	Stage(name string)
	// Begin starts a block.
	Begin(b Block)
	// Slice tells that a slice of the block has ended, with what went wrong, if
	// anything.
	Slice(p record.Point, err error)
	// Done ends the run.
	Done(s Summary)
}

// A Block is what Progress is told of a block that begins.
type Block struct {
	Number   int  // in the record, from 1
	Narrow   bool // it has only the points of refined grains
	Whole    int  // number among the whole blocks of the record of this one, or of the next one
	Expected int  // whole blocks there will be, as expected now
	Slices   int  // in this block
	Elapsed  time.Duration
	Budget   time.Duration
}

// A Summary is what Run did.
type Summary struct {
	ID       string // unique name of the run, as in the record
	Seed     uint64
	Points   int            // in a whole block, but for those of refined grains
	Refined  int            // points of refined grains in the record
	Blocks   int            // complete whole blocks in the record, those of a resumed run included
	Expected int            // whole blocks that would have fitted the budget; at least Blocks
	Slices   int            // results written by this run
	Failures int            // failed slices of this run
	Left     []record.Point // that failed twice in a row and were not measured on
	// Interrupted is true when the context ended before the budget did.
	Interrupted bool
	Elapsed     time.Duration
	Warnings    []record.Warning
}

// silent is the Progress of a run that nobody watches.
type silent struct{}

func (silent) Stage(string)              {}
func (silent) Begin(Block)               {}
func (silent) Slice(record.Point, error) {}
func (silent) Done(Summary)              {}
