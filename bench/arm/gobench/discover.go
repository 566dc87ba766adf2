package gobench

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"poolbench/bench/arm/gobench/build"
	"poolbench/bench/host"
	"poolbench/bench/record"
)

// Declare finds the benchmarks of both builds, calibrates them and adds the
// controls. The result is what a comparison promises to measure. No benchmark at all
// is an error.
func (c *Comparison) Declare(ctx context.Context) ([]record.Promise, error) {
	for i := range c.builds.Packages {
		p := &c.builds.Packages[i]
		c.config.Stage("looking for benchmarks in " + p.Path)
		if err := c.discover(ctx, p); err != nil {
			return nil, err
		}
	}
	if len(c.order) == 0 {
		return nil, &build.InputError{Text: fmt.Sprintf("no benchmark matches %q, in base or head%s", c.config.Bench, c.why())}
	}
	both := slices.DeleteFunc(slices.Clone(c.order), func(t *target) bool { return !t.fits() })
	if len(both) > 0 {
		c.config.Stage("calibrating")
	}
	if err := c.calibrate(ctx, both); err != nil {
		return nil, err
	}
	if err := c.timeLinking(ctx); err != nil {
		return nil, err
	}
	c.addControls()
	var declared []record.Promise
	for _, t := range c.order {
		declared = append(declared, t.Promise)
	}
	return declared, nil
}

// found is what one build has of the benchmarks of a function.
type found struct {
	names   []string // in the order in which they run
	failure error    // why there may be more
}

// listing is what one build has of a package at one GOMAXPROCS, by function: names may
// hold the number.
type listing map[string]found

// discover declares the benchmarks of one package. A function that fails in one
// build has there, for all we know, the benchmarks that it has in the other.
func (c *Comparison) discover(ctx context.Context, p *build.Package) error {
	var tops []string
	have := make([][2]listing, len(c.config.CPU))
	for i := range have {
		have[i] = [2]listing{{}, {}}
	}
	functions, failures, err := c.bothFunctions(ctx, p)
	if err != nil {
		return err
	}
	if failures == [2]error{} {
		if err := c.leaveOut(ctx, p, &functions); err != nil {
			return err
		}
	}
	renamed := c.renamed(p, functions)
	for _, s := range []build.Side{build.Base, build.Head} {
		for _, top := range functions[s] {
			pattern, err := renamed.pattern(c.config.Bench, s, top)
			if err != nil {
				return &build.InputError{Text: fmt.Sprintf("-bench: %v", err)}
			}
			if pattern == "" {
				continue
			}
			for i, procs := range c.config.CPU {
				if failures[s] != nil {
					have[i][s][top] = found{failure: failures[s]}
				} else if have[i][s][top], err = c.names(ctx, p, s, top, pattern, procs); err != nil {
					return err
				}
			}
			if to := renamed.other(s, top); s == build.Base && to != "" {
				top = to
			}
			if !slices.Contains(tops, top) {
				tops = append(tops, top)
			}
		}
	}
	was := make([]map[string]string, len(have))
	for i := range have {
		was[i] = renamed.rename(p, have[i])
	}
	for _, top := range tops {
		for _, name := range allNames(have, top) {
			for i, procs := range c.config.CPU {
				c.declare(target{pkg: p, function: name, was: was[i][name], procs: procs}, top, have[i], renamed.proposed[top])
			}
		}
	}
	return nil
}

// allNames are those of a function in both builds at every GOMAXPROCS; its own when
// there is none and it failed.
func allNames(have [][2]listing, top string) (names []string) {
	failed := false
	for _, sides := range have {
		for _, l := range sides {
			failed = failed || l[top].failure != nil
			for _, n := range l[top].names {
				if !slices.Contains(names, n) {
					names = append(names, n)
				}
			}
		}
	}
	if len(names) == 0 && failed {
		names = []string{top}
	}
	return names
}

// declare adds a target, if a build has it at that GOMAXPROCS, or may have. Top is its
// function, and proposed whether that has another one in base which only looks the same.
func (c *Comparison) declare(t target, top string, have [2]listing, proposed bool) {
	t.Promise = record.Promise{Pkg: t.pkg.Path, Name: t.printed(build.Head), Role: record.Judged, Procs: t.procs}
	for s, in := range []*bool{&t.InBase, &t.InHead} {
		f := have[s][top]
		if *in = slices.Contains(f.names, t.function); !*in && f.failure != nil {
			*in, t.failure[s] = true, f.failure
		}
	}
	if t.was != "" && t.InBase {
		t.Was, t.Proposed = t.printed(build.Base), proposed
	}
	switch other := c.targets[t.Point()]; {
	case !t.InBase && !t.InHead:
	case other == nil:
		c.targets[t.Point()] = &t
		c.order = append(c.order, &t)
	default:
		c.lacks = append(c.lacks, record.Warning{
			What: fmt.Sprintf("%s is printed as %s, as is %s: it is not measured.", t.function, t.Point().Full(), other.function)})
	}
}

// bothFunctions are the benchmark functions of a package in either build. Those of a
// binary that cannot even list them are for all we know those of its sources, and the
// failure says why. The error is that of the context or of a binary that cannot be
// started.
func (c *Comparison) bothFunctions(ctx context.Context, p *build.Package) (functions [2][]string, failures [2]error, err error) {
	for _, s := range []build.Side{build.Base, build.Head} {
		if !p.In[s] {
			continue
		}
		functions[s], err = c.functions(ctx, p, s)
		var failed *listError
		switch {
		case errors.As(err, &failed) && len(p.Declared[s]) > 0:
			functions[s], failures[s] = p.Declared[s], err
		case err != nil:
			return functions, failures, err
		case len(functions[s]) == 0:
			what := fmt.Sprintf("The test binary of %v lists no benchmark", s)
			if p.Path != "" {
				what = fmt.Sprintf("The test binary of %s lists no benchmark in %v, though its sources declare some", p.Path, s)
			}
			c.lacks = append(c.lacks, record.Warning{What: what + ".", Cure: "Does its TestMain end before it calls m.Run?"})
		}
	}
	return functions, failures, nil
}

// why is what Declare has to say of packages without benchmarks.
func (c *Comparison) why() (text string) {
	for _, w := range c.lacks {
		text += "\n" + w.String()
	}
	return text
}

// A listError is the end of a test binary that was asked for its benchmarks.
type listError struct{ how error }

func (e *listError) Error() string {
	return "its test binary cannot list its benchmarks: " + e.how.Error()
}

// listedName is the name of a function at the end of a line, before which the package may
// have printed something.
var listedName = regexp.MustCompile(`Benchmark[\pL\pN_]*$`)

// functions are the benchmark functions of a package in one build.
func (c *Comparison) functions(ctx context.Context, p *build.Package, s build.Side) ([]string, error) {
	l, err := c.launch(p, s, 0, "", 0)
	if err != nil {
		return nil, err
	}
	process, err := host.Run(ctx, l.plain("-test.list=^Benchmark"))
	switch {
	case process == nil || ctx.Err() != nil:
		return nil, err
	case err != nil:
		return nil, &listError{err}
	}
	var functions []string
	for line := range strings.Lines(process.Output()) {
		if name := listedName.FindString(strings.TrimSpace(line)); name != "" && !slices.Contains(functions, name) {
			functions = append(functions, name)
		}
	}
	return functions, nil
}

// names are the benchmarks of a function that match a pattern, each run with one
// iteration, which is what it takes to see its sub-benchmarks. The error is that of the context or of
// a binary that cannot be started.
func (c *Comparison) names(ctx context.Context, p *build.Package, s build.Side, top, pattern string, procs int) (f found, err error) {
	l, err := c.launch(p, s, 0, pattern, procs)
	if err != nil {
		return f, err
	}
	if !c.builds.Stepped {
		return c.printedNames(ctx, l, top)
	}
	list, err := startStepped(l, "list")
	if err != nil {
		return f, err
	}
	defer list.kill()
	announced := "" // one with sub-benchmarks is announced, too, if it looped before them, and is never done
	for {
		reply, err := list.read(ctx)
		switch {
		case ctx.Err() != nil:
			return f, context.Cause(ctx)
		case err == errEarly:
			f.failure = unlessPassed(list.process)
			return f, nil
		case err != nil:
			f.failure = err
			return f, nil
		case len(reply) == 2 && reply[0] == "ready":
			announced = reply[1]
		case len(reply) > 0 && reply[0] == "done":
			f.names = append(f.names, announced)
		}
	}
}

// printedNames takes the names from the result lines.
func (c *Comparison) printedNames(ctx context.Context, l launch, top string) (f found, err error) {
	var results []record.Result
	var process *host.Process
	for range mostPanics {
		results, process, err = l.results(ctx, "-test.benchtime=1x")
		if process == nil || ctx.Err() != nil {
			return f, err
		}
		if err != nil || !slices.ContainsFunc(results, untimed) {
			break
		}
	}
	for _, r := range results {
		name := r.Point.Name()
		if l.procs != 1 {
			name = strings.TrimSuffix(name, fmt.Sprintf("-%d", l.procs))
		}
		f.names = append(f.names, top+strings.TrimPrefix(name, record.ShortName(top)))
	}
	if f.failure = err; err == nil {
		f.failure = unlessPassed(process)
	}
	return f, nil
}

// mostPanics is how often a benchmark is run that may have panicked. One that passes each
// time says that it has no time.
const mostPanics = 5

// untimed reports whether a result says nothing but what it allocated. When a benchmark
// panics, package testing may print that and pass: the goroutine that panics tells it first
// that it has ended, and on a busy machine its panic then comes too late.
func untimed(r record.Result) bool {
	for unit := range r.Values {
		if unit != record.UnitBytes && unit != record.UnitAllocs {
			return false
		}
	}
	return true
}

// unlessPassed is an error unless a test binary said that it came to its end.
func unlessPassed(p *host.Process) error {
	if strings.Contains(p.Output(), "PASS\n") { // behind words without an end, it may be
		return nil
	}
	return p.WithWords("ended with exit status 0 before its benchmarks were done")
}
