package gobench

import (
	"context"
	"fmt"
	"slices"

	"poolbench/bench/arm/gobench/build"
	"poolbench/bench/record"
)

// leaveOut takes from the functions of a package, by side, those that need not be measured, and
// declares them as unchanged. They are not run, so their sub-benchmarks are not known: a function
// stands for all that it has.
func (c *Comparison) leaveOut(ctx context.Context, p *build.Package, functions *[2][]string) error {
	var asked []string
	for _, top := range functions[build.Base] {
		switch pattern, err := within(c.config.Bench, top); {
		case err != nil:
			return &build.InputError{Text: fmt.Sprintf("-bench: %v", err)}
		case pattern != "" && slices.Contains(functions[build.Head], top):
			asked = append(asked, top)
		}
	}
	if c.config.All || len(asked) == 0 {
		return nil
	}
	unchanged, err := c.builds.Unchanged(ctx, p)
	if err != nil {
		return err
	}
	for _, top := range asked {
		why := unchanged(top)
		if why == "" {
			continue
		}
		for s := range functions {
			functions[s] = slices.DeleteFunc(functions[s], func(f string) bool { return f == top })
		}
		for _, procs := range c.config.CPU {
			t := target{pkg: p, function: top, procs: procs}
			t.Promise = record.Promise{Pkg: p.Path, Name: t.printed(build.Head), Role: record.Judged, InBase: true, InHead: true, Procs: procs, Unchanged: why}
			if c.targets[t.Point()] == nil {
				c.targets[t.Point()] = &t
				c.order = append(c.order, &t)
			}
		}
	}
	return nil
}
