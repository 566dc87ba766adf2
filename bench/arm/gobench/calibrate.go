package gobench

import (
	"context"
	"math"
	"time"
)

const (
	// longest is how long a slice may become where a call costs much beside the
	// iterations.
	longest = 25 * time.Millisecond
	// fixedShare is how much of a slice may be time that does not grow with b.N, such
	// as preparation within the timed part: it hides a change of the rest.
	fixedShare = 0.05
	// most is how many iterations package testing would run at most.
	most = 1_000_000_000
	// blockShare is how long one benchmark may take in a block, but for one that takes
	// longer to start or to run once.
	blockShare = 60 * time.Millisecond
	// slicedShare is blockShare where each slice starts a process.
	slicedShare = 500 * time.Millisecond
	// mostSlices bounds the kept slices of a benchmark that takes long to start.
	mostSlices = 60
)

// calibrate finds the plans of targets. What fails here fails in the comparison; an
// error is that of the context or of a binary that cannot be started.
func (c *Comparison) calibrate(ctx context.Context, targets []*target) error {
	for _, together := range c.together(targets) {
		err := c.walk(ctx, together, 0, func(t *target, sides [2]*side, startup time.Duration) (failures [2]error, _ error) {
			found, failures := c.iterations(ctx, sides)
			t.plan = c.planFor(found, startup)
			if failures == ([2]error{}) {
				t.plan.single, failures = usesOneThread(ctx, sides, found.several(), tries(found.wall))
			}
			if failures == ([2]error{}) {
				for i, s := range sides {
					_, failures[i] = s.End(ctx)
				}
			}
			return failures, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// A calibration is what was found out about slices.
type calibration struct {
	iterations int
	wall       time.Duration // of one slice of each side with all that goes with it
}

// several is how many iterations take about 5 ms: what threads do beside the work
// counts for little then, two threads that share a CPU have both had it, and a
// goroutine seldom moves to another one.
func (c calibration) several() int {
	return int(min(most, float64(c.iterations)*max(1, 10e6/float64(max(c.wall, 1)))))
}

// tries is how often something is tried that takes that long.
func tries(wall time.Duration) int {
	if wall > 100*time.Millisecond {
		return 1
	}
	return 3
}

// iterations ramps up, as package testing does, until a slice of the two sides'
// mean is long enough.
func (c *Comparison) iterations(ctx context.Context, sides [2]*side) (found calibration, failures [2]error) {
	n, goal := 1, float64(c.config.Slice)
	both := func(n int) (ns float64, wall time.Duration) {
		begin := time.Now()
		for i, s := range sides {
			slice, err := s.run(ctx, n, 0)
			if err != nil {
				failures[i] = err
			}
			ns += slice.Time * float64(n) * 1e9 / 2
		}
		return ns, time.Since(begin)
	}
	ns, wall := both(n)
	for failures == ([2]error{}) && ns < goal/2 && n < most && wall < 4*time.Second {
		n = min(most, max(n+1, int(math.Min(100*float64(n), goal/math.Max(ns, 1)*float64(n)))))
		ns, wall = both(n)
	}
	if failures != ([2]error{}) || n == 1 && ns > goal {
		return calibration{n, wall}, failures
	}
	n = min(most, max(1, int(goal/math.Max(ns, 1)*float64(n))))
	// least is of several times, for a bad moment is no cost of the benchmark.
	least := func(times, n int) (ns float64, wall time.Duration) {
		ns, wall = both(n)
		for ; times > 1 && failures == ([2]error{}); times-- {
			moreNs, moreWall := both(n)
			ns, wall = math.Min(ns, moreNs), min(wall, moreWall)
		}
		return ns, wall
	}
	if ns, wall = least(3, n); ns < goal/2 && failures == ([2]error{}) { // n came from a bad moment
		n = min(most, max(1, int(goal/math.Max(ns, 1)*float64(n))))
		ns, wall = least(3, n)
	}
	// What a slice costs that iterations do not pay, as a slice four times as long
	// shows: within the timed part, and beside it.
	fourNs, fourWall := least(3, min(most, 4*n))
	fixed := math.Max(0, (4*ns-fourNs)/3)
	beside := math.Max(0, float64(4*wall-fourWall)/6-fixed) // of two sides
	want := math.Min(float64(longest), math.Max(fixed/fixedShare, beside))
	if grow := want / math.Max(ns, 1); grow > 1.5 && failures == ([2]error{}) {
		n = min(most, int(float64(n)*grow))
		_, wall = least(2, n)
	}
	return calibration{n, wall}, failures
}

// planFor says how many slices make a block: fewer of long ones, more where starting
// the processes is what takes time.
func (c *Comparison) planFor(found calibration, startup time.Duration) plan {
	p := plan{iterations: found.iterations, dropped: 3}
	switch {
	case found.wall > 200*time.Millisecond:
		p.dropped = 0
	case found.wall > 10*time.Millisecond:
		p.dropped = 1
	}
	share := max(blockShare, startup/2, time.Duration(c.config.Slices)*2*c.config.Slice)
	if !c.builds.Stepped {
		p.dropped = min(p.dropped, 1)
		share = slicedShare
	}
	upper := c.config.Slices
	if startup > blockShare {
		upper = max(upper, min(mostSlices, int(startup/(2*c.config.Slice))))
	}
	p.kept = min(upper, max(1, int(share/max(found.wall, 1))))
	return p
}
