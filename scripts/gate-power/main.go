// Gate-power measures the gate's own error rates on this machine: how often it
// raises an alarm when nothing changed, and how often it finds a change that was
// planted. It runs the built program the way a CI job does.
//
//	go build -o /tmp/poolbench ./bench/cmd/poolbench
//	go run ./scripts/gate-power -poolbench /tmp/poolbench -module DIR -runs 100             # nothing changed
//	go run ./scripts/gate-power -poolbench /tmp/poolbench -module DIR -runs 40 -change 5    # one benchmark 5 % slower
//
// DIR is a Go module with benchmarks. It is copied into a repository with two
// commits, and is not touched itself. Both commits hold the same code with a
// counter of iterations in one benchmark, another one in each run; in the second the
// counter runs -change percent more of them (fewer if negative). With -unrelated
// the second commit has a function more that nothing calls.
//
// What each run said is kept in -out; run again with the same flags, it goes on
// where it was. The last lines are the rates with exact (Clopper-Pearson) 95 %
// intervals.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "gate-power: %v\n", err)
		os.Exit(2)
	}
}

// config is the flags.
type config struct {
	poolbench string
	module    string
	packages  string
	bench     string
	in        string
	runs      int
	change    float64 // percent
	unrelated bool
	budget    time.Duration
	seed      uint64
	out       string
	stderr    io.Writer
}

func parse(args []string, stderr io.Writer) (*config, error) {
	c := &config{stderr: stderr}
	flags := flag.NewFlagSet("gate-power", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.poolbench, "poolbench", "poolbench", "the built `program`")
	flags.StringVar(&c.module, "module", ".", "`directory` of the module whose benchmarks are used")
	flags.StringVar(&c.packages, "pkg", "./...", "`packages` of the module, as for poolbench gate")
	flags.StringVar(&c.bench, "bench", ".", "regular `expression` of the benchmarks")
	flags.StringVar(&c.in, "in", "", "`benchmark` to change, as in BenchmarkA/size=1; another one in each run if empty")
	flags.IntVar(&c.runs, "runs", 40, "`number` of runs")
	flags.Float64Var(&c.change, "change", 0, "planted slowdown in `percent`; negative for a speedup, 0 for none")
	flags.BoolVar(&c.unrelated, "unrelated", false, "add a function that nothing calls")
	flags.DurationVar(&c.budget, "budget", time.Minute, "most `time` of a run for measuring")
	flags.Uint64Var(&c.seed, "seed", 1, "seed of the choice of benchmarks and of the runs")
	flags.StringVar(&c.out, "out", "gate-power-out", "`directory` for what the runs said")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	switch {
	case flags.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case c.runs < 1:
		return nil, fmt.Errorf("-runs %d: at least 1 is needed", c.runs)
	case !(c.change > -50 && c.change <= 1000):
		return nil, fmt.Errorf("-change %g: more than -50 and at most 1000 percent are needed", c.change)
	}
	var err error
	for _, path := range []*string{&c.module, &c.out} {
		if *path, err = filepath.Abs(*path); err != nil {
			return nil, err
		}
	}
	if filepath.Base(c.poolbench) != c.poolbench {
		if c.poolbench, err = filepath.Abs(c.poolbench); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	c, err := parse(args, stderr)
	if err != nil {
		return err
	}
	repository, err := newRepository(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, repository.remove()) }()
	targets, err := repository.targets(ctx, c)
	if err != nil {
		return err
	}
	var outcomes []outcome
	for i := range c.runs {
		outcome, err := oneRun(ctx, c, repository, targets, i)
		if err != nil {
			return fmt.Errorf("run %d: %w", i+1, err)
		}
		outcomes = append(outcomes, outcome)
		fmt.Fprintln(stdout, outcome)
	}
	fmt.Fprint(stdout, summary(outcomes, c))
	return nil
}
