package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"poolbench/bench"
	"poolbench/bench/arm"
	"poolbench/bench/arm/inproc"
	"poolbench/bench/internal/program"
	"poolbench/bench/pass"
	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/workloads"
)

// quickBudget is the default with -quick, instead of bench.DefaultBudget.
const quickBudget = 15 * time.Second

// runFlags are the flags of run as typed.
type runFlags struct {
	grid                  inproc.Grid // what was chosen of the program's
	every                 bool        // all workloads were asked for
	quick, resume, dryRun bool
	budget                time.Duration
	blocks                int
	out, progress         string
	seed                  uint64
	faults                []float64 // rates; nil for none
	passes                []pass.Pass
	passTime              time.Duration
	kept                  pass.Collection // of the artefacts
	profile               bool            // one point, under passes: where its time goes
	view                  program.ViewFlags
	foreign               foreignFlags
	suite                 suiteFlags
}

func (m measured) addFlags(c *program.Invocation) *runFlags {
	f := &runFlags{grid: m.grid, foreign: foreignFlags{languages: m.languages}}
	if m.hasGrid() {
		f.addGridFlags(c)
	}
	if len(m.languages) > 0 {
		f.foreign.add(c)
		f.suite.add(c)
	}
	c.Flags.Func("faults", "measure, instead of workloads, what tasks cost that return errors, panic, end their process or never end, where these comma-separated `shares` of all tasks do so, such as 0.01", func(list string) (err error) {
		f.faults, err = program.List(list, share)
		return err
	})
	f.addPassFlags(c)
	c.Flags.BoolVar(&f.quick, "quick", false, "a first look: fewer grains and worker counts, budget 15s, wider intervals")
	c.Flags.DurationVar(&f.budget, "budget", 0, "`time` for everything that is measured (default 60s, with -quick 15s)")
	c.Flags.IntVar(&f.blocks, "blocks", 0, "stop after this `number` of blocks, if the budget lasts; 0 takes as many as fit")
	c.Flags.StringVar(&f.out, "out", defaultOut, "`directory` for results.txt, report.html, summary.md and charts")
	c.Flags.Uint64Var(&f.seed, "seed", 0, "seed of the order of slices and of inputs; 0 picks one and records it")
	c.Flags.BoolVar(&f.resume, "resume", false, "go on with the record in -out, with the same grid and seed")
	c.Flags.BoolVar(&f.dryRun, "n", false, "print the plan and stop")
	c.Flags.StringVar(&f.progress, "progress", "auto", "auto (a bar on a terminal, else plain), bar, plain or none")
	f.view.Add(c)
	return f
}

// addGridFlags adds the flags that choose of the grid.
func (f *runFlags) addGridFlags(c *program.Invocation) {
	g, all := &f.grid, f.grid
	there := slices.Concat(all.Workloads, all.More)
	more := ""
	if len(all.More) > 0 {
		more = "; there is also " + joined(all.More, workloadName)
	}
	c.Flags.Func("workloads", "comma-separated `names`, or "+everyWorkload+" (default "+joined(g.Workloads, workloadName)+more+")", func(list string) (err error) {
		if slices.Contains(program.Listed(list), everyWorkload) {
			list, f.every = joined(there, workloadName), true
		}
		g.Workloads, f.foreign.workloads, err = pick(list, there, workloadName, f.foreign.workloadNames())
		return err
	})
	if slices.ContainsFunc(there, mayLack) {
		c.Flags.Func("dsn", "`URLs` of database servers, separated by spaces, such as postgres://user@host/database or redis://host (default those in the environment as "+workloads.DSN+")", func(urls string) error {
			return os.Setenv(workloads.DSN, urls) // worker processes have it then as well
		})
	}
	c.Flags.Func("axis", "`name=values` of an axis of the workloads, comma-separated, in place of its usual ones: payload=0,4096,65536; may be given several times", f.axis)
	c.Flags.Func("executors", "comma-separated `names` (default "+joined(g.Executors, kindName)+f.foreign.others()+")", func(list string) (err error) {
		g.Executors, f.foreign.executors, err = pick(list, all.Executors, kindName, f.foreign.executorNames())
		return err
	})
	c.Flags.Func("workers", "comma-separated worker `counts` (default "+joined(g.Workers, strconv.Itoa)+")", func(list string) (err error) {
		g.Workers, err = program.List(list, program.Count)
		return err
	})
	usual := "per workload"
	if len(g.Grains) > 0 {
		usual = joined(g.Grains, time.Duration.String)
	}
	c.Flags.Func("grains", "comma-separated `durations` of useful work in a task, such as 1us,10us,100us (default "+usual+")", func(list string) (err error) {
		g.Grains, err = program.List(list, grain)
		return err
	})
}

// everyWorkload stands for all of them.
const everyWorkload = "all"

// axisForm are names and values that can be part of the name of a point.
var axisForm = regexp.MustCompile(`^([a-z][a-z0-9]*)=([A-Za-z0-9_.+,-]+)$`)

// axis takes one value of the flag.
func (f *runFlags) axis(text string) error {
	m := axisForm.FindStringSubmatch(strings.ReplaceAll(text, " ", ""))
	if m == nil {
		return errors.New("a name and values are needed, such as payload=0,4096, of letters, digits and _.+-")
	}
	values, err := program.List(m[2], func(word string) (string, error) { return word, nil })
	if err != nil {
		return err
	}
	if f.grid.Axes[m[1]] != nil {
		return fmt.Errorf("%s comes twice: give all of its values at once", m[1])
	}
	if f.grid.Axes == nil {
		f.grid.Axes = map[string][]string{}
	}
	f.grid.Axes[m[1]] = values
	return nil
}

// mayLack reports whether a workload needs something that may not be there.
func mayLack(w workloads.Workload) bool { return w.Lacks != nil }

// present are those of the workloads that can run here. The others are told and skipped, but
// one that was named is an error.
func (f *runFlags) present(c *program.Invocation, all []workloads.Workload) (here []workloads.Workload, err error) {
	if slices.Contains(c.Given(), "dsn") && !slices.ContainsFunc(all, mayLack) {
		return nil, program.UsageErrorf("-dsn: no workload that was chosen asks a server")
	}
	named := slices.Contains(c.Given(), "workloads") && !f.every
	for _, w := range all {
		why := ""
		if w.Lacks != nil {
			why = w.Lacks()
		}
		switch {
		case why == "":
			here = append(here, w)
		case named:
			return nil, program.UsageErrorf("-workloads %s: it cannot run here: %s", w.Name, why)
		default:
			c.Tell("skipped " + w.Name + ": " + why)
		}
	}
	if len(here) == 0 && len(all) > 0 {
		err = program.UsageErrorf("none of the workloads can run here")
	}
	return here, err
}

// checkAxes refuses axes that no workload of the grid has, and values that a workload refuses.
// Workloads of other runtimes have payloads at most.
func checkAxes(ctx context.Context, g inproc.Grid, foreign bool) error {
	var has []string
	if foreign {
		has = append(has, record.AxisPayload+" (tiny)")
	}
	for _, w := range g.Workloads {
		for _, a := range w.Axes {
			has = append(has, a.Name+" ("+w.Name+")")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(g.Axes)) {
		if !slices.ContainsFunc(has, func(a string) bool { return strings.HasPrefix(a, name+" ") }) {
			axes := "there are none"
			if len(has) > 0 {
				axes = "they have " + strings.Join(has, ", ")
			}
			return program.UsageErrorf("-axis %s: no workload that was chosen has this axis; %s", name, axes)
		}
	}
	if err := g.Try(ctx); err != nil && ctx.Err() == nil {
		return program.UsageErrorf("-axis: %v", err)
	}
	return nil
}

func joined[T any](values []T, name func(T) string) string {
	var names []string
	for _, v := range values {
		names = append(names, name(v))
	}
	return strings.Join(names, ",")
}

func (m measured) run(ctx context.Context, c *program.Invocation) error {
	return m.runWith(ctx, c, m.addFlags(c))
}

// runWith is run with flags that were added.
func (m measured) runWith(ctx context.Context, c *program.Invocation, f *runFlags) (err error) {
	if err := c.ParseAlone(); err != nil {
		return err
	}
	if err := f.check(c); err != nil {
		return err
	}
	progress, err := newProgress(f.progress, c)
	if err != nil {
		return err
	}
	sources, err := f.sources(ctx, c, m)
	defer func() { err = c.First(err, f.suite.close()) }()
	if err != nil {
		return err
	}
	config := bench.Config{Sources: sources, Budget: f.budget, Blocks: f.blocks, Seed: f.seed, Progress: progress,
		Refine: func(rec *record.Record) []record.Point { return reports.Refine(reports.NewSet(rec)) }} // where pools begin to pay off
	f.addPasses(&config)
	if err := config.Check(); err != nil {
		return &program.ExitError{Code: program.Usage, Err: err}
	}
	if !f.dryRun {
		return f.measure(ctx, c, config)
	}
	if config.Seed == 0 {
		config.Seed = rand.Uint64()
	}
	plan, err := config.Plan()
	if err != nil {
		return err
	}
	return plan.Print(c.Stdout)
}

// check refuses what cannot be, and takes the default of the budget if none was given.
func (f *runFlags) check(c *program.Invocation) error {
	given := slices.Contains(c.Given(), "budget")
	switch {
	case given && f.budget <= 0:
		return program.UsageErrorf("-budget %v: a time above 0 is needed", f.budget)
	case f.blocks < 0:
		return program.UsageErrorf("-blocks %d: a number above 0 is needed, or 0 for as many as fit", f.blocks)
	case f.out == "":
		return program.UsageErrorf("-out: the name of a directory is needed")
	case f.dryRun && f.resume:
		return program.UsageErrorf("-n and -resume together: the plan of a run that goes on is that of its start")
	case given:
	case f.quick:
		f.budget = quickBudget
	default:
		f.budget = bench.DefaultBudget
	}
	if err := cmp.Or(f.foreign.check(c), f.suite.check(c.Given())); err != nil {
		return err
	}
	if err := f.checkPasses(c); err != nil {
		return err
	}
	if f.profile {
		f.one(c)
	}
	return f.view.Check(c.Stdout)
}

// sources are the grid, or a quick one, as chosen, what of other runtimes was asked for,
// and what is measured beside it.
func (f *runFlags) sources(ctx context.Context, c *program.Invocation, m measured) (out []arm.Source, err error) {
	if f.suite.packages != "" {
		s, err := f.suite.source(ctx, c)
		return []arm.Source{s}, err
	}
	if f.faults != nil {
		return f.faultSources(ctx, c)
	}
	if !m.hasGrid() {
		return m.sources, nil
	}
	g := f.grid
	if f.quick {
		g = g.Quick()
		if slices.Contains(c.Given(), "workers") {
			g.Workers = f.grid.Workers
		}
		if slices.Contains(c.Given(), "grains") {
			g.Grains = f.grid.Grains
		}
	}
	switch {
	case f.foreign.function != "":
		g.Workloads, g.Executors = nil, nil
		if !slices.Contains(c.Given(), "workers") {
			g.Workers = functionWorkers()
		}
	case len(f.foreign.executors) > 0 && len(g.Executors) == 0: // theirs alone were named
		g.Workloads = nil
	}
	if g.Workloads, err = f.present(c, g.Workloads); err != nil {
		return nil, err
	}
	if err := checkAxes(ctx, g, len(f.foreign.asked()) > 0); err != nil {
		return nil, err
	}
	foreign, err := f.foreign.sources(ctx, g)
	if err != nil {
		return nil, err
	}
	switch {
	case len(g.Workloads) > 0:
		g.Units = f.foreign.units()
		out = []arm.Source{g.Source()}
	case len(foreign) == 0:
		return nil, program.UsageErrorf("-workloads %s: only other runtimes have that, so one of their executors must be named, too: %s",
			strings.Join(f.foreign.workloads, ","), strings.Join(f.foreign.executorNames(), ", "))
	}
	return slices.Concat(out, foreign, m.sources), nil
}

// measure measures and reports, also after an interrupt.
func (f *runFlags) measure(ctx context.Context, c *program.Invocation, config bench.Config) error {
	unlock, err := c.LockOut(f.out)
	if err != nil {
		return err
	}
	defer unlock()
	path := filepath.Join(f.out, recordName)
	file, resumed, err := openRecord(path, f.resume, c.Tell)
	if err != nil {
		return err
	}
	defer file.Close()
	if resumed != nil {
		if err := f.readArtefacts(); err != nil {
			return err
		}
	}
	config.Out, config.Resume = file, resumed
	summary, err := bench.Run(ctx, config)
	switch {
	case errors.Is(err, bench.ErrResume):
		return program.UsageErrorf("-resume: %v; give the flags it was started with", err)
	case err != nil && !summary.Interrupted:
		return fmt.Errorf("%w; what was measured is in %s", err, path)
	}
	if summary.Slices == 0 && resumed == nil {
		if summary.Interrupted {
			return &program.ExitError{Code: program.Interrupted, Err: errors.New("interrupted before anything was measured")}
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
	if err := f.writeArtefacts(); err != nil {
		return err
	}
	next, err := report(c, rec, f.out, f.view, f.show())
	if err != nil {
		return err
	}
	if f.profile {
		next = f.nextLook(rec)
	}
	if err := f.last(c, f.foreign.answer(rec), next, summary); err != nil {
		return err
	}
	return failure(summary)
}

// last says the answer about a function, where things lie, and what to do next.
func (f *runFlags) last(c *program.Invocation, answer string, next reports.Step, s bench.Summary) error {
	path, then := filepath.Join(f.out, recordName), field{label: "Next"}
	switch {
	case s.Interrupted:
		then.text, then.aside = c.Again("resume")+" -resume", "goes on"
	case f.quick && next.Why == "":
		then.text, then.aside = c.Again("quick", "resume", "seed", "blocks"), "narrower intervals, about a minute"
	default:
		again := []string{"resume", "budget", "blocks", "seed", "quick"}
		for word := range strings.FieldsSeq(next.Flags) {
			again = append(again, strings.TrimPrefix(word, "-"))
		}
		then = nextField(c, c.Again(again...), next, path)
	}
	return last(c, f.view, field{label: "Answer", text: answer}, field{label: "Report", text: filepath.Join(f.out, "report.html")}, field{label: "Data", text: path}, field{label: "Passes", text: f.whereArtefacts()}, then)
}

// failure is the error of a run that was not as it should be.
func failure(s bench.Summary) error {
	switch {
	case s.Interrupted && s.Blocks == s.Expected:
		return &program.ExitError{Code: program.Interrupted, Err: errors.New("interrupted after the last block; everything measured is kept, go on with the same flags and -resume")}
	case s.Interrupted:
		return &program.ExitError{Code: program.Interrupted, Err: fmt.Errorf("interrupted after %d of %d blocks; everything measured is kept, go on with the same flags and -resume", s.Blocks, s.Expected)}
	case len(s.Left) > 0:
		return fmt.Errorf("%d slices failed, and %s failed twice in a row and left the run; the report names them", s.Failures, points(s.Left))
	case s.Failures > 0:
		return fmt.Errorf("%d slices failed and are left out; the report names them", s.Failures)
	}
	return nil
}

// openRecord opens the record for writing. An earlier one is kept under another
// name, or, to resume, is read and cut back to its last complete line.
func openRecord(path string, resume bool, tell func(any)) (*os.File, *record.Record, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, nil, fmt.Errorf("making the output directory: %w", err)
	}
	if !resume {
		if err := program.KeepPrevious(path, tell); err != nil {
			return nil, nil, err
		}
		file, err := os.Create(path)
		return file, nil, err
	}
	file, rec, err := bench.OpenResume(path)
	if err != nil {
		return nil, nil, program.UsageErrorf("-resume: there is no record to go on with: %v", err)
	}
	return file, rec, nil
}

// points names the first of some points, and says how many more there are.
func points(some []record.Point) string {
	if len(some) > 1 {
		return fmt.Sprintf("%s and %d more", some[0], len(some)-1)
	}
	return some[0].String()
}

func grain(word string) (time.Duration, error) {
	d, err := time.ParseDuration(word)
	if err != nil || d <= 0 || d > time.Minute {
		return 0, fmt.Errorf("%q is not a duration above 0 and up to 1m, such as 250ns, 10us or 1ms", word)
	}
	return d, nil
}
