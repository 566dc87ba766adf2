package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"poolbench/bench/arm"
	"poolbench/bench/arm/faults"
	"poolbench/bench/host"
	"poolbench/bench/internal/program"
)

// faultSources are the pools that were named, or all that there are here, those of other
// runtimes among them, under tasks at fault.
func (f *runFlags) faultSources(ctx context.Context, c *program.Invocation) ([]arm.Source, error) {
	given := func(flag string) bool { return slices.Contains(c.Given(), flag) }
	for _, flag := range []string{"workloads", "grains", "chunks", "start", "quick", "inputs"} {
		if given(flag) {
			return nil, program.UsageErrorf("-faults and -%s together: what is at fault are tasks of its own", flag)
		}
	}
	g := faults.Grid{Executors: f.grid.Executors, Workers: f.grid.Workers, Rates: f.faults}
	if !given("workers") {
		g.Workers = []int{max(2, host.CPUs())}
	}
	for _, k := range g.Executors {
		if k.Check != nil {
			if err := k.Check(); err != nil {
				return nil, program.UsageErrorf("-executors %s: %v", k.Name, err)
			}
		}
	}
	asked := f.foreign.asked()
	if !given("executors") {
		asked = f.foreign.languages
	}
	for _, l := range asked {
		runtimes, err := l.FindAll(ctx, f.foreign.programs[l])
		if err != nil && given("executors") {
			return nil, program.UsageErrorf("%s: %v", l.Name, err)
		}
		for _, r := range runtimes {
			if len(r.FaultPools()) > 0 {
				g.Runtimes = append(g.Runtimes, r)
			}
		}
	}
	g.Pools = f.foreign.executors
	if err := g.Check(); err != nil {
		return nil, &program.ExitError{Code: program.Usage, Err: err}
	}
	return []arm.Source{g.Source()}, nil
}

func share(word string) (float64, error) {
	x, err := strconv.ParseFloat(word, 64)
	if err != nil || !(x > 0 && x <= 0.5) {
		return 0, fmt.Errorf("%q is no share of the tasks above 0 and up to 0.5", word)
	}
	return x, nil
}
