package workloads

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync/atomic"
	"time"
)

// Counters adds to counters of its process that are for all tasks (shared), for each of 16
// turns a word beside the other (adjacent, eight in a cache line), or a cache line of its
// own (padded): what tasks have in common when they seem to have nothing. One kernel unit is
// one addition. What is expected is what it would be without sharing; what is short of that
// is the price of the sharing. Worker processes have counters each, and share none.
var Counters = register(Workload{
	Name:     "counters",
	Doc:      "adds to counters that share a word, a cache line or nothing",
	Resource: CPU,
	Grains:   []time.Duration{100 * time.Microsecond},
	Axes:     []Axis{layout},
	Unit:     "1 addition, atomic",
	Kernel:   func(units int64) uint64 { return add(countSetOf("").of("padded", 0), units) },
	New:      newCounters,
	Expected: EqualWork,
	Truth:    "a task gives a number that only its own seed leads to, and all additions of a run are in the counters (in none of them where worker processes have their own)",
	Source:   "capacity, as if nothing was shared: padded counters reach it, shared and adjacent ones are short of it by what moving a cache line costs",
})

var layout = Axis{"layout", "of the counters: padded (a cache line each), adjacent (eight in one) or shared (one for all)", []string{"padded", "adjacent", "shared"}}

//go:noinline
func add(c *atomic.Uint64, units int64) (last uint64) {
	for range units {
		last = c.Add(1)
	}
	return last
}

type addition struct {
	Place, Layout string
	Seed          uint64
	Turn          int
	Units         int64
}

var countersTask = Define("workloads.counters", func(_ context.Context, in addition) (uint64, error) {
	add(countSetOf(in.Place).of(in.Layout, in.Turn), in.Units)
	return mix(in.Seed), nil
})

func newCounters(p Params) (Job, error) {
	layout, err := p.OneOf(layout)
	if err != nil {
		return nil, err
	}
	place := rand.Text()
	set, before := countSetOf(place), uint64(0)
	job, err := Batch[addition, uint64]{
		Task: countersTask,
		Input: func(i int, seed uint64) (addition, uint64) {
			return addition{place, layout, seed, i, p.Units}, mix(seed)
		},
		Check: Equal[uint64],
		Close: func() error { countSets.Delete(place); return nil },
	}.Job(p)
	if err != nil {
		countSets.Delete(place)
		return nil, err
	}
	return audit(job, func() { before = set.total() }, func() error {
		if got, want := set.total()-before, uint64(p.Tasks)*uint64(p.Units); got != want && got != 0 {
			return fmt.Errorf("%d additions were made, want %d", got, want)
		}
		return nil
	}), nil
}
