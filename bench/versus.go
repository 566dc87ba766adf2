package bench

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"poolbench/bench/block"
	"poolbench/bench/host"
	"poolbench/bench/record"
)

// A Comparison is two versions of the same benchmarks, which take turns: those of
// gobench and of command.
type Comparison interface {
	// Declare finds the benchmarks. What it gives is what is promised to be measured.
	Declare(ctx context.Context) ([]record.Promise, error)
	// Groups are what a block measures of the promised points that are wanted.
	Groups(ctx context.Context, number int, wanted []record.Point) ([]block.Group, error)
	// Links is the pair of links that a block measures, from 0.
	Links(number int) int
	// Warnings are what is not as it should be; complete after Declare.
	Warnings() []record.Warning
}

// A Fitter is a comparison that knows, once declared, what its blocks take.
type Fitter interface {
	// Fit makes blocks short enough for so many of them to be measured within a time, as far
	// as that is possible, and returns what they take then, in the mean; 0 when that is not
	// known.
	Fit(blocks int, within time.Duration) time.Duration
}

// A CompareConfig is one call of Compare.
type CompareConfig struct {
	Promised []record.Promise // what Declare gave
	Builds   record.Builds
	Budget   time.Duration    // the first block is measured to its end whatever it takes
	Seed     uint64           // of all orders
	Warnings []record.Warning // beside those of the comparison
	Out      io.Writer        // receives the record, a line at a time; not closed

	// Next is asked before each block for the promised points to measure; none ends the
	// comparison.
	Next func() []record.Point
	// Done is told what a block came to. One that was cut short has what was measured.
	Done func(record.Block)
}

// Compare measures two versions against each other until Next wants no more or the
// budget is spent, and writes the record. The error is the cause of ctx when that ended,
// with everything measured in the record.
func Compare(ctx context.Context, c Comparison, config CompareConfig) error {
	out := record.NewWriter(config.Out, host.Keys(ctx))
	begin := time.Now()
	// The writer keeps its first error, which the first block returns.
	_ = out.Fact("run", fmt.Sprintf("%08x-%s", config.Seed, begin.UTC().Format("20060102T150405.000")))
	_ = out.Fact("seed", config.Seed)
	_ = out.Fact("budget", config.Budget.Seconds())
	_ = out.Fact("builds", config.Builds)
	_ = out.Fact("cores", host.CPUs())
	for _, w := range slices.Concat(c.Warnings(), config.Warnings) {
		_ = out.Fact("warning", w)
	}
	for _, p := range config.Promised {
		if err := out.Fact("promise", p); err != nil {
			return err
		}
	}
	until := begin.Add(config.Budget)
	limited, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	measure := block.Config{Seed: config.Seed, Out: out, Until: until, Links: c.Links}
	return measure.Run(ctx, func(number int) ([]block.Group, error) {
		wanted := config.Next()
		if len(wanted) == 0 {
			return nil, nil
		}
		if number == 1 {
			return c.Groups(ctx, number, wanted)
		}
		groups, err := c.Groups(limited, number, wanted)
		if err != nil && limited.Err() != nil {
			return nil, context.Cause(ctx) // nil when only the budget is spent
		}
		return groups, err
	}, func(b record.Block, _ bool) error {
		config.Done(b)
		return nil
	})
}
