// Package score runs a list of behaviours on every peer and says which it shows.
//
// A [Behaviour] is something any pool may be asked for, written against
// peers.Pool, the peer as its users see it. Each pair of peer and behaviour runs
// in a child process of the same binary with a time limit, so that a pool that
// hangs, or takes its process down, is a finding and not the end of the run.
//
// A program (or test binary) that calls [Run] calls [ChildMain] first.
package score

import (
	"slices"

	"poolbench/executors/peers"
)

// An Outcome is what came of one behaviour on one peer.
type Outcome string

const (
	Held          Outcome = "held"
	Failed        Outcome = "failed"         // did something else, or took the process down
	Hung          Outcome = "hung"           // was not through at the time limit
	NotApplicable Outcome = "not applicable" // the peer offers nothing of the kind
)

// Outcomes in the order of the tables.
var Outcomes = []Outcome{Held, Failed, Hung, NotApplicable}

// A Verdict is an outcome and why; Why is empty if it held.
type Verdict struct {
	Outcome Outcome
	Why     string
}

// A Behaviour is one line of the score.
type Behaviour struct {
	ID      string // a letter for the group and a number
	Doc     string // what a pool does that shows it, as a sentence
	workers int    // of the pool that run gets; 0 for none
	run     func(*trial, peers.Pool)
}

// Behaviours returns the list in the order of the table.
func Behaviours() []Behaviour {
	return slices.Concat(results, failures, workers, stops, contexts)
}

// A Score is the verdict of every behaviour on every peer.
type Score struct {
	Peers      []peers.Peer
	Behaviours []Behaviour
	Verdicts   [][]Verdict // by behaviour, then by peer
}

// Count is how many behaviours had that outcome on the peer of that index.
func (s *Score) Count(peer int, outcome Outcome) int {
	n := 0
	for _, row := range s.Verdicts {
		if row[peer].Outcome == outcome {
			n++
		}
	}
	return n
}
