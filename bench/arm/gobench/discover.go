package compare

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"poolbench/bench/compare/build"
	"poolbench/bench/host"
	"poolbench/bench/record"
)

// Declare finds the benchmarks of both builds, calibrates them and adds the
// controls. The result is what a comparison promises to measure. No benchmark at all
// is an error.
func (m *Measurer) Declare(ctx context.Context) ([]record.Declared, error) {
	for i := range m.builds.Packages {
		p := &m.builds.Packages[i]
		m.config.Stage("looking for benchmarks in " + p.Path)
		if err := m.discover(ctx, p); err != nil {
			return nil, err
		}
	}
	if len(m.order) == 0 {
		return nil, &build.InputError{Text: fmt.Sprintf("no benchmark matches %q, in base or head", m.config.Bench)}
	}
	m.config.Stage(fmt.Sprintf("calibrating %d benchmarks", len(m.order)))
	var both []*target
	for _, t := range m.order {
		if t.InBase && t.InHead && t.failure == [2]string{} {
			both = append(both, t)
		}
	}
	if err := m.calibrate(ctx, both); err != nil {
		return nil, err
	}
	m.addControls()
	var declared []record.Declared
	for _, t := range m.order {
		declared = append(declared, t.Declared)
	}
	return declared, nil
}

// found is what one build has of the benchmarks of a function.
type found struct {
	names   []string // in the order in which they run
	failure string   // why there may be more
}

// listing is what one build has of a package at one GOMAXPROCS, by function: names may
// hold the number.
type listing map[string]found

// discover declares the benchmarks of one package. A function that fails in one
// build has there, for all we know, the benchmarks that it has in the other.
func (m *Measurer) discover(ctx context.Context, p *build.Package) error {
	var tops []string
	have := make([][2]listing, len(m.config.CPU))
	for i := range have {
		have[i] = [2]listing{{}, {}}
	}
	for _, s := range []build.Side{build.Base, build.Head} {
		if !p.In[s] {
			continue
		}
		functions, err := m.functions(ctx, p, s)
		if err != nil {
			return err
		}
		for _, top := range functions {
			pattern, err := within(m.config.Bench, top)
			if err != nil {
				return &build.InputError{Text: fmt.Sprintf("-bench: %v", err)}
			}
			if pattern == "" {
				continue
			}
			for i, procs := range m.config.CPU {
				if have[i][s][top], err = m.names(ctx, p, s, pattern, procs); err != nil {
					return err
				}
			}
			if !slices.Contains(tops, top) {
				tops = append(tops, top)
			}
		}
	}
	for _, top := range tops {
		for _, name := range allNames(have, top) {
			for i, procs := range m.config.CPU {
				m.declare(p, top, name, procs, have[i])
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
			failed = failed || l[top].failure != ""
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

// declare adds a target, if a build has it at that GOMAXPROCS, or may have.
func (m *Measurer) declare(p *build.Package, top, name string, procs int, have [2]listing) {
	t := target{pkg: p, function: name, procs: procs}
	t.Subject = record.Subject{Pkg: p.Path, Name: withProcs(strings.TrimPrefix(name, "Benchmark"), procs)}
	for s, in := range []*bool{&t.InBase, &t.InHead} {
		f := have[s][top]
		if *in = slices.Contains(f.names, name); !*in && f.failure != "" {
			*in, t.failure[s] = true, f.failure
		}
	}
	if (t.InBase || t.InHead) && m.targets[t.Subject] == nil {
		m.targets[t.Subject] = &t
		m.order = append(m.order, &t)
	}
}

// withProcs is the name as package testing prints it.
func withProcs(name string, procs int) string {
	if procs == 1 {
		return name
	}
	return fmt.Sprintf("%s-%d", name, procs)
}

// launch is how to start the binary of a package.
func (m *Measurer) launch(p *build.Package, s build.Side, pair int, pattern string, procs int) (launch, error) {
	path, dir, err := m.builds.Binary(p, s, pair)
	return launch{path, dir, pattern, procs, m.builds.Env()}, err
}

// functions are the benchmark functions of a package. A binary that cannot even
// list them is a failed run.
func (m *Measurer) functions(ctx context.Context, p *build.Package, s build.Side) ([]string, error) {
	l, err := m.launch(p, s, 0, "", 0)
	if err != nil {
		return nil, err
	}
	process, err := host.Start(ctx, l.plain("-test.list=^Benchmark"))
	if err != nil {
		return nil, err
	}
	process.Wait(m.config.Patience)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err := process.Failure(); err != nil {
		return nil, fmt.Errorf("the test binary of %s in %v cannot list its benchmarks: %w", p.Path, s, err)
	}
	var functions []string
	for line := range strings.Lines(process.Output()) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "Benchmark") && !strings.ContainsAny(line, " \t/") {
			functions = append(functions, line)
		}
	}
	return functions, nil
}

// names are the benchmarks that match a pattern, each run with one iteration, which
// is what it takes to see its sub-benchmarks. The error is that of the context or of
// a binary that cannot be started.
func (m *Measurer) names(ctx context.Context, p *build.Package, s build.Side, pattern string, procs int) (f found, err error) {
	l, err := m.launch(p, s, 0, pattern, procs)
	if err != nil {
		return f, err
	}
	if !m.builds.Stepped {
		return m.printedNames(ctx, l)
	}
	list, err := startStepped(ctx, l, "list", m.config.Patience)
	if err != nil {
		return f, err
	}
	defer list.kill()
	announced := "" // one with sub-benchmarks is announced, too, if it looped before them, and is never done
	for {
		reply, err := list.read()
		switch {
		case ctx.Err() != nil:
			return f, context.Cause(ctx)
		case errors.Is(err, errEarly):
			if !passed(list.process.Output()) {
				f.failure = list.process.WithWords("ended with exit status 0 before its benchmarks were done").Error()
			}
			return f, nil
		case err != nil:
			f.failure = err.Error()
			return f, nil
		case len(reply) == 2 && reply[0] == "ready":
			announced = reply[1]
		case len(reply) > 0 && reply[0] == "done":
			f.names = append(f.names, announced)
		}
	}
}

// printedNames takes the names from the result lines.
func (m *Measurer) printedNames(ctx context.Context, l launch) (f found, err error) {
	process, err := host.Start(ctx, l.command("-test.benchtime=1x"))
	if err != nil {
		return f, err
	}
	process.Wait(m.config.Patience)
	if ctx.Err() != nil {
		return f, context.Cause(ctx)
	}
	for _, r := range parseResults(process.Output()) {
		name := string(r.Name.Full())
		if l.procs != 1 {
			name = strings.TrimSuffix(name, fmt.Sprintf("-%d", l.procs))
		}
		f.names = append(f.names, "Benchmark"+name)
	}
	if err := process.Failure(); err != nil {
		f.failure = err.Error()
	} else if !passed(process.Output()) {
		f.failure = process.WithWords("ended with exit status 0 before its benchmarks were done").Error()
	}
	return f, nil
}

// passed reports whether a test binary said that it came to its end.
func passed(text string) bool {
	return strings.HasPrefix(text, "PASS\n") || strings.Contains(text, "\nPASS\n")
}
