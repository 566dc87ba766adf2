package gobench

import (
	"context"
	"math"
	"time"

	"poolbench/bench/arm/gobench/build"
)

// A fit is how blocks are to fit the time that there is.
type fit struct {
	blocks int           // that are needed
	within time.Duration // all of them
	begin  time.Time     // of the first
	asked  time.Duration // what the blocks so far were thought to take
	share  float64       // of the slices that a plan keeps, above 0 and at most 1; 0 means 1
}

const (
	// fullTime is how much of a time is planned for: what a benchmark takes was measured
	// alone, and on the best of a few tries.
	fullTime = 0.9
	// shareSteps is how finely blocks are shortened.
	shareSteps = 20
)

// Fit makes blocks short enough for so many of them to be measured within a time, if fewer
// slices of each benchmark let them, and returns what they take in the mean; 0 when there is
// nothing to measure. While the blocks are measured they are fitted to the time that is
// left.
func (c *Comparison) Fit(blocks int, within time.Duration) time.Duration {
	c.fit = fit{blocks: blocks, within: within}
	c.fit.share = c.shareOf(c.order, 1, blocks, within, 1)
	return c.takes(c.order, 1, blocks, c.fit.share) / time.Duration(max(1, blocks))
}

// shareOf is the largest share of slices with which the blocks from first to last take no
// longer than the time; pace is how many times as long as thought they take.
func (c *Comparison) shareOf(targets []*target, first, last int, within time.Duration, pace float64) float64 {
	for step := shareSteps; step > 1; step-- {
		share := float64(step) / shareSteps
		if pace*float64(c.takes(targets, first, last, share)) <= fullTime*float64(within) {
			return share
		}
	}
	return 1.0 / shareSteps
}

// takes is what blocks are thought to take, with the links that they are the first to need.
func (c *Comparison) takes(targets []*target, first, last int, share float64) (all time.Duration) {
	var block time.Duration
	for _, t := range targets {
		if t.fits() {
			block += t.plan.startup + time.Duration(t.plan.dropped+t.plan.keeps(share))*t.plan.wall
		}
	}
	links := min(last, c.config.Pairs) - max(first-1, linkedBefore)
	return time.Duration(max(0, last-first+1))*block + time.Duration(max(0, links))*c.linking
}

// shareNow is the share of slices that counts.
func (f fit) shareNow() float64 {
	if f.share == 0 {
		return 1
	}
	return f.share
}

// keeps is how many slices are kept of each side with a share of them: as few as a control
// may have, or all.
func (p plan) keeps(share float64) int {
	return max(min(p.kept, leastKept), int(math.Ceil(share*float64(p.kept))))
}

// refit fits a block, and those that are needed after it, to the time that is left.
func (c *Comparison) refit(number int, wanted []*target) {
	f := &c.fit
	switch {
	case f.blocks == 0:
		return
	case number <= 1:
		f.begin, f.asked = time.Now(), 0
	case number > f.blocks:
		f.share = 1 // what is in doubt still has all slices
	default:
		took := time.Since(f.begin)
		pace := max(0.5, float64(took)/float64(max(f.asked, 1)))
		f.share = c.shareOf(wanted, number, f.blocks, f.within-took, pace)
	}
	f.asked += c.takes(wanted, number, number, f.share)
}

// linkedBefore is how many pairs of links there are before the first block: the one that
// benchmarks are looked for and calibrated with, and the one that tells what linking takes.
const linkedBefore = 2

// timeLinking makes a second pair of links, to know what one takes.
func (c *Comparison) timeLinking(ctx context.Context) error {
	if c.config.Pairs < linkedBefore {
		return nil
	}
	begin := time.Now()
	linked := map[*build.Package]bool{}
	for _, t := range c.order {
		if !t.fits() || linked[t.pkg] {
			continue
		}
		linked[t.pkg] = true
		if err := c.builds.Link(ctx, t.pkg, 1); err != nil {
			return err
		}
	}
	c.linking = time.Since(begin)
	return nil
}
