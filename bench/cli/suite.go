package cli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/arm/gobench"
	"poolbench/bench/arm/gobench/build"
	"poolbench/bench/host"
	"poolbench/bench/internal/program"
)

// suiteFlags are the flags of run that are about Go benchmarks of one's own, as typed.
type suiteFlags struct {
	packages, bench string
	cpu             []int
	builds          *build.Builds // nil before they are made
}

func (f *suiteFlags) add(c *program.Invocation) {
	c.Flags.StringVar(&f.packages, "pkg", "", "measure, instead of workloads, the Go benchmarks of comma-separated package `patterns` such as ./..., each with several numbers of CPUs")
	c.Flags.StringVar(&f.bench, "bench", ".", "with -pkg: regular `expression` of the benchmarks, as for go test -bench")
	c.Flags.Func("cpu", "with -pkg: comma-separated `values` of GOMAXPROCS, to which 1 is added (default 1, 2, 4, … up to the CPUs)", func(list string) (err error) {
		f.cpu, err = program.List(list, program.Count)
		return err
	})
}

// others are the flags that choose of the grid, which a suite takes the place of.
var others = []string{"workloads", "executors", "workers", "grains", "axis", "faults", "quick", "inputs", "chunks", "start", "python", "python-func", "node", "passes"}

// check refuses what does not go together.
func (f *suiteFlags) check(given []string) error {
	if f.packages == "" {
		for _, name := range []string{"pkg", "bench", "cpu"} {
			if slices.Contains(given, name) {
				return program.UsageErrorf("-%s is about Go benchmarks: name their packages with -pkg, such as -pkg ./...", name)
			}
		}
		return nil
	}
	for _, name := range others {
		if slices.Contains(given, name) {
			return program.UsageErrorf("-%s does not go with -pkg, which measures benchmarks as they are", name)
		}
	}
	if f.bench == "" {
		return program.UsageErrorf("-bench: a regular expression is needed, such as . for all")
	}
	return nil
}

// suiteSlice is how long a slice of a benchmark is, at least: long beside the time in which
// goroutines come to all CPUs.
const suiteSlice = 20 * time.Millisecond

// source builds the test binaries and finds their benchmarks. close removes them.
func (f *suiteFlags) source(ctx context.Context, c *program.Invocation) (arm.Source, error) {
	counts := f.cpu
	if counts == nil {
		for n := 2; n < host.CPUs(); n *= 2 {
			counts = append(counts, n)
		}
		counts = append(counts, host.CPUs())
	}
	counts = append(slices.Clone(counts), 1)
	slices.Sort(counts)
	builds, err := build.InPlace(ctx, build.Options{Packages: program.Listed(f.packages), Stage: func(what string) { c.Tell(what) }})
	if err == nil {
		f.builds = builds
		var suite *gobench.Suite
		if suite, err = gobench.NewSuite(ctx, builds, gobench.Config{Bench: f.bench, CPU: slices.Compact(counts), Slice: suiteSlice}); err == nil {
			return suite.Source(), nil
		}
	}
	var input *build.InputError
	switch {
	case ctx.Err() != nil:
		return arm.Source{}, &program.ExitError{Code: program.Interrupted, Err: errors.New("interrupted before anything was measured")}
	case errors.As(err, &input):
		return arm.Source{}, &program.ExitError{Code: program.Usage, Err: errors.New(strings.TrimSpace(input.Text))}
	}
	return arm.Source{}, err
}

func (f *suiteFlags) close() error {
	if f.builds == nil {
		return nil
	}
	return f.builds.Close()
}
