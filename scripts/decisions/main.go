// Decisions measures how often the sentences of a report are wrong, and whether they say
// what must be said. It plants records of which the truth is known, has them analysed as
// any record is, and judges every claim of every sentence.
//
//	go run ./scripts/decisions -records 500            # about 15 minutes on 2 CPUs
//	go run ./scripts/decisions -records 500 -markdown  # the table of the README of reports
//
// Shares have exact (Clopper-Pearson) 95 % intervals, as if claims were independent; those
// of one record share its noise. The exit code is 1 when a bar is surely missed: the whole
// interval lies beyond it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"poolbench/executors"
	"poolbench/reports"
)

// errMissed is a bar that is surely missed.
var errMissed = errors.New("a bar is surely missed")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "decisions: %v\n", err)
	}
	switch {
	case errors.Is(err, errMissed):
		os.Exit(1)
	case err != nil:
		os.Exit(2)
	}
}

// config is the flags.
type config struct {
	records  int
	seed     uint64
	only     string
	markdown bool
	wrong    int
	profile  string
}

func parse(args []string, stderr io.Writer) (*config, error) {
	c := &config{}
	flags := flag.NewFlagSet("decisions", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&c.records, "records", 50, "`number` of records of each truth")
	flags.Uint64Var(&c.seed, "seed", 1, "seed of the records")
	flags.StringVar(&c.only, "only", "", "only the truths whose name holds this `text`")
	flags.BoolVar(&c.markdown, "markdown", false, "print tables for a README")
	flags.IntVar(&c.wrong, "wrong", 0, "print this `number` of wrong claims of each kind")
	flags.StringVar(&c.profile, "cpuprofile", "", "`file` for a CPU profile")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	switch {
	case flags.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case c.records < 1:
		return nil, fmt.Errorf("-records %d: at least 1 is needed", c.records)
	case !slices.ContainsFunc(truths, func(t truth) bool { return strings.Contains(t.name, c.only) }):
		return nil, fmt.Errorf("-only %q: no truth has such a name", c.only)
	}
	return c, nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	c, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if c.profile != "" {
		file, err := os.Create(c.profile)
		if err != nil {
			return err
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	pool, err := executors.NewGoroutines(runtime.GOMAXPROCS(0))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Shutdown(context.WithoutCancel(ctx))) }()
	start, result := time.Now(), newTally(c)
	for _, p := range plants(c) {
		begin := time.Now()
		for a, err := range executors.Map(ctx, pool, executors.Closure(analyse), p.jobs(c)) {
			if err != nil {
				return err
			}
			result.add(p, a)
		}
		fmt.Fprintf(stderr, "%s: %d records, %.0f s\n", p.name, c.records, time.Since(begin).Seconds())
	}
	fmt.Fprintf(stderr, "%.0f s in all\n", time.Since(start).Seconds())
	if result.print(stdout, c.markdown); result.missed {
		return errMissed
	}
	return nil
}

// A plant is a truth with its place among all, which seeds its records, and what must be
// said of it, if anything.
type plant struct {
	truth
	index int
	must  *must
}

func plants(c *config) []plant {
	var out []plant
	for i, t := range truths {
		if strings.Contains(t.name, c.only) {
			out = append(out, plant{truth: t, index: i})
		}
	}
	for i := range musts {
		if strings.Contains(musts[i].name, c.only) {
			out = append(out, plant{musts[i].truth, len(truths) + i, &musts[i]})
		}
	}
	return out
}

// A job is one record to plant and to judge.
type job struct {
	plant
	rng *rand.Rand
}

func (p plant) jobs(c *config) func(yield func(job) bool) {
	return func(yield func(job) bool) {
		for i := range c.records {
			if !yield(job{p, rand.New(rand.NewPCG(c.seed<<8+uint64(p.index), uint64(i)))}) {
				return
			}
		}
	}
}

// An answer is what a report said of one record.
type answer struct {
	findings []finding
	texts    []string // parallel to findings: the sentence
	said, of int      // of what must be said
}

func analyse(_ context.Context, j job) (out answer, err error) {
	w := j.plant.plant(j.rng)
	rec, err := w.record(j.rng)
	if err != nil {
		return out, err
	}
	var all []reports.Claim
	for _, section := range reports.Answer(reports.NewSet(rec), reports.Questions()...) {
		for _, s := range section.Sentences {
			all = append(all, s.Claims...)
			for _, claim := range s.Claims {
				found, err := w.judge(claim, s.Claims)
				if err != nil {
					return out, fmt.Errorf("%s: %w", j.name, err)
				}
				for _, f := range found {
					out.findings, out.texts = append(out.findings, f), append(out.texts, fmt.Sprintf("%s: %s: %s\n  %+v", j.name, claim.Subject, s.Text, w))
				}
			}
		}
	}
	if j.must != nil {
		out.said, out.of = j.must.said(w, all)
	}
	return out, nil
}
