package gobench

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"poolbench/bench/arm/gobench/build"
	"poolbench/bench/record"
)

// A visit is what a walk does with a target whose sides stand ready; startup is how
// long that took. The failures are the end of those sides, an error that of the walk.
type visit func(t *target, sides [2]*side, startup time.Duration) (failures [2]error, err error)

// together are the targets that can be measured with one pair of processes each: all
// benchmarks of a package, in the order in which package testing comes by them, so that
// what a package or a function with sub-benchmarks prepares is prepared once.
func (c *Comparison) together(targets []*target) [][]*target {
	type key struct {
		pkg      *build.Package
		procs    int
		control  bool
		function string // "" for all functions
	}
	index := map[key]int{}
	var out [][]*target
	for _, t := range targets {
		k := key{t.pkg, t.procs, t.Role != record.Judged, ""}
		if c.alone[t.pkg] {
			k.function = t.function
		}
		i, ok := index[k]
		if !ok {
			i = len(out)
			index[k] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], t)
	}
	return out
}

// walk visits those of targets that fit, which are of one package, with fresh processes
// of both sides, and marks those that fail. Where that goes wrong, as when the sides
// have another order, each function gets processes of its own. The error is that of the
// context, of a visit, or of a binary that cannot be started.
func (c *Comparison) walk(ctx context.Context, targets []*target, pair int, v visit) error {
	targets = slices.DeleteFunc(slices.Clone(targets), func(t *target) bool { return !t.fits() })
	if c.builds.Stepped {
		return c.walkStepped(ctx, targets, pair, v)
	}
	for _, t := range targets {
		var runners [2]runner
		for s, side := range t.sides() {
			l, err := c.launch(t.pkg, side, pair, exactly(t.named(side)), t.procs)
			if err != nil {
				return err
			}
			runners[s] = &sliced{l, t.printed(side)}
		}
		failures, err := v.with(ctx, t, runners, false, 0)
		if err != nil {
			return err
		}
		t.fail(failures)
	}
	return nil
}

// with visits a target with its runners.
func (v visit) with(ctx context.Context, t *target, runners [2]runner, goes bool, startup time.Duration) ([2]error, error) {
	failures, err := v(t, newSides(t, runners, goes), startup)
	return failures, cmp.Or(err, context.Cause(ctx))
}

// walkStepped visits targets that one pair of processes can serve. A benchmark that
// fails ends its processes; new ones go on with the others.
func (c *Comparison) walkStepped(ctx context.Context, rest []*target, pair int, v visit) error {
	for len(rest) > 0 {
		processes, err := c.start(rest, pair)
		if err != nil {
			return err
		}
		left, failures, err := v.processes(ctx, processes, rest)
		processes[0].kill()
		processes[1].kill()
		err = cmp.Or(err, context.Cause(ctx)) // what fails then is nobody's fault
		switch {
		case err != nil:
			return err
		case failures == [2]error{}:
			rest = left
		case len(namesIn(rest, build.Head)) == 1:
			for _, t := range rest {
				t.fail(failures)
			}
			return nil
		default:
			// Somebody's fault; alone it will be clear whose.
			c.alone[rest[0].pkg] = true
			for _, group := range c.together(left) {
				if err := c.walkStepped(ctx, group, pair, v); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return nil
}

// processes visits targets with one pair of processes, until the end or the first
// failure, and returns those that are left. A target that fails is marked; the failures
// are those of the processes, which may be the fault of any.
func (v visit) processes(ctx context.Context, processes [2]*stepped, left []*target) (_ []*target, failures [2]error, err error) {
	for len(left) > 0 {
		begin := time.Now()
		name, failures := both(processes, func(p *stepped) (string, error) { return p.awaitReady(ctx) })
		if failures != ([2]error{}) {
			return left, failures, nil
		}
		startup := time.Since(begin)
		var here, others []*target
		for _, t := range left {
			sides := t.sides()
			switch first, second := t.named(sides[0]) == name[0], t.named(sides[1]) == name[1]; {
			case first && second:
				here = append(here, t)
			case first || second:
				return left, [2]error{1: errOrder}, nil
			default:
				others = append(others, t)
			}
		}
		left = others
		if len(here) == 0 { // nobody asked for it
			if _, failures = both(processes, func(p *stepped) (map[string]float64, error) { return p.end(ctx) }); failures != ([2]error{}) {
				return left, failures, nil
			}
		}
		slices.Reverse(here) // of two controls the canary first, of which only the time counts
		for k, t := range here {
			for _, p := range processes {
				p.last = len(left) == 0
			}
			failures, err = v.with(ctx, t, [2]runner{processes[0], processes[1]}, k < len(here)-1, startup)
			if err != nil {
				return left, failures, err
			}
			if failures != ([2]error{}) {
				for _, t := range here[k:] {
					t.fail(failures)
				}
				return left, [2]error{}, nil
			}
		}
	}
	return nil, [2]error{}, nil
}

// both asks both processes at the same time: they prepare themselves side by side.
func both[T any](processes [2]*stepped, ask func(*stepped) (T, error)) (answers [2]T, failures [2]error) {
	var wg sync.WaitGroup
	for s, p := range processes {
		wg.Go(func() { answers[s], failures[s] = ask(p) })
	}
	wg.Wait()
	return answers, failures
}

// errOrder: the sides come by their benchmarks in another order.
var errOrder = errors.New("another benchmark came first in head")

// namesIn are those of the benchmarks of targets in a build, each once.
func namesIn(targets []*target, s build.Side) []string {
	var names []string
	for _, t := range targets {
		if name := t.named(s); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// launch is how to start the binary of a package.
func (c *Comparison) launch(p *build.Package, s build.Side, pair int, pattern string, procs int) (launch, error) {
	path, dir, err := c.builds.Binary(p, s, pair)
	return launch{path, dir, pattern, procs, c.builds.Env(), c.config.Patience}, err
}

// start starts both sides for targets of one group. Both must be killed.
func (c *Comparison) start(targets []*target, pair int) (processes [2]*stepped, err error) {
	t := targets[0]
	for s, side := range t.sides() {
		patterns := namesIn(targets, side)
		// The first that fits counts, and A fits A/b: it would be run for its sub-benchmarks.
		slices.SortStableFunc(patterns, func(a, b string) int { return strings.Count(a, "/") - strings.Count(b, "/") })
		for i, name := range patterns {
			patterns[i] = exactly(name)
		}
		var l launch
		l, err = c.launch(t.pkg, side, pair, strings.Join(patterns, "|"), t.procs)
		if err == nil {
			processes[s], err = startStepped(l, "step")
		}
		if err != nil {
			if s > 0 {
				processes[0].kill()
			}
			return processes, err
		}
	}
	return processes, nil
}
