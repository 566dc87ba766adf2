package compare

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"poolbench/bench/compare/build"
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

// discover declares the benchmarks of one package. A function that fails in one
// build has there, for all we know, the benchmarks that it has in the other.
func (m *Measurer) discover(ctx context.Context, p *build.Package) error {
	var tops []string
	have := [2]map[string]found{{}, {}}
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
			if have[s][top], err = m.names(ctx, p, s, pattern); err != nil {
				return err
			}
			if !slices.Contains(tops, top) {
				tops = append(tops, top)
			}
		}
	}
	for _, top := range tops {
		base, inBase := have[build.Base][top]
		head, inHead := have[build.Head][top]
		names := slices.Clone(base.names)
		for _, n := range head.names {
			if !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
		if len(names) == 0 && base.failure+head.failure != "" {
			names = []string{top}
		}
		for _, name := range names {
			t := target{pkg: p, function: name}
			for s, f := range []found{base, head} {
				if there := []bool{inBase, inHead}[s]; there && !slices.Contains(f.names, name) {
					t.failure[s] = f.failure
				}
			}
			t.InBase = slices.Contains(base.names, name) || t.failure[build.Base] != ""
			t.InHead = slices.Contains(head.names, name) || t.failure[build.Head] != ""
			m.declare(t)
		}
	}
	return nil
}

// declare adds a target for each GOMAXPROCS.
func (m *Measurer) declare(t target) {
	for _, procs := range m.config.CPU {
		one := t
		one.procs = procs
		one.Subject = record.Subject{Pkg: t.pkg.Path, Name: withProcs(strings.TrimPrefix(t.function, "Benchmark"), procs)}
		if m.targets[one.Subject] == nil {
			m.targets[one.Subject] = &one
			m.order = append(m.order, &one)
		}
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
	return launch{path, dir, pattern, procs, m.builds.SharedDir()}, err
}

// functions are the benchmark functions of a package. A binary that cannot even
// list them is a failed run.
func (m *Measurer) functions(ctx context.Context, p *build.Package, s build.Side) ([]string, error) {
	l, err := m.launch(p, s, 0, "", 0)
	if err != nil {
		return nil, err
	}
	process, err := startProcess(ctx, floodLimit, l.dir, l.env(), nil, l.path, "-test.list=^Benchmark")
	if err != nil {
		return nil, err
	}
	process.wait(m.config.Patience)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err := process.failure(); err != nil {
		return nil, fmt.Errorf("the test binary of %s in %v cannot list its benchmarks: %w", p.Path, s, err)
	}
	var functions []string
	for line := range strings.Lines(process.output.String()) {
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
func (m *Measurer) names(ctx context.Context, p *build.Package, s build.Side, pattern string) (f found, err error) {
	l, err := m.launch(p, s, 0, pattern, m.config.CPU[0])
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
	for {
		reply, err := list.read()
		switch {
		case ctx.Err() != nil:
			return f, context.Cause(ctx)
		case errors.Is(err, errEarly):
			if !list.process.output.passed() {
				f.failure = list.process.withWords("ended with exit status 0 before its benchmarks were done").Error()
			}
			return f, nil
		case err != nil:
			f.failure = err.Error()
			return f, nil
		case len(reply) == 2 && reply[0] == "ready":
			f.names = append(f.names, reply[1])
		}
	}
}

// printedNames takes the names from the result lines.
func (m *Measurer) printedNames(ctx context.Context, l launch) (f found, err error) {
	process, err := startProcess(ctx, floodLimit, l.dir, l.env(), nil, l.path, l.args("-test.benchtime=1x")...)
	if err != nil {
		return f, err
	}
	process.wait(m.config.Patience)
	if ctx.Err() != nil {
		return f, context.Cause(ctx)
	}
	for _, r := range parseResults(process.output.String()) {
		name := string(r.Name.Full())
		if l.procs != 1 {
			name = strings.TrimSuffix(name, fmt.Sprintf("-%d", l.procs))
		}
		f.names = append(f.names, "Benchmark"+name)
	}
	if err := process.failure(); err != nil {
		f.failure = err.Error()
	} else if !process.output.passed() {
		f.failure = process.withWords("ended with exit status 0 before its benchmarks were done").Error()
	}
	return f, nil
}
