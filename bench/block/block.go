// Package block is the one loop that measures.
//
// Blocks follow each other until the caller names nothing more to measure: a grid
// by its budget, a comparison of two builds by what its judge still wants. A block is
// groups in an order of its own, a group is contests one after the other, and a contest
// is arms that take turns: all arms of a grid once, or both builds of one benchmark
// some twenty times. What is compared was measured within the same block, since shared
// machines drift.
package block

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/host"
	"poolbench/bench/record"
)

// An Entrant is a point with its arm.
type Entrant struct {
	Point record.Point
	Arm   arm.Arm
}

// A Contest is arms that take turns. Where one fails the turns end.
type Contest struct {
	Entrants []Entrant
	Turns    int // of each; 0 means 1. With one turn a failure leaves the others in
}

// A Group makes contests one after the other and gives each to take when its arms
// stand ready; an error of take ends the group.
type Group func(ctx context.Context, take func(Contest) (failures []error, err error)) error

// An Outcome is what one arm came to in a block: a result, or why there is none.
type Outcome struct {
	Result record.Result
	Err    error
}

// Config says how to measure.
type Config struct {
	Seed  uint64 // of all orders
	First int    // number of the first block; 0 means 1
	Out   *record.Writer

	// Until ends every block but the first: contests that are not over by then leave
	// nothing. The zero value lets every block go to its end.
	Until time.Time

	// Limit is how long a slice of a point may take; nil or 0 for no limit.
	Limit func(record.Point) time.Duration

	// Told is called with each outcome, between slices; it may be nil.
	Told func(Outcome)

	// Links is which pair of links a block measures; nil where there are none.
	Links func(number int) int

	// Virtual asks nothing of the machine, whose clock may not be that of the run.
	Virtual bool
}

// errUntil is why a block was cut short.
var errUntil = errors.New("the budget is spent")

// Run measures blocks until next gives no groups, Until has passed or ctx ends, and
// writes them. After each block it calls done, with the results and failures of the
// block, and whether its end was cut off; but a first block that was cut off is left
// out. The error is the cause of ctx, one of done, of a group or of Out.
func (c Config) Run(ctx context.Context, next func(number int) ([]Group, error), done func(b record.Block, cut bool) error) error {
	limited := ctx
	if !c.Until.IsZero() {
		var cancel context.CancelFunc
		limited, cancel = context.WithDeadlineCause(ctx, c.Until, errUntil)
		defer cancel()
	}
	first := max(1, c.First)
	for number := first; ctx.Err() == nil; number++ {
		groups, err := next(number)
		if err != nil || len(groups) == 0 {
			return err
		}
		until := limited
		if number == first {
			until = ctx
		}
		b := run{Config: c, order: newOrder(c.Seed, number), block: record.Block{Number: number}}
		err = b.measure(until, groups)
		if err != nil && until.Err() == nil {
			return err
		}
		if err == nil || number > first {
			if err := b.tellHost(); err != nil {
				return err
			}
			if err := done(b.block, err != nil); err != nil {
				return err
			}
		}
		if limited.Err() != nil {
			break
		}
	}
	return context.Cause(ctx)
}

// run is one block.
type run struct {
	Config
	order       *order
	block       record.Block
	before      host.Counters
	ran, waited float64
}

func (r *run) measure(ctx context.Context, groups []Group) error {
	if err := r.Out.Block(r.block.Number); err != nil {
		return err
	}
	if !r.Virtual {
		r.before = host.ReadCounters()
	}
	groups = slices.Clone(groups)
	r.order.shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	for _, g := range groups {
		if err := g(ctx, func(c Contest) ([]error, error) { return r.contest(ctx, c) }); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// tellHost writes what the machine did, also during a block that was cut short, as what
// was measured in it counts. A first block that was cut short has no such line, by which
// judges know it.
func (r *run) tellHost() error {
	if r.Virtual {
		return nil
	}
	h := host.ReadCounters().Block(r.before, r.ran, r.waited)
	if r.Links != nil {
		h.Links = r.Links(r.block.Number)
	}
	r.block.Host = &h
	return r.Out.Fact("host", h)
}

// contest lets the arms take turns and writes what came of it. The failures are
// parallel to the entrants.
func (r *run) contest(ctx context.Context, c Contest) (failures []error, err error) {
	taken := make([]taking, len(c.Entrants))
	failures = make([]error, len(c.Entrants))
	for turn := range max(1, c.Turns) {
		for _, i := range r.order.turn(turn, len(c.Entrants)) {
			if ctx.Err() != nil {
				return failures, context.Cause(ctx)
			}
			err := r.slice(ctx, c.Entrants[i], &taken[i])
			if err == nil && c.Turns <= 1 {
				err = r.end(ctx, c.Entrants[i], &taken[i])
			}
			if interrupted(ctx, err) {
				return failures, context.Cause(ctx)
			}
			failures[i] = err
			if c.Turns <= 1 { // at once: a later crash must not lose it
				if err := r.tell(c.Entrants[i].Point, taken[i], failures[i]); err != nil {
					return failures, err
				}
			} else if err != nil {
				return failures, r.close(ctx, c, taken, failures)
			}
		}
	}
	if c.Turns <= 1 {
		return failures, nil
	}
	for i, e := range c.Entrants {
		failures[i] = r.end(ctx, e, &taken[i])
	}
	return failures, r.close(ctx, c, taken, failures)
}

// close writes what came of a contest of several turns: no results when an arm failed,
// for there is nothing to compare the others with.
func (r *run) close(ctx context.Context, c Contest, taken []taking, failures []error) error {
	if ctx.Err() != nil { // what failed now is nobody's fault
		return context.Cause(ctx)
	}
	ok := !slices.ContainsFunc(failures, func(err error) bool { return err != nil })
	for i, e := range c.Entrants {
		if failures[i] != nil || ok {
			if err := r.tell(e.Point, taken[i], failures[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// tell writes an outcome.
func (r *run) tell(p record.Point, t taking, failure error) error {
	if failure == nil {
		failure = t.check()
	}
	o := Outcome{Result: record.Result{Point: p, Block: r.block.Number}}
	if failure == nil {
		o.Result = t.result(p, r.block.Number)
		failure = o.Result.Check()
	}
	o.Err = failure
	var err error
	if failure != nil {
		r.block.Failures = append(r.block.Failures, record.Failure{Point: p, Block: r.block.Number, Reason: record.Sanitize(failure.Error())})
		err = r.Out.Failure(p, failure.Error())
	} else {
		r.block.Results = append(r.block.Results, o.Result)
		err = r.Out.Result(o.Result)
	}
	if r.Told != nil {
		r.Told(o)
	}
	return err
}

// slice takes one slice of an arm, within its limit.
func (r *run) slice(ctx context.Context, e Entrant, t *taking) error {
	slice, err := Slice(ctx, e.Arm, r.limit(e.Point))
	if err != nil {
		return err
	}
	r.ran, r.waited = r.ran+slice.Ran, r.waited+slice.Waited
	t.add(slice)
	return nil
}

// end takes what an arm says once its slices are over, within the limit of a slice.
func (r *run) end(ctx context.Context, e Entrant, t *taking) error {
	ender, ok := e.Arm.(arm.Ender)
	if !ok {
		return nil
	}
	values, err := Guarded(ctx, r.limit(e.Point), ender.End)
	t.last = values
	return err
}

func (r *run) limit(p record.Point) time.Duration {
	if r.Limit == nil {
		return 0
	}
	return r.Limit(p)
}

// Slice runs one slice of an arm outside of any block, as to warm it up. An arm that
// panics, calls runtime.Goexit or ignores the end of its context gives an error.
func Slice(ctx context.Context, a arm.Arm, limit time.Duration) (arm.Slice, error) {
	s, err := Guarded(ctx, limit, a.Slice)
	switch {
	case err != nil || s.Time > 0 && !s.Untimed:
	case s.Untimed && s.Time == 0 && len(s.Values) > 0:
	case s.Untimed && s.Time == 0:
		err = errors.New("it gave neither a time nor anything else")
	case s.Time == 0:
		err = errors.New("it took no time, which no clock here can tell from nothing")
	case s.Untimed:
		err = fmt.Errorf("it gave %v s as its time, and that it has none", s.Time)
	default:
		err = fmt.Errorf("it gave %v s as its time, which is no number above 0", s.Time)
	}
	return s, err
}

// A Left is the points that failed too often to be measured on.
type Left map[record.Point]int // failures since the last success

// mostInRow failures in a row take a point out.
const mostInRow = 2

// Tell counts an outcome, and reports whether the point leaves with it.
func (l Left) Tell(o Outcome) bool {
	if o.Err == nil {
		delete(l, o.Result.Point)
		return false
	}
	l[o.Result.Point]++
	return l[o.Result.Point] == mostInRow
}

// Has reports whether the point has left.
func (l Left) Has(p record.Point) bool { return l[p] >= mostInRow }
