package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"poolbench/bench/record"
)

// blocks runs blocks until the budget, the target or ctx ends them.
func (r *run) blocks(ctx context.Context) error {
	for n := r.first; ctx.Err() == nil; n++ {
		if r.refiner.due(r.summary.Blocks) {
			if err := r.refine(ctx); err != nil {
				return err
			}
		}
		more := r.more()
		r.summary.Expected = r.summary.Blocks + more
		narrow := r.refiner.narrow()
		if more == 0 {
			// What is left is too short for a whole block.
			if narrow = r.fillsUp(); !narrow {
				return nil
			}
		}
		if err := r.block(ctx, n, narrow); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// block runs block n: every arm, or with narrow the refined ones only. When a
// trial fails the block is dropped whole, and its other trials are not run.
func (r *run) block(ctx context.Context, n int, narrow bool) error {
	arms := slices.Concat(r.plan.Arms, r.refined())
	if narrow {
		arms = r.refiner.arms
	}
	arms = slices.DeleteFunc(slices.Clone(arms), func(t Trial) bool { return r.arms[t].leftOut() })
	if err := r.out.Block(n); err != nil {
		return err
	}
	begin := time.Now()
	r.Progress.Begin(Block{Number: n, Whole: r.summary.Blocks + 1, Expected: r.summary.Expected, Trials: len(arms), Narrow: narrow,
		Elapsed: time.Since(r.begin), Budget: r.Budget})
	for _, t := range r.plan.shuffle(arms, n) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		err := r.trial(ctx, t, true)
		if errors.Is(err, errTrialFailed) {
			r.summary.Dropped++
			r.attempts++
			return r.out.Note(record.DroppedNote, fmt.Sprintf("%d %s failed", n, t))
		}
		if err != nil {
			return err
		}
	}
	took := time.Since(begin)
	r.refiner.took(took, narrow)
	if narrow {
		r.narrowTimes = append(r.narrowTimes, took)
		return nil
	}
	r.attempts++
	r.blockTimes = append(r.blockTimes, took)
	r.summary.Blocks++
	return nil
}

// refined are the refined arms that are not in the plan.
func (r *run) refined() []Trial {
	return slices.DeleteFunc(slices.Clone(r.refiner.arms), func(t Trial) bool { return slices.Contains(r.plan.Arms, t) })
}

// warmUp runs arms once: workers start, memory is touched, and an arm that cannot
// work at all is found. Nothing of it is kept but failures.
func (r *run) warmUp(ctx context.Context, arms []Trial) error {
	for _, t := range arms {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := r.trial(ctx, t, false); err != nil && !errors.Is(err, errTrialFailed) {
			return err
		}
	}
	return nil
}

// more is the number of whole blocks that are still to come.
func (r *run) more() int {
	known := r.blockTimes
	if len(known) > 1 {
		known = known[1:] // without the warm-up, which is slower
	}
	// The mean for the blocks to come, but the next one must fit even if it is as
	// slow as the slowest of the last few.
	mean := max(meanTime(known), time.Microsecond)
	left := r.left()
	fit := max(0, int(left/mean))
	if r.refiner.narrow() {
		fit = max(1, fit/2) // as narrow ones take as long
	}
	if left < slices.Max(lastFew(known)) || left <= 0 {
		fit = 0
	}
	if least := leastBlocks - (r.summary.Blocks - r.before); r.attempts < leastBlocks+maxFailures {
		fit = max(fit, least)
	}
	if r.target > 0 {
		fit = min(fit, r.target-r.summary.Blocks)
	}
	return max(fit, 0)
}

// fillsUp reports whether a narrow block fits into what is left.
func (r *run) fillsUp() bool {
	return (r.target == 0 || r.summary.Blocks < r.target) && len(r.narrowTimes) > 0 && r.left() > slices.Max(lastFew(r.narrowTimes))
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

// left is the time there is for blocks; some is kept for closing executors.
func (r *run) left() time.Duration {
	return r.Budget - time.Since(r.begin) - min(r.Budget/20, 300*time.Millisecond)
}

// armTime is what a trial takes in the mean, with everything around it.
func (r *run) armTime() time.Duration {
	return meanTime(r.blockTimes) / time.Duration(max(1, len(r.plan.Arms)))
}
