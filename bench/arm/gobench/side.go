package gobench

import (
	"context"
	"errors"
	"maps"
	"math"

	"poolbench/bench/arm"
	"poolbench/bench/arm/gobench/build"
	"poolbench/bench/record"
)

// A runner runs one benchmark of one build. Its methods are not safe for concurrent
// use; those of two runners are. An error is its end, and so is the end of a context.
type runner interface {
	// run runs n iterations.
	run(ctx context.Context, n int, flags uint64) (stint, error)
	// end ends the benchmark and tells what it has reported of all its slices, if it was
	// called once for them.
	end(ctx context.Context) (map[string]float64, error)
	// pin keeps all threads, and those to come, on a CPU; -1 frees them.
	pin(cpu int)
	// ran is how long each thread ran so far, in ns, by thread id; nil when the system
	// does not tell.
	ran() map[int]float64
	// pid is the process that runs all slices; 0 where each has its own.
	pid() int
	// printed is how much the process has printed so far, in bytes.
	printed() int64
}

// A stint is what a runner gave: a slice, with the time of one iteration.
type stint struct {
	arm.Slice
	clock float64 // ns that all iterations took, whatever time the benchmark reports
	own   bool    // the benchmark reported its time itself, or that it has none

	cycles, locked float64 // collections of garbage, and how long goroutines waited for locks, in seconds; below 0 when nobody tells
}

const (
	// slowdown is what canaries are slowed down by.
	slowdown = 0.05
	// leastForCanary is how many iterations a slice needs for 5 % more of them to be
	// within 0.1 of 5 %.
	leastForCanary = 20
)

// slowed is how a canary runs: as many iterations, and then 5 % of their time spun away; or some
// more iterations, which is less than 5 % where a slice takes time to begin and to end, as one
// with many goroutines.
func (p plan) slowed() (iterations int, flags uint64) {
	if !p.repeats {
		return p.iterations, takeLonger
	}
	return int(math.Ceil((1 + slowdown) * float64(p.iterations))), 0
}

// A side is a target in one build, as an arm.
type side struct {
	runner
	plan  plan
	slow  bool // head of a canary
	goes  bool // the benchmark goes on after this target: there is no end to tell of yet
	taken int  // slices
	meter meter
}

// newSides are both sides of a target.
func newSides(t *target, runners [2]runner, goes bool) (sides [2]*side) {
	for s, r := range runners {
		sides[s] = &side{runner: r, plan: t.plan, slow: t.Role == record.Canary && build.Side(s) == build.Head, goes: goes}
	}
	return sides
}

// run is that of the runner, in the way that the plan says.
func (s *side) run(ctx context.Context, n int, flags uint64) (stint, error) {
	if s.plan.anew {
		flags |= callAnew
	}
	return s.runner.run(ctx, n, flags)
}

// Slice is that of arm.Arm.
func (s *side) Slice(ctx context.Context) (arm.Slice, error) {
	n, flags := s.plan.iterations, uint64(0)
	if s.slow {
		n, flags = s.plan.slowed()
	}
	if s.taken == 0 {
		flags |= collectGarbage
	}
	warm := s.taken < s.plan.dropped
	if warm || s.plan.dropped < 2 || s.plan.untimed { // long slices do not feel it
		flags |= countMemory
	}
	if s.taken == s.plan.dropped && s.pid() != 0 {
		s.meter.begin(s.pid())
	}
	s.taken++
	got, err := s.run(ctx, n, flags)
	if !warm && err == nil {
		s.meter.add(n, got)
	}
	slice := got.Slice
	slice.Time *= float64(n) / float64(s.plan.iterations)
	if got.own && flags&takeLonger != 0 { // it was not asked how long that took
		slice.Time *= 1 + slowdown
	}
	slice.Iterations, slice.Warm = s.plan.iterations, warm
	return slice, err
}

// End is that of arm.Ender.
func (s *side) End(ctx context.Context) (map[string]float64, error) {
	if s.goes {
		return nil, nil
	}
	used := s.meter.values() // before the process ends
	values, err := s.end(ctx)
	if _, own := values[record.UnitTime]; own && err == nil {
		err = errors.New("reports a time of its own at its end, which it did not do when it was calibrated")
	}
	if used == nil {
		return values, err
	}
	maps.Copy(used, values) // what a benchmark reports itself counts
	return used, err
}

// Close is that of arm.Arm: the processes are the group's.
func (s *side) Close() error { return nil }
