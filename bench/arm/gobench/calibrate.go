package gobench

import (
	"context"
	"fmt"
	"math"
	"time"

	"poolbench/bench/record"
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
	// longestWall is how long a slice of both sides may take, with what is not timed, for
	// the sake of the time.
	longestWall = time.Second
	// slowStart is how long a first slice of both sides may take to be tried again in steps.
	slowStart = 4 * time.Second
	// mostSlices bounds the kept slices of a benchmark that takes long to start.
	mostSlices = 60
)

// calibrate finds the plans of targets, of some in a second walk: those that turn out to
// be called anew for each slice. What fails here fails in the comparison; an error is that
// of the context or of a binary that cannot be started.
func (c *Comparison) calibrate(ctx context.Context, targets []*target) error {
	for len(targets) > 0 {
		var again []*target
		for _, together := range c.together(targets) {
			err := c.walk(ctx, together, 0, func(t *target, sides [2]*side, startup time.Duration) (failures [2]error, _ error) {
				before := t.plan.anew
				failures = c.plan(ctx, t, sides, startup)
				if t.plan.anew && !before {
					again = append(again, t)
				}
				return failures, nil
			})
			if err != nil {
				return err
			}
		}
		targets = again
	}
	return nil
}

// plan finds the plan of a target, and whether it is called anew.
func (c *Comparison) plan(ctx context.Context, t *target, sides [2]*side, startup time.Duration) (failures [2]error) {
	anew, printed := t.plan.anew, sides[0].printed()+sides[1].printed()
	found, failures := c.iterations(ctx, sides, t.plan.iterations)
	t.plan = c.planFor(found, startup)
	t.plan.anew = anew
	if failures == ([2]error{}) {
		t.plan.single, failures = usesOneThread(ctx, sides, found.several(), tries(found.wall))
	}
	if failures == ([2]error{}) {
		for i, s := range sides {
			var reported map[string]float64
			reported, failures[i] = s.end(ctx)
			t.plan.anew = t.plan.anew || len(reported) > 0
		}
	}
	if n := sides[0].printed() + sides[1].printed() - printed; n > 2*printLimit && !anew {
		c.lacks = append(c.lacks, record.Warning{
			What: fmt.Sprintf("%s prints much, %d MiB while it was calibrated: what that takes is in its time, and all but the last %d MiB is dropped.", t.Point().Full(), n>>20, printLimit>>20)})
	}
	return failures
}

// A calibration is what was found out about slices.
type calibration struct {
	iterations int
	wall       time.Duration // of one slice of each side with all that goes with it
	untimed    bool          // a build says that it has no time
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

// iterations ramps up from a first guess, as package testing does, until a slice of the
// two sides' mean is long enough. That is by the clock, whatever time they report.
func (c *Comparison) iterations(ctx context.Context, sides [2]*side, guess int) (calibration, [2]error) {
	r := ramp{ctx: ctx, sides: sides, goal: float64(c.config.Slice), first: max(1, guess)}
	n := r.first
	ns, wall := r.both(n)
	for r.ok() && ns < r.goal/2 && n < most && wall < slowStart {
		next := min(r.fit(n, ns), 100*n)
		if n == r.first { // how the untimed part grows is not known yet
			next = min(next, n*int(max(2, longestWall/max(wall, 1))))
		}
		if next <= n {
			break // more would take too long, beside the time
		}
		n = next
		ns, wall = r.both(n)
	}
	if wall >= slowStart && n == r.first && r.ok() {
		r.both(n + 1)
	}
	if !r.ok() || n == 1 && ns > r.goal {
		return r.found(n, wall)
	}
	n = r.fit(n, ns)
	if ns, wall = r.least(n); ns < r.goal/2 && r.ok() { // n came from a bad moment
		n = r.fit(n, ns)
		ns, wall = r.least(n)
	}
	if r.each*float64(n) > float64(longestWall)/4 || !r.ok() {
		return r.found(n, wall)
	}
	// What a slice costs that iterations do not pay, as a slice four times as long
	// shows: within the timed part, and beside it.
	fourNs, fourWall := r.least(min(most, 4*n))
	fixed := math.Max(0, (4*ns-fourNs)/3)
	beside := math.Max(0, float64(4*wall-fourWall)/6-fixed) // of two sides
	want := math.Min(float64(longest), math.Max(fixed/fixedShare, beside))
	if grow := want / math.Max(ns, 1); grow > 1.5 && r.ok() {
		n = min(most, int(float64(n)*grow))
		_, wall = r.least(n)
	}
	return r.found(n, wall)
}

// A ramp is a calibration in the making.
type ramp struct {
	ctx       context.Context
	sides     [2]*side
	goal      float64 // ns, of a slice
	first     int     // iterations of the first slice
	firstWall time.Duration
	each      float64 // ns, what an iteration of both sides takes, whether it is timed or not; 0 when that is lost in the rest
	untimed   bool
	failures  [2]error
}

func (r *ramp) ok() bool { return r.failures == [2]error{} }

func (r *ramp) found(n int, wall time.Duration) (calibration, [2]error) {
	return calibration{n, wall, r.untimed}, r.failures
}

// both runs n iterations on both sides and tells what was timed, in the mean, and what
// it took altogether.
func (r *ramp) both(n int) (ns float64, wall time.Duration) {
	begin := time.Now()
	for i, s := range r.sides {
		got, err := s.run(r.ctx, n, 0)
		if err != nil {
			r.failures[i] = err
		}
		r.untimed = r.untimed || got.Untimed
		ns += got.clock / 2
	}
	wall = time.Since(begin)
	if n > r.first {
		r.each = math.Max(0, float64(wall)-1.1*float64(r.firstWall)) / float64(n-r.first)
	} else if r.firstWall == 0 {
		r.firstWall = wall
	}
	return ns, wall
}

// least is of three times, for a bad moment is no cost of the benchmark; of what takes
// long of two.
func (r *ramp) least(n int) (ns float64, wall time.Duration) {
	ns, wall = r.both(n)
	for tried := 1; tried < 2 || tried < tries(wall); tried++ {
		if !r.ok() {
			break
		}
		moreNs, moreWall := r.both(n)
		ns, wall = math.Min(ns, moreNs), min(wall, moreWall)
	}
	return ns, wall
}

// fit is how many iterations take as long as they should, if n of them take ns.
func (r *ramp) fit(n int, ns float64) int {
	want := r.goal / math.Max(ns, 1) * float64(n)
	if r.each > 0 {
		want = math.Min(want, float64(longestWall)/r.each)
	}
	return int(math.Min(most, math.Max(1, want)))
}

// planFor says how many slices make a block: fewer of long ones, more where starting
// the processes is what takes time.
func (c *Comparison) planFor(found calibration, startup time.Duration) plan {
	p := plan{iterations: found.iterations, dropped: 3, untimed: found.untimed, wall: found.wall, startup: startup}
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
