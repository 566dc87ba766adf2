package compare

import (
	"context"
	"slices"
	"strings"
	"time"

	"poolbench/bench/compare/build"
	"poolbench/bench/record"
)

// A visitor is what a walk does with the benchmarks that it comes by.
type visitor struct {
	// visit is called for each target when both sides are ready; startup is how long
	// that took. An error is the end of that side.
	visit func(t *target, arms [2]arm, startup time.Duration) (failures [2]error)
	// finished is called after visit with the metrics of the ended benchmark.
	finished func(t *target, metrics [2]map[string]float64)
}

// walk visits targets with fresh processes of both sides; those that fail are marked
// with target.fail. One pair of processes serves all benchmarks of a package, in the
// order in which package testing comes by them: what a package or a function with
// sub-benchmarks prepares is prepared once. Where that goes wrong, as when the sides
// have another order, each function gets processes of its own. The error is that of
// the context, or of a binary that cannot be started.
func (m *Measurer) walk(ctx context.Context, targets []*target, pair int, v visitor) error {
	groups := m.groups(targets)
	for _, i := range m.random.Perm(len(groups)) {
		err := m.walkSliced(ctx, groups[i], pair, v)
		if m.builds.Stepped {
			err = m.walkGroup(ctx, groups[i], pair, v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// groups are the targets that can be measured with one pair of processes.
func (m *Measurer) groups(targets []*target) [][]*target {
	type key struct {
		pkg      *build.Package
		procs    int
		control  bool
		function string // "" for all functions
	}
	index := map[key]int{}
	var groups [][]*target
	for _, t := range targets {
		k := key{t.pkg, t.procs, t.Role != record.Judged, ""}
		if m.alone[t.pkg] {
			k.function = t.function
		}
		i, ok := index[k]
		if !ok {
			i = len(groups)
			index[k] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], t)
	}
	return groups
}

// walkSliced visits targets whose arms need no preparation.
func (m *Measurer) walkSliced(ctx context.Context, targets []*target, pair int, v visitor) error {
	if m.builds.Stepped {
		return nil
	}
	for _, t := range targets {
		var arms [2]arm
		for s, side := range t.sides() {
			l, err := m.launch(t.pkg, side, pair, exactly(t.function), t.procs)
			if err != nil {
				return err
			}
			arms[s] = &sliced{ctx: ctx, launch: l, name: t.printed(), patience: m.config.Patience}
		}
		failures := v.visit(t, arms, 0)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if failures == ([2]error{}) {
			v.finished(t, [2]map[string]float64{})
		}
		t.fail(failures)
	}
	return nil
}

// walkGroup visits targets of one package. A benchmark that fails ends its
// processes; new ones go on with the others.
func (m *Measurer) walkGroup(ctx context.Context, rest []*target, pair int, v visitor) error {
	for len(rest) > 0 {
		arms, err := m.start(ctx, rest, pair)
		if err != nil {
			return err
		}
		left, failures, known := walkProcesses(ctx, arms, rest, v)
		arms[0].kill()
		arms[1].kill()
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		switch {
		case failures == [2]error{}:
			return nil
		case known: // those it is the fault of are marked
			rest = left
		case len(functions(rest)) == 1:
			for _, t := range rest {
				t.fail(failures)
			}
			return nil
		default:
			// Somebody's fault; alone it will be clear whose.
			m.alone[rest[0].pkg] = true
			for _, group := range m.groups(left) {
				if err := m.walkGroup(ctx, group, pair, v); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return nil
}

// walkProcesses visits targets with one pair of processes, until the end or the
// first failure. It returns the targets that are left, and whether the failure is
// known to be that of a target, which is then marked and not left.
func walkProcesses(ctx context.Context, arms [2]*stepped, left []*target, v visitor) (_ []*target, failures [2]error, known bool) {
	for len(left) > 0 {
		begin := time.Now()
		name, failures := awaitReady(arms)
		if failures != ([2]error{}) {
			return left, failures, false
		}
		var here, others []*target
		for _, t := range left {
			if t.function == name {
				here = append(here, t)
			} else {
				others = append(others, t)
			}
		}
		left = others
		both := [2]arm{arms[0], arms[1]}
		startup := time.Since(begin)
		for _, t := range here {
			if failures == ([2]error{}) {
				failures = v.visit(t, both, startup)
			}
		}
		var metrics [2]map[string]float64
		if failures == ([2]error{}) {
			for s, a := range arms {
				metrics[s], failures[s] = a.finish()
			}
		}
		if failures == ([2]error{}) && len(left) == 0 && len(here) > 0 {
			failures = [2]error{arms[0].end(), arms[1].end()} // a clean-up may fail, too
		}
		if ctx.Err() != nil { // what fails now is nobody's fault
			return left, failures, false
		}
		for _, t := range here {
			if failures == ([2]error{}) {
				v.finished(t, metrics)
			}
			t.fail(failures)
		}
		if failures != ([2]error{}) {
			return left, failures, len(here) > 0
		}
	}
	return nil, failures, false
}

// awaitReady waits for both sides to be ready with the same benchmark.
func awaitReady(arms [2]*stepped) (name string, failures [2]error) {
	type answer struct {
		name string
		err  error
	}
	var answers [2]chan answer
	for s, a := range arms { // they prepare themselves side by side
		answers[s] = make(chan answer, 1)
		go func() {
			name, err := a.awaitReady()
			answers[s] <- answer{name, err}
		}()
	}
	base, head := <-answers[0], <-answers[1]
	if base.err == nil && head.err == nil && base.name != head.name {
		head.err = errOrder
	}
	return base.name, [2]error{base.err, head.err}
}

// functions are the names of the benchmarks of targets, each once.
func functions(targets []*target) []string {
	var names []string
	for _, t := range targets {
		if !slices.Contains(names, t.function) {
			names = append(names, t.function)
		}
	}
	return names
}

// start starts both sides for targets of one group.
func (m *Measurer) start(ctx context.Context, targets []*target, pair int) (arms [2]*stepped, err error) {
	t := targets[0]
	patterns := functions(targets)
	// The first that fits counts, and A fits A/b: it would be run for its sub-benchmarks.
	slices.SortStableFunc(patterns, func(a, b string) int { return strings.Count(a, "/") - strings.Count(b, "/") })
	for i, name := range patterns {
		patterns[i] = exactly(name)
	}
	for s, side := range t.sides() {
		var l launch
		l, err = m.launch(t.pkg, side, pair, strings.Join(patterns, "|"), t.procs)
		if err == nil {
			arms[s], err = startStepped(ctx, l, "step", m.config.Patience)
		}
		if err != nil {
			if arms[0] != nil {
				arms[0].kill()
			}
			return arms, err
		}
	}
	return arms, nil
}
