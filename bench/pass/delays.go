package pass

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/executors/stages"
)

// Delays is the causal profile: what it would gain if a stage were twice as fast. One run of
// it is one comparison; the interval comes from as many as there are blocks.
//
// How long a task is in each stage is measured first. If every stage takes that much longer,
// by a planted delay, all is twice as slow; and if every stage but one does, that one is,
// beside the others, twice as fast. Half of what is between the two is what the job would
// save. This holds wherever the bottleneck is, also where it moves, which the slope of the
// time against a delay in the stage alone does not tell.
//
// To wake a worker process, or who reads its replies, takes time as well, and the more tasks come
// while that lasts, the fewer wakes there are: wakes take twice as long in slowed jobs, too, each
// of them twice what it took.
//
// A delay is an amount of computing, so work that waits has no such profile. Waiting itself
// (queue, reply) is no stage to be fast in. What no delay reaches, as handing a task over
// within the executor, or losing the processor to another thread, is the same with delays and
// without, or grows with them, which is not known: where it comes on top of the stages it leaves
// the difference alone, and where it grows it has its share in what a stage saves. How much
// it is as a whole is told by how far from twice the time a job is in which all is slowed,
// RestGain; reports have intervals that cover both (reports.Gains).
//
// A comparison goes on for as long as About says, and in any case until it tells enough or
// comparisonTime is over.
var Delays = Pass{
	Name: "delays",
	Doc:  "what it would gain if a stage were twice as fast, by delays in all the others",
	Around: func(ctx context.Context, a arm.Arm) (arm.Slice, []Artefact, error) {
		return compareDelays(ctx, a, armTime)
	},
	Beyond: comparisonTime,
}

// errWaits is that of work that does not compute all the time.
var errWaits = errors.New("its tasks wait, and what a stage is worth is told by delays that compute")

const (
	// leastGain is what a stage must be able to save, as a share of the makespan if its tasks
	// went through it one after the other, to be tried: reports tell that bound of the
	// others, and call what is below it nothing.
	leastGain = 0.05
	// longestDose is the longest delay of a task.
	longestDose = time.Second
)

// compareDelays is a comparison whose arms run for so long in a turn. always are stages that are
// tried whatever they may save.
func compareDelays(ctx context.Context, a arm.Arm, armTime time.Duration, always ...stages.Stage) (arm.Slice, []Artefact, error) {
	s, times, dose, err := watchDoses(ctx, a)
	if dose == nil || err != nil {
		return s, nil, err
	}
	on := a.(arm.OnExecutor)
	if !on.Computes() {
		return s, nil, errWaits
	}
	if dose[stages.Run] > longestDose {
		return s, nil, fmt.Errorf("its tasks take %v; the profile is of tasks up to %v", dose[stages.Run], longestDose)
	}
	c := comparison{dose: dose, armTime: armTime, least: aboutOf(ctx).Time, order: rand.Perm}
	for _, stage := range causal {
		if most := dose[stage].Seconds() * float64(times.Submitted) / 2 / s.Time; most >= leastGain || slices.Contains(always, stage) {
			c.tried = append(c.tried, stage)
		}
	}
	p := paceNow()
	found, err := c.run(func(d doses) (float64, error) {
		s, err := sliceDelayed(ctx, on, d, p)
		return s.Time, err
	})
	if err != nil {
		return s, nil, err
	}
	s.Time = found.time
	for _, unit := range []string{record.UnitRan, record.UnitWaited, record.UnitOthers} {
		delete(s.Values, unit) // of one slice, in another time
	}
	addTimes(&s, times)
	s.Values[record.RestGain] = found.rest
	for i, stage := range c.tried {
		s.Values[record.Gain(string(stage))] = found.gains[i]
	}
	return s, nil, nil
}

// sliceDelayed is a slice with delays in its stages.
func sliceDelayed(ctx context.Context, on arm.OnExecutor, d doses, p pace) (arm.Slice, error) {
	s, err := on.SliceOn(ctx, func(ex executors.Executor) (executors.Executor, func()) { return delayed(ex, d, p) })
	if err != nil {
		return s, fmt.Errorf("with delays in its stages: %w", err)
	}
	return s, nil
}
