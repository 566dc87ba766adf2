package workloads

import (
	"context"
	"slices"
	"time"
)

var sortInput = Axis{"input", "order of the keys: random, sorted, or few, which is 8 different ones", []string{"random", "sorted", "few"}}

// Sort sorts short arrays of 64-bit keys with the sort of Go's library: branches that are
// hard to predict on random keys and easy on sorted ones, which take a tenth of the time. One
// kernel unit is an array of 256 keys, filled from the seed, sorted and looked over.
var Sort = register(Workload{
	Name:     "sort",
	Doc:      "sorts arrays of 256 keys: branches, in the first-level cache",
	Resource: CPU,
	Unit:     "256 keys, an array",
	Grains:   []time.Duration{time.Millisecond},
	Axes:     []Axis{sortInput},
	KernelOf: func(p Params) (func(units int64) uint64, error) {
		input, err := p.OneOf(sortInput)
		return func(units int64) uint64 { return sortArrays(golden, input, units).Sum }, err
	},
	New:      newSort,
	Truth:    "no key lies before a smaller one, and a hash of all keys that does not depend on their order",
	Source:   shareCPUs,
	Expected: EqualWork,
})

//go:noinline
func sortArrays(seed uint64, input string, arrays int64) sorting {
	s := sorting{Seed: seed}
	var k keys
	for range arrays {
		seed = k.fill(input, seed)
		slices.Sort(k[:])
		descents, sum := k.look()
		s.Descents += descents
		s.Sum += sum
	}
	return s
}

// expectSorting is sortArrays without sorting.
func expectSorting(seed uint64, input string, arrays int64) sorting {
	s := sorting{Seed: seed}
	var k keys
	for range arrays {
		seed = k.fill(input, seed)
		_, sum := k.look()
		s.Sum += sum
	}
	return s
}

type pile struct {
	Seed   uint64
	Input  string
	Arrays int64
}

var sortTask = Define("workloads.sort", func(_ context.Context, in pile) (sorting, error) {
	return sortArrays(in.Seed, in.Input, in.Arrays), nil
})

func newSort(p Params) (Job, error) {
	input, err := p.OneOf(sortInput)
	if err != nil {
		return nil, err
	}
	return Batch[pile, sorting]{
		Task: sortTask,
		Input: func(_ int, seed uint64) (pile, sorting) {
			return pile{seed, input, p.Units}, expectSorting(seed, input, p.Units)
		},
		Check: Equal[sorting],
	}.Job(p)
}
