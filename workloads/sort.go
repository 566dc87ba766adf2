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

type keys [256]uint64

// fill makes the next array, and returns where the stream is behind it. The keys of sorted
// input go up by steps of up to 2^48.
func (k *keys) fill(input string, random uint64) uint64 {
	switch input {
	case "sorted":
		key := uint64(0)
		for i := range k {
			random += golden
			key += mix(random) >> 16
			k[i] = key
		}
	case "few":
		for i := range k {
			random += golden
			k[i] = mix(random) >> 61
		}
	default:
		for i := range k {
			random += golden
			k[i] = mix(random)
		}
	}
	return random
}

// A sorting is what is known of sorted arrays: how often a key lies before a smaller one,
// and the sum of a hash of each key.
type sorting struct {
	Seed     uint64 // arrays of few keys may be alike
	Descents int
	Sum      uint64
}

// look is what is to be seen in an array. It adds up here and not in a sorting, which the
// compiler would keep in memory: a twentieth of the time of a task.
func (k *keys) look() (descents int, sum uint64) {
	last := uint64(0)
	for _, key := range k {
		if key < last {
			descents++
		}
		last = key
		sum += (key ^ key>>32) * golden
	}
	return descents, sum
}

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
