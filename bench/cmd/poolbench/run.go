package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"poolbench/bench"
	"poolbench/bench/arm"
	"poolbench/bench/arm/inproc"
	"poolbench/bench/arm/probe"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/reports"
	"poolbench/workloads"
)

// quickBudget is the default with -quick, instead of bench.DefaultBudget.
const quickBudget = 15 * time.Second

// runFlags are the flags of run as typed.
type runFlags struct {
	quick, resume, dryRun                 bool
	budget                                time.Duration
	workloads, executors, workers, grains string
	out, progress                         string
	seed                                  uint64
	view                                  viewFlags
}

func addRunFlags(c *invocation) *runFlags {
	f := &runFlags{}
	c.flags.BoolVar(&f.quick, "quick", false, "a first look: fewer grains and worker counts, budget 15s, wider intervals")
	c.flags.DurationVar(&f.budget, "budget", 0, "`time` for everything that is measured (default 60s, with -quick 15s)")
	c.flags.StringVar(&f.workloads, "workloads", "", "comma-separated `names`, see poolbench list (default all)")
	c.flags.StringVar(&f.executors, "executors", "", "comma-separated `names`, see poolbench list (default all)")
	c.flags.StringVar(&f.workers, "workers", "", "comma-separated worker `counts` (default 1,2,4,8 and more on larger machines)")
	c.flags.StringVar(&f.grains, "grains", "", "comma-separated `durations` of useful work in a task, such as 1us,10us,100us (default: per workload)")
	c.flags.StringVar(&f.out, "out", defaultOut, "`directory` for results.txt, report.html, summary.md and charts")
	c.flags.Uint64Var(&f.seed, "seed", 0, "seed of the order of slices and of inputs; 0 picks one and records it")
	c.flags.BoolVar(&f.resume, "resume", false, "go on with the record in -out, with the same grid and seed")
	c.flags.BoolVar(&f.dryRun, "n", false, "print the plan and stop")
	c.flags.StringVar(&f.progress, "progress", "auto", "auto (a bar on a terminal, else plain), bar, plain or none")
	f.view.add(c)
	return f
}

func runRun(ctx context.Context, c *invocation) error {
	f := addRunFlags(c)
	if err := c.parseAlone(); err != nil {
		return err
	}
	sources, err := f.sources()
	if err != nil {
		return err
	}
	if err := f.view.check(c.stdout); err != nil {
		return err
	}
	progress, err := newProgress(f.progress, c.stderr)
	if err != nil {
		return err
	}
	if err := f.setBudget(c); err != nil {
		return err
	}
	if err := (bench.Config{Sources: sources, Budget: f.budget}).Check(); err != nil {
		return &exitError{exitUsage, err}
	}
	if f.dryRun && f.resume {
		return usageError("-n and -resume together: the plan of a run that goes on is that of its start")
	}
	if f.dryRun {
		if f.seed == 0 {
			f.seed = rand.Uint64()
		}
		plan, err := bench.NewPlan(sources, f.seed)
		if err != nil {
			return err
		}
		return plan.Print(c.stdout)
	}
	return f.measure(ctx, c, sources, progress)
}

// setBudget takes the default if none was given, and refuses what is no time.
func (f *runFlags) setBudget(c *invocation) error {
	given := false
	c.flags.Visit(func(flag *flag.Flag) { given = given || flag.Name == "budget" })
	switch {
	case given && f.budget <= 0:
		return usageError("-budget %v: a time above 0 is needed", f.budget)
	case given:
	case f.quick:
		f.budget = quickBudget
	default:
		f.budget = bench.DefaultBudget
	}
	return nil
}

// measure measures the sources and reports, also after an interrupt.
func (f *runFlags) measure(ctx context.Context, c *invocation, sources []arm.Source, progress bench.Progress) error {
	unlock, err := lockOut(f.out, c.stderr)
	if err != nil {
		return err
	}
	defer unlock()
	path := filepath.Join(f.out, "results.txt")
	file, resumed, err := openRecord(path, f.resume, c.stderr)
	if err != nil {
		return err
	}
	defer file.Close()
	summary, err := bench.Run(ctx, bench.Config{
		Sources: sources, Budget: f.budget, Seed: f.seed, Out: file, Resume: resumed, Progress: progress,
		Refine: func(rec *record.Record) []record.Point { return reports.Refine(reports.NewSet(rec)) }, // where pools begin to pay off
	})
	switch {
	case errors.Is(err, bench.ErrResume):
		return usageError("-resume: %v; give the flags it was started with", err)
	case err != nil && !summary.Interrupted:
		return fmt.Errorf("%w; what was measured is in %s", err, path)
	}
	if summary.Slices == 0 && resumed == nil {
		if summary.Interrupted {
			return &exitError{exitInterrupted, errors.New("interrupted before anything was measured")}
		}
		return fmt.Errorf("nothing could be measured, all of %d slices failed; the reasons are in %s", summary.Failures, path)
	}
	// The file, not the path: another run may have put its own there meanwhile.
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	rec, err := record.Read(file, path)
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		return fmt.Errorf("reading %s back: %w", path, err)
	}
	if err := report(c, rec, f.out, f.view); err != nil {
		return err
	}
	return f.close(c, summary)
}

// close says where things lie and what the exit code is.
func (f *runFlags) close(c *invocation, s bench.Summary) error {
	fmt.Fprintf(c.stdout, "\nReport   %s\nData     %s\n", filepath.Join(f.out, "report.html"), filepath.Join(f.out, "results.txt"))
	switch {
	case s.Interrupted:
		return &exitError{exitInterrupted, fmt.Errorf("interrupted after %d of %d blocks; everything measured is kept, go on with the same flags and -resume", s.Blocks, s.Expected)}
	case len(s.Left) > 0:
		return fmt.Errorf("%d slices failed, and %s failed twice in a row and left the run; the report names them", s.Failures, points(s.Left))
	case s.Failures > 0:
		return fmt.Errorf("%d slices failed and are left out; the report names them", s.Failures)
	case f.quick:
		fmt.Fprintf(c.stdout, "Next     poolbench run   (narrower intervals, about a minute)\n")
	}
	return nil
}

// openRecord opens the record for writing. An earlier one is kept under another
// name, or, to resume, is read and cut back to its last complete line.
func openRecord(path string, resume bool, warnings io.Writer) (*os.File, *record.Record, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, nil, fmt.Errorf("making the output directory: %w", err)
	}
	if !resume {
		if err := keepPrevious(path, warnings); err != nil {
			return nil, nil, err
		}
		file, err := os.Create(path)
		return file, nil, err
	}
	file, rec, err := bench.OpenResume(path)
	if err != nil {
		return nil, nil, usageError("-resume: there is no record to go on with: %v", err)
	}
	return file, rec, nil
}

// keepPrevious moves an earlier record out of the way, under a name that no other
// one has: that of when it was last written.
func keepPrevious(path string, warnings io.Writer) error {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	kept := fmt.Sprintf("%s.%s.txt", strings.TrimSuffix(path, ".txt"), info.ModTime().UTC().Format("20060102-150405.000"))
	if err := os.Rename(path, kept); err != nil {
		return err
	}
	fmt.Fprintf(warnings, "poolbench: the earlier record is kept as %s\n", kept)
	return nil
}

// points names the first of some points, and says how many more there are.
func points(some []record.Point) string {
	if len(some) > 1 {
		return fmt.Sprintf("%s and %d more", some[0], len(some)-1)
	}
	return some[0].String()
}

// sources are the standard or the quick grid with the axes that were named, and the probes
// of the machine.
func (f *runFlags) sources() ([]arm.Source, error) {
	g := inproc.StandardGrid()
	if f.quick {
		g = inproc.QuickGrid()
	}
	var errs [4]error
	g.Workloads, errs[0] = pick("workloads", f.workloads, g.Workloads, func(w workloads.Workload) string { return w.Name })
	g.Executors, errs[1] = pick("executors", f.executors, g.Executors, func(k executors.Kind) string { return k.Name })
	g.Workers, errs[2] = parseList("workers", f.workers, count, g.Workers)
	g.Grains, errs[3] = parseList("grains", f.grains, grain, g.Grains)
	// Capacity is told as a multiple of that of one worker.
	probes := probe.Machine{Workers: slices.Compact(slices.Sorted(slices.Values(append([]int{1}, g.Workers...))))}
	return []arm.Source{g.Source(), probes.Source()}, cmp.Or(errs[:]...)
}
