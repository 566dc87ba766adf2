// Package command measures command lines: two that print Go benchmark results against
// each other (comparison.go), and any as points of a grid (source.go).
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/block"
	"poolbench/bench/host"
	"poolbench/bench/record"
)

// A Comparison measures two commands that print Go benchmark lines. A block runs each of
// them twice, in the order AB BA or BA AB, and one run serves all benchmarks that it
// prints. It is not safe for concurrent use.
type Comparison struct {
	Base, Head string // for the shell
	Dir        string // where they run; "" is the current directory
	Patience   time.Duration
	Renames    record.Renames // which benchmarks of base have another name in head

	failure [2]error                      // by side: why it is not run any more
	results map[record.Point]int          // that both sides print in one run, at least 1
	took    time.Duration                 // one run of both
	was, is map[record.Point]record.Point // what has another name in base, by the one of head and by that of base
}

const (
	// outputLimit is how much is kept of what one run of a command prints beside its
	// results, in bytes.
	outputLimit = 4 << 20
	// runsInBlock is how often a block runs each command.
	runsInBlock = 2
)

// Links is 0: what the commands were linked from nobody here knows.
func (c *Comparison) Links(int) int { return 0 }

// Warnings say what a comparison of commands lacks.
func (c *Comparison) Warnings() []record.Warning {
	return []record.Warning{{What: "Commands are compared run by run and without controls: intervals are wider, and nothing shows that a change could have been seen."}}
}

// Declare runs each command once. A command that fails is declared with the
// benchmarks of the other one, and fails in the comparison; when both fail there is
// nothing to compare, which is an error.
func (c *Comparison) Declare(ctx context.Context) ([]record.Promise, error) {
	var sides [2]printed
	begin := time.Now()
	var points []record.Point
	for s := range sides {
		if sides[s], c.failure[s] = c.run(ctx, s); ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		for _, p := range sides[s].order {
			if !slices.Contains(points, p) {
				points = append(points, p)
			}
		}
	}
	if len(points) == 0 {
		return nil, fmt.Errorf("no benchmark to compare: base %w; head %w", c.failure[0], c.failure[1])
	}
	c.took = time.Since(begin)
	c.rename(sides)
	c.results = map[record.Point]int{}
	names := map[string][]string{} // by package
	for _, p := range points {
		names[p.Pkg] = append(names[p.Pkg], p.Name())
	}
	var promised []record.Promise
	for _, p := range points {
		base, head := len(sides[0].slices[p]), len(sides[1].slices[p])
		if _, renamed := c.is[p]; renamed {
			continue // it is promised under the other name
		}
		from, renamed := c.was[p]
		if renamed {
			base = len(sides[0].slices[from])
		}
		promise := record.Promised(p, record.Judged, base > 0 || c.failure[0] != nil, head > 0 || c.failure[1] != nil)
		_, promise.Procs = record.TellProcs(names[p.Pkg]).Split(p.Name())
		if renamed {
			promise.Was = from.Name()
		}
		promised = append(promised, promise)
		c.results[p] = max(1, min(base, head))
		c.results[from] = c.results[p]
	}
	return promised, nil
}

// rename finds what has another name in base, in the same package.
func (c *Comparison) rename(sides [2]printed) {
	c.was, c.is = map[record.Point]record.Point{}, map[record.Point]record.Point{}
	for _, from := range sides[0].order {
		to, _ := c.Renames.Of(from)
		if len(sides[1].slices[from]) == 0 && len(sides[1].slices[to]) > 0 && len(sides[0].slices[to]) == 0 && to.Pkg == from.Pkg {
			c.was[to], c.is[from] = from, to
		}
	}
}

// Fit is what a block takes: a run cannot be made shorter.
func (c *Comparison) Fit(int, time.Duration) time.Duration { return runsInBlock * c.took }

// Groups are one group, of all the points that are wanted.
func (c *Comparison) Groups(_ context.Context, _ int, wanted []record.Point) ([]block.Group, error) {
	return []block.Group{func(ctx context.Context, take func(block.Contest) ([]error, error)) error {
		both := [2]*runs{{comparison: c, side: 0}, {comparison: c, side: 1}}
		for _, p := range wanted {
			if _, err := take(c.contest(p, both)); err != nil {
				return err
			}
		}
		return nil
	}}, nil
}

// contest is that of a benchmark; once a command has failed, it tells why.
func (c *Comparison) contest(p record.Point, both [2]*runs) (contest block.Contest) {
	for s, r := range both {
		sided := p
		sided.Side = []string{"base", "head"}[s]
		switch {
		case c.failure == [2]error{}:
			contest.Turns = runsInBlock * c.results[p]
			contest.Entrants = append(contest.Entrants, block.Entrant{Point: sided, Arm: &benchmark{runs: r, point: c.named(p, s)}})
		case c.failure[s] != nil:
			contest.Entrants = append(contest.Entrants, block.Entrant{Point: sided, Arm: arm.Failed{Err: c.failure[s]}})
		}
	}
	return contest
}

// named is a promised point as a side prints it.
func (c *Comparison) named(p record.Point, side int) record.Point {
	if from, ok := c.was[p]; ok && side == 0 {
		return from
	}
	return p
}

// runs are those of one command in one block, made when the first benchmark asks.
type runs struct {
	comparison *Comparison
	side       int
	done       []printed
}

// A benchmark is one that a command prints, as an arm. Its first slices are its first
// results of all runs, so that these are made in the order of the turns.
type benchmark struct {
	runs  *runs
	point record.Point // without a side
	taken int          // slices
}

// Slice is that of arm.Arm. Its time is what the command printed.
func (b *benchmark) Slice(ctx context.Context) (arm.Slice, error) {
	n, result := b.taken%runsInBlock, b.taken/runsInBlock
	b.taken++
	r := b.runs
	if n == len(r.done) {
		run, err := r.comparison.run(ctx, r.side)
		if err != nil {
			if ctx.Err() == nil {
				r.comparison.failure[r.side] = err
			}
			return arm.Slice{}, err
		}
		r.done = append(r.done, run)
	}
	if got := r.done[n].slices[b.point]; result < len(got) {
		return got[result], nil
	} else if result > 0 {
		return arm.Slice{}, fmt.Errorf("printed %d results this time, and %d before", len(got), r.comparison.results[b.point])
	}
	return arm.Slice{}, errors.New("printed no result this time")
}

// Close is that of arm.Arm.
func (b *benchmark) Close() error { return nil }

// printed is what one run of a command printed.
type printed struct {
	order  []record.Point
	slices map[record.Point][]arm.Slice
}

// run runs the command of a side. The error is why it has no results.
func (c *Comparison) run(ctx context.Context, side int) (r printed, err error) {
	shell := host.Shell([]string{c.Base, c.Head}[side])
	shell.Dir, shell.Limit, shell.Patience = c.Dir, outputLimit, c.Patience
	var out, errs record.Printout // words to the one stream must not tear results of the other one
	shell.Seen = [2]io.Writer{&out, &errs}
	p, err := host.Run(ctx, shell)
	if p == nil || ctx.Err() != nil {
		return r, err
	}
	r.slices = map[record.Point][]arm.Slice{}
	for _, res := range append(out.Results(), errs.Results()...) {
		if len(res.Values) == 0 {
			continue
		}
		if len(r.slices[res.Point]) == 0 {
			r.order = append(r.order, res.Point)
		}
		r.slices[res.Point] = append(r.slices[res.Point], asSlice(res))
	}
	switch {
	case err != nil:
	case out.Full() || errs.Full():
		err = errors.New("printed more results than fit 64 MiB")
	case len(r.order) == 0:
		err = p.WithWords("printed no benchmark result")
	}
	return r, err
}

// asSlice is a result as a slice. One without a time, as of req/s only, has none.
func asSlice(res record.Result) arm.Slice {
	seconds, timed := res.Values[record.UnitTime]
	delete(res.Values, record.UnitTime)
	return arm.Slice{Time: seconds, Untimed: !timed, Values: res.Values}
}
