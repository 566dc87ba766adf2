package workloads

import (
	"sync"
	"sync/atomic"
)

// A lineOfOwn is a counter with cache lines of its own: two of 64 bytes, as processors fetch
// them in pairs, or one of 128.
type lineOfOwn struct {
	atomic.Uint64
	_ [120]byte
}

const counterCount = 16

// A countSet are the counters of a job in a process, in each layout.
type countSet struct {
	_        [128]byte
	padded   [counterCount]lineOfOwn
	adjacent [counterCount]atomic.Uint64
	_        [128]byte
	shared   lineOfOwn
}

// countSets are those of this process, by place.
var countSets sync.Map

func countSetOf(place string) *countSet {
	s, ok := countSets.Load(place)
	if !ok {
		s, _ = countSets.LoadOrStore(place, new(countSet))
	}
	return s.(*countSet)
}

// of is the counter of a turn.
func (s *countSet) of(layout string, turn int) *atomic.Uint64 {
	switch turn %= counterCount; layout {
	case "padded":
		return &s.padded[turn].Uint64
	case "adjacent":
		return &s.adjacent[turn]
	default:
		return &s.shared.Uint64
	}
}

func (s *countSet) total() (sum uint64) {
	for turn := range counterCount {
		sum += s.padded[turn].Load() + s.adjacent[turn].Load()
	}
	return sum + s.shared.Load()
}
