package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"poolbench/bench/selftest"

	"poolbench/bench/internal/program"
)

// Default budgets of selftest.
const (
	selftestBudget      = 60 * time.Second
	quickSelftestBudget = 15 * time.Second
)

func runSelftest(ctx context.Context, c *program.Invocation) error {
	quick := c.Flags.Bool("quick", false, "a quarter of a minute instead of a minute, wider intervals")
	seed := c.Flags.Uint64("seed", 0, "seed of the order of slices and of inputs; 0 picks one")
	if err := c.ParseAlone(); err != nil {
		return err
	}
	budget := selftestBudget
	if *quick {
		budget = quickSelftestBudget
	}
	result, err := selftest.Run(ctx, selftest.Config{Budget: budget, Seed: *seed,
		Stage: func(s string) { c.Tell(s) }})
	if ctx.Err() != nil {
		return &program.ExitError{Code: program.Interrupted, Err: fmt.Errorf("interrupted; a self-test keeps nothing, start it again")}
	}
	if err != nil {
		return err
	}
	writeSelftest(c.Stdout, result)
	if verdict, failed := result.Failed(); failed {
		return fmt.Errorf("%s: close other programs and run it again; if it stays so, do not trust the estimates of this machine", verdict)
	}
	return nil
}

func writeSelftest(w io.Writer, r selftest.Result) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "planted\tvalue\testimate\t95 % interval\t\t")
	for _, row := range r.Rows {
		number := func(x float64) string { return fmt.Sprintf("%.3f", x) }
		if row.Unit == "sec" {
			number = func(x float64) string { return fmt.Sprintf("%.2f µs", x*1e6) }
		}
		estimate, interval := "–", ""
		if row.Estimate.N > 0 {
			estimate = number(row.Estimate.Value)
		}
		if row.Estimate.Known() {
			interval = fmt.Sprintf("[%s, %s]", number(row.Estimate.Low), number(row.Estimate.High))
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", row.Name, number(row.Planted), estimate, interval, row.Verdict, row.Note)
	}
	t.Flush()
	if r.Usual.Judged > 0 {
		fmt.Fprintf(w, "\nThe usual method on the data of the gate, of which 1 benchmark is 5 %% slower: %v.\n", r.Usual)
	}
	verdict, _ := r.Failed()
	fmt.Fprintf(w, "\n%s.\nSeed %d, %v.\n", verdict, r.Seed, r.Elapsed.Round(time.Second))
}
