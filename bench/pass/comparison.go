package pass

import (
	"time"

	"poolbench/executors/stages"
	"poolbench/reports/estimate"
)

// A comparison tells what stages are worth, from slices with delays. It knows no clock: time
// is what slices took.
type comparison struct {
	dose    doses
	tried   []stages.Stage
	armTime time.Duration     // of an arm in a turn, see timeArm
	least   time.Duration     // of all slices
	order   func(n int) []int // in which the arms of a turn run, a permutation
}

// gained is what a comparison says.
type gained struct {
	time  float64   // seconds of the job as it is
	rest  float64   // share of them that is saved if all that no delay reaches is twice as fast
	gains []float64 // the same of each stage that was tried, parallel to them
}

const (
	// armTime is how long an arm runs in a turn: slices are some milliseconds, in which a
	// thread that waits for its CPU counts much.
	armTime = 30 * time.Millisecond
	// leastTurns is the least number of turns that tells how much they scatter.
	leastTurns = 4
	// comparisonTime is how long a comparison goes on for the sake of its precision.
	comparisonTime = 1500 * time.Millisecond
	// With these standard errors, the first a share of the gain and the second one of the
	// makespan, the interval of a few comparisons is half as wide as the gain, or tells that
	// there is none worth having.
	enoughOfGain, enoughOfTime = 1.0 / 8, 0.02
)

// A turn is what its arms took, in seconds: the job as it is, with all stages slowed, and
// with all but each of those that are tried.
type turn []float64

// gain is what the i-th of the stages that are tried would save. To slow all but a stage is
// to make it twice as fast in a job that takes twice the time.
func (t turn) gain(i int) float64 { return (t[1] - t[2+i]) / (2 * t[0]) }

// rest is 1 less what is left of the job if all but the stages takes half as long, since it
// does beside stages that are slowed.
func (t turn) rest() float64 { return 1 - t[1]/(2*t[0]) }

// run compares, with slices of the job with delays. Its arms take turns, so that all see
// the same machine.
func (c comparison) run(slice func(doses) (seconds float64, err error)) (out gained, err error) {
	arms := []doses{{}, c.dose}
	for _, stage := range c.tried {
		arms = append(arms, c.dose.without(stage))
	}
	var turns []turn
	for spent := 0.0; !c.ends(turns, spent); {
		t := make(turn, len(arms))
		for _, i := range c.order(len(arms)) {
			seconds, took, err := timeArm(c.armTime, func() (float64, error) { return slice(arms[i]) })
			if err != nil {
				return gained{}, err
			}
			t[i] = seconds
			spent += took
		}
		turns = append(turns, t)
	}
	out.time = estimate.Median(each(turns, func(t turn) float64 { return t[0] }))
	out.rest = estimate.Centre(each(turns, turn.rest))
	for i := range c.tried {
		out.gains = append(out.gains, estimate.Centre(each(turns, func(t turn) float64 { return t.gain(i) })))
	}
	return out, nil
}

// timeArm is the time of a slice: the median of as many as the time of an arm has room for.
// The first of them finds the executor as the arm before left it, which may have learnt how
// long tasks take; it counts only where one is as long as that. spent are all of them.
func timeArm(armTime time.Duration, slice func() (float64, error)) (seconds, spent float64, err error) {
	first, err := slice()
	if err != nil || first >= armTime.Seconds() {
		return first, first, err
	}
	var times []float64
	for spent = first; spent < first+armTime.Seconds(); {
		seconds, err := slice()
		if err != nil {
			return 0, spent, err
		}
		times = append(times, seconds)
		spent += seconds
	}
	return estimate.Median(times), spent, nil
}

// ends reports whether turns that took so many seconds are enough.
func (c comparison) ends(turns []turn, spent float64) bool {
	if len(turns) < leastTurns || spent < c.least.Seconds() {
		return false
	}
	if spent >= comparisonTime.Seconds() {
		return true
	}
	var r estimate.SignedRank
	for i := range c.tried {
		gains := each(turns, func(t turn) float64 { return t.gain(i) })
		if r.StandardError(gains) > max(enoughOfTime, enoughOfGain*estimate.Centre(gains)) {
			return false
		}
	}
	return true
}

func each(turns []turn, f func(turn) float64) []float64 {
	out := make([]float64, len(turns))
	for i, t := range turns {
		out[i] = f(t)
	}
	return out
}
