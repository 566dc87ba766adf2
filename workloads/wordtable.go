package workloads

import (
	"sync"
)

const (
	tableSize  = 1 << 22 // words
	wordsAhead = 64      // that a bully reads for each read of a victim
)

// bullied is what all tasks of this process read.
var bullied = sync.OnceValue(func() []uint64 {
	words := make([]uint64, tableSize)
	for i := range words {
		words[i] = word(uint64(i))
	}
	return words
})

// word is what the table has at i.
func word(i uint64) uint64 { return mix(i + 1) }

// wander is the task of a victim: where it reads next, what it read tells.
//
//go:noinline
func wander(seed uint64, units int64) uint64 {
	words, x := bullied(), seed
	for range units {
		x = words[x%tableSize] ^ x>>7
	}
	return x
}

// march is the task of a bully.
//
//go:noinline
func march(seed uint64, units int64) (sum uint64) {
	words := bullied()
	for left, at := int(units)*wordsAhead, int(seed%tableSize); left > 0; at = 0 {
		stretch := words[at:min(at+left, tableSize)]
		for _, w := range stretch {
			sum += w
		}
		left -= len(stretch)
	}
	return sum
}
