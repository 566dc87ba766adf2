package bench

import (
	"slices"
	"time"
)

// A pace says how many blocks are still to come.
type pace struct {
	begin  time.Time
	budget time.Duration
	target int // whole blocks in the record to come to, 0 when the budget decides
	before int // whole blocks of earlier calls

	whole  []time.Duration // of the warm-up and the whole blocks of this call, in order
	narrow []time.Duration // of the narrow blocks of this call
}

// blocks are the whole blocks in the record.
func (p *pace) blocks() int { return p.before + max(0, len(p.whole)-1) }

// left is the time there is for blocks; some is kept for closing what is open.
func (p *pace) left() time.Duration {
	return p.budget - time.Since(p.begin) - min(p.budget/20, 300*time.Millisecond)
}

// more is the number of whole blocks that are still to come; between is true when
// narrow ones take as long again.
func (p *pace) more(between bool) int {
	known := p.whole
	if len(known) > 1 {
		known = known[1:] // without the warm-up, which is slower
	}
	// The mean for the blocks to come, but the next one must fit even if it is as
	// slow as the slowest of the last few.
	left := p.left()
	fit := max(0, int(left/max(meanTime(known), time.Microsecond)))
	if between {
		fit = max(1, fit/2)
	}
	if left < slices.Max(lastFew(known)) || left <= 0 {
		fit = 0
	}
	fit = max(fit, leastBlocks-(p.blocks()-p.before))
	if p.target > 0 {
		fit = min(fit, p.target-p.blocks())
	}
	return max(fit, 0)
}

// fillsUp reports whether a narrow block fits into what is left.
func (p *pace) fillsUp() bool {
	return (p.target == 0 || p.blocks() < p.target) && len(p.narrow) > 0 && p.left() > slices.Max(lastFew(p.narrow))
}

func lastFew(times []time.Duration) []time.Duration { return times[max(0, len(times)-5):] }

// meanTime of times that are not empty.
func meanTime(times []time.Duration) time.Duration {
	var sum time.Duration
	for _, d := range times {
		sum += d
	}
	return sum / time.Duration(len(times))
}
