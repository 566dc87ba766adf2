package bench

import (
	"time"
)

// Progress is told how a run goes on. Its methods are called from the goroutine
// of Run and only between trials, never while one is timed; what they take is
// time lost for measuring.
type Progress interface {
	// Stage starts a part of the preparation: "describing the machine",
	// "calibrating", "warming up".
	Stage(name string)
	// Begin starts a block: its number, from 1, the number of the last block as
	// expected now (0 if unknown) and the trials in a block.
	Begin(block, blocks, trials int)
	// Trial tells that a trial of the block has ended, with what went wrong, if
	// anything.
	Trial(t Trial, err error)
	// Done ends the run.
	Done(s Summary)
}

// A Summary is what Run did.
type Summary struct {
	ID       string // unique name of the run, as in the record
	Seed     uint64
	Arms     int // trials in a block
	Blocks   int // complete blocks in the record, those of a resumed run included
	Expected int // blocks that would have fitted the budget; at least Blocks
	Trials   int // results written by this run
	Failures int // failed trials of this run
	// Interrupted is true when the context ended before the budget did.
	Interrupted bool
	Elapsed     time.Duration
	Warnings    []Warning
}

// A Warning is something that lowers trust in the results, and what to do
// about it. Topic is a lower-case word, the other two are sentences.
type Warning struct{ Topic, What, Cure string }

// silent is the Progress of a run that nobody watches.
type silent struct{}

func (silent) Stage(string)         {}
func (silent) Begin(int, int, int)  {}
func (silent) Trial(Trial, error)   {}
func (silent) Done(summary Summary) {}
