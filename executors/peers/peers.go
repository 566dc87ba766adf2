// Package peers puts other Go pools beside ours, so that they can be measured and
// scored by the same programs. It is a module of its own: nobody who uses
// poolbench pays for these dependencies.
//
// A [Peer] has two faces:
//
//   - Kind is an executors.Kind over the peer, so that everything written for an
//     executor (a workload, a grid, the futures) can run on it. The closure the
//     peer sees is our task, which settles its future whatever happens: this face
//     is for measuring, it says little about the peer's robustness.
//   - New is a [Pool], the peer as its own users see it, with nothing of ours
//     between the task and the peer. Package score uses this one.
//
// What each peer is measured and found to do stands in README.md, written by
// cmd/score and cmd/compare.
package peers

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"poolbench/executors"
)

//go:generate go run ./cmd/score
//go:generate go run ./cmd/compare -tasks 1000000

// A Peer is one pool that can be put beside others.
type Peer struct {
	Name   string // a lower-case word
	Module string // path of the Go module it comes from; empty for what is written here
	Doc    string // one line
	Kind   executors.Kind
	Open   Opener // what Kind submits to; nil for ours

	// New makes the pool as its users do. It panics if the pool cannot be made.
	New func(Config) Pool
}

// An Opener makes a pool of so many workers for tasks without results, and gives two
// methods of it: stop waits for the tasks, with what the pool offers for that. It panics
// if the pool cannot be made.
type Opener func(workers int) (submit func(func()) error, stop func())

// A Config says what pool is wanted.
type Config struct {
	Workers int // at least 1
	// Queue is how many tasks may wait before a submitter has to; 0 is what the
	// peer does when it is not told. Peers without such a limit ignore it.
	Queue int
	// Context is given to peers that accept one. Nil is context.Background().
	Context context.Context
}

func (c Config) context() context.Context { return cmp.Or(c.Context, context.Background()) }

// All returns ours first, then the peers, in the order of the tables.
func All() []Peer {
	return slices.Concat(ours, []Peer{Ants, Pond, Conc, Gammazero, Gopool, Errgroup, Channel, PerTask})
}

// ByName finds a peer.
func ByName(name string) (Peer, bool) {
	for _, p := range All() {
		if p.Name == name {
			return p, true
		}
	}
	return Peer{}, false
}

// Choose returns those of all that a list of names, separated by commas, names; all of
// them when it is empty. The error is of a name that nothing has.
func Choose[T any](all []T, names string, name func(T) string) (chosen []T, err error) {
	if names == "" {
		return all, nil
	}
	for wanted := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(all, func(v T) bool { return name(v) == wanted })
		if i < 0 {
			return nil, fmt.Errorf("no %q", wanted)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// Version is the version of the peer's module in the running program, empty if
// it has none.
func (p Peer) Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || p.Module == "" {
		return ""
	}
	for _, m := range info.Deps {
		if m.Path == p.Module {
			return m.Version
		}
	}
	return ""
}
