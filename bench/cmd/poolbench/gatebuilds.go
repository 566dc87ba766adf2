package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"poolbench/bench"
	commandarm "poolbench/bench/arm/command" // a command is a subcommand here
	"poolbench/bench/arm/driver"
	"poolbench/bench/arm/gobench"
	"poolbench/bench/arm/gobench/build"
	"poolbench/bench/host"
	"poolbench/bench/internal/program"
	"poolbench/bench/record"
	"poolbench/reports/gate"
	"poolbench/reports/words"
)

// buildFlags are the flags of gate that say what to build and how to measure it.
type buildFlags struct {
	base, head, packages, bench string
	cpu                         []int
	baseBin, headBin            string
	baseCmd, headCmd            string
	function, inputs, python    string
	all, cause                  bool
	budget, patience            time.Duration
	seeds                       int
	seed                        uint64
	out                         string
	renames                     record.Renames // of the rules
	revisions                   [2]string      // what was built
}

const (
	defaultGateOut = "poolbench-gate"
	headDefault    = build.WorkTree
	defaultSeeds   = 16
)

func (f *buildFlags) add(c *program.Invocation) {
	c.Flags.StringVar(&f.base, "base", "", "Git `revision` to compare with: builds both versions and measures them against each other")
	c.Flags.StringVar(&f.head, "head", headDefault, "Git `revision` to judge, or worktree for the files as they are")
	c.Flags.StringVar(&f.packages, "pkg", "./...", "comma-separated package `patterns`")
	c.Flags.StringVar(&f.bench, "bench", ".", "regular `expression` of the benchmarks, as for go test -bench")
	c.Flags.Func("cpu", "comma-separated `values` of GOMAXPROCS (default the one in force); with 1 among several, such as 1,2,4, speedups are judged, too", func(list string) (err error) {
		f.cpu, err = program.List(list, program.Count)
		return err
	})
	c.Flags.StringVar(&f.baseBin, "base-bin", "", "test `binary` of base instead of -base; several, separated by commas, for several links")
	c.Flags.StringVar(&f.headBin, "head-bin", "", "test `binary` of head")
	c.Flags.StringVar(&f.baseCmd, "base-cmd", "", "`command` that prints benchmark lines of base, instead of -base")
	c.Flags.StringVar(&f.headCmd, "head-cmd", "", "`command` that prints benchmark lines of head")
	c.Flags.StringVar(&f.function, "python-func", "", "with -base and -inputs: compare a `function` of Python, package.module:function, instead of Go benchmarks")
	c.Flags.StringVar(&f.inputs, "inputs", "", "`file` with a JSON value in each line, the only argument of a call of the function")
	c.Flags.StringVar(&f.python, "python", "", "`path` of the interpreter (default python3)")
	c.Flags.BoolVar(&f.all, "all", false, "measure benchmarks that cannot have changed, too: same binary, or nothing changed that they reach")
	c.Flags.BoolVar(&f.cause, "cause", true, "profile what regressed, to name the functions it is in: a fifth of the budget more, 10s to 30s")
	c.Flags.DurationVar(&f.budget, "budget", 0, "most `time` for measuring; building comes before it (default as long as the benchmarks need, 3m to 10m)")
	c.Flags.DurationVar(&f.patience, "timeout", 0, "how `long` a benchmark may give no answer (default a sixth of the budget, 5s to 30s; commands ten times that)")
	c.Flags.IntVar(&f.seeds, "seeds", defaultSeeds, "how many `times` each build is linked, with other function orders")
	c.Flags.Uint64Var(&f.seed, "seed", 0, "seed of all random orders; 0 picks one and records it")
	c.Flags.StringVar(&f.out, "out", defaultGateOut, "`directory` for comparison.txt and summary.md")
}

// ways counts how builds are given: as revisions, binaries or commands.
func (f *buildFlags) ways() (n int) {
	for _, given := range []string{f.base, f.baseBin + f.headBin, f.baseCmd + f.headCmd} {
		if given != "" {
			n++
		}
	}
	return n
}

// check refuses what does not go together.
func (f *buildFlags) check() error {
	switch {
	case (f.baseBin == "") != (f.headBin == ""):
		return program.UsageErrorf("-base-bin and -head-bin belong together: one of them is missing")
	case (f.baseCmd == "") != (f.headCmd == ""):
		return program.UsageErrorf("-base-cmd and -head-cmd belong together: one of them is missing")
	case f.function != "" && (f.base == "" || f.inputs == ""):
		return program.UsageErrorf("-python-func, -base and -inputs belong together: one of them is missing")
	case f.ways() > 1:
		return program.UsageErrorf("-base, -base-bin and -base-cmd are three ways to say the same: give one")
	case f.budget < 0:
		return program.UsageErrorf("-budget %v: a time above 0 is needed", f.budget)
	case f.out == "":
		return program.UsageErrorf("-out: the name of a directory is needed")
	case len(program.Listed(f.packages)) == 0:
		return program.UsageErrorf("-pkg: a package pattern is needed, such as ./...")
	case f.bench == "":
		return program.UsageErrorf("-bench: a regular expression is needed, such as . for all")
	case f.patience < 0:
		return program.UsageErrorf("-timeout %v: a time above 0 is needed", f.patience)
	case f.seeds < 1 || f.seeds > 1024:
		return program.UsageErrorf("-seeds %d: a number from 1 to 1024 is needed", f.seeds)
	}
	return nil
}

// measureBuilds builds, measures and judges.
func (f *gateFlags) measureBuilds(ctx context.Context, c *program.Invocation, options gate.Options) error {
	b := &f.builds
	if b.seed == 0 {
		b.seed = rand.Uint64N(1 << 32)
	}
	unlock, err := c.LockOut(b.out)
	if err != nil {
		return err
	}
	defer unlock()
	progress := &gateProgress{out: c.Stderr}
	defer progress.stop()
	b.renames = options.Rules.Renames()
	m, names, clean, err := b.comparison(ctx, progress)
	if err != nil {
		progress.stop()
		return f.unmeasured(ctx, c, err)
	}
	defer func() {
		if err := clean(); err != nil {
			progress.tell(err)
		}
	}()
	return f.judgeBuilds(ctx, c, m, names, options, progress)
}

// judgeBuilds measures and judges. After an interrupt, or an error in the middle,
// what was measured is published with a warning and with the exit code of that.
func (f *gateFlags) judgeBuilds(ctx context.Context, c *program.Invocation, m bench.Comparison, names record.Builds, options gate.Options, progress *gateProgress) error {
	b := &f.builds
	promised, err := m.Declare(ctx)
	if err != nil {
		progress.stop()
		return f.unmeasured(ctx, c, err)
	}
	options.CPUs = host.CPUs()
	judge := gate.NewJudge(options, promised)
	short := b.fit(m, options, promised, progress)
	failure := b.measure(ctx, m, names, promised, short, judge, progress)
	report := judge.Report()
	blocks := words.Count(report.Blocks, "block")
	switch {
	case ctx.Err() != nil:
		failure = &program.ExitError{Code: program.Interrupted, Err: fmt.Errorf("interrupted after %s; what was measured is in %s", blocks, b.path())}
		report.EndedEarly = "interrupted"
		report.Warnings = append(report.Warnings, record.Warning{What: "Interrupted after " + blocks + "."})
	case failure != nil && report.Blocks == 0:
		return f.unmeasured(ctx, c, failure)
	case failure != nil:
		report.EndedEarly = "failed"
		what, _, _ := strings.Cut(failure.Error(), "\n")
		report.Warnings = append(report.Warnings, record.Warning{What: fmt.Sprintf("An error ended the measurement after %s: %s.", blocks, what)})
	}
	report.Base, report.Head = names.Base, names.Head
	if failure == nil {
		failure = b.findCauses(ctx, m, report, progress)
	}
	progress.stop()
	report.Warnings = slices.Concat(report.Warnings, m.Warnings(), short, withoutAnswer(report))
	report.Then = f.then(context.WithoutCancel(ctx))
	f.leaveIn(b.out)
	var kept error
	if f.history != "" && failure == nil { // before the verdict, which is the last line
		kept = f.addToHistory(ctx, c, report, options)
	}
	return c.First(f.finish(c, report, failure), kept) // the verdict decides on the exit code
}

// leaveIn names the files that are to be left in a directory, where they have no name yet.
func (f *gateFlags) leaveIn(dir string) {
	f.summary = cmp.Or(f.summary, filepath.Join(dir, "summary.md"))
	f.ci.inDirectory(dir)
}

// withoutAnswer names the flag for benchmarks that took too long, in the words of
// their arms.
func withoutAnswer(r *gate.Report) []record.Warning {
	n := 0
	for _, c := range r.Cases {
		if strings.Contains(c.Reason, "gave no answer within") || strings.Contains(c.Reason, "did not end within") {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return []record.Warning{{What: words.Count(n, "benchmark") + " gave no answer in time.", Cure: "-timeout waits longer: -timeout 1m, say."}}
}

// explain gives an error of building its exit code.
func (f *buildFlags) explain(ctx context.Context, err error) error {
	var input *build.InputError
	switch {
	case ctx.Err() != nil:
		return &program.ExitError{Code: program.Interrupted, Err: errors.New("interrupted before anything was measured")}
	case errors.As(err, &input):
		return &program.ExitError{Code: program.Usage, Err: err}
	}
	return err // an exitError keeps its code
}

func (f *buildFlags) path() string { return filepath.Join(f.out, "comparison.txt") }

// comparison builds what is to be measured. clean removes it.
func (f *buildFlags) comparison(ctx context.Context, progress *gateProgress) (m bench.Comparison, names record.Builds, clean func() error, err error) {
	patience := min(30*time.Second, max(5*time.Second, cmp.Or(f.budget, leastBudget)/6))
	if f.baseCmd != "" {
		progress.stage("running both commands")
		return &commandarm.Comparison{Base: f.baseCmd, Head: f.headCmd, Patience: cmp.Or(f.patience, 10*patience), Renames: f.renames},
			record.Builds{Base: f.baseCmd, Head: f.headCmd}, func() error { return nil }, nil
	}
	if f.function != "" {
		return f.functions(ctx, progress, patience)
	}
	config := gobench.Config{Bench: f.bench, All: f.all, Pairs: f.seeds, Patience: cmp.Or(f.patience, patience), CPU: f.cpu, Seed: f.seed, Renames: f.renames, Stage: progress.stage}
	var builds *build.Builds
	if f.baseBin != "" {
		names = record.Builds{Base: f.baseBin, Head: f.headBin}
		builds, err = build.Prebuilt(program.Listed(f.baseBin), program.Listed(f.headBin), ".")
	} else {
		builds, err = build.New(ctx, build.Options{Base: f.base, Head: f.head, Packages: program.Listed(f.packages), Seed: f.seed, Stage: progress.stage})
	}
	if err != nil {
		return nil, names, nil, err
	}
	if f.base != "" {
		names = f.named(builds)
	}
	return gobench.New(builds, config), names, builds.Close, nil
}

// named are the revisions that were written out, for people.
func (f *buildFlags) named(b *build.Builds) record.Builds {
	f.revisions = b.Revisions
	return record.Builds{Base: named(f.base, b.Revisions[build.Base]), Head: named(f.head, b.Revisions[build.Head])}
}

// functions compares a function of Python in two versions.
func (f *buildFlags) functions(ctx context.Context, progress *gateProgress, patience time.Duration) (m bench.Comparison, names record.Builds, clean func() error, err error) {
	function, err := driver.NewFunction(f.function, f.inputs)
	if err == nil {
		var runtime *driver.Runtime
		if runtime, err = driver.Python.Find(ctx, f.python); err == nil {
			return f.functionIn(ctx, progress, function, runtime, patience)
		}
	}
	return nil, names, nil, &program.ExitError{Code: program.Usage, Err: err}
}

func (f *buildFlags) functionIn(ctx context.Context, progress *gateProgress, function *driver.Function, runtime *driver.Runtime, patience time.Duration) (m bench.Comparison, names record.Builds, clean func() error, err error) {
	trees, err := build.NewTrees(ctx, build.Options{Base: f.base, Head: f.head, Seed: f.seed, Stage: progress.stage})
	if err != nil {
		return nil, names, nil, err
	}
	progress.stage("trying both versions with " + runtime.About())
	c := &driver.Comparison{Runtime: runtime, Function: function, Patience: cmp.Or(f.patience, patience), Seed: f.seed,
		Tree: func(side int) (string, error) { return trees.Tree(build.Side(side)) }}
	return c, f.named(trees), func() error { return errors.Join(c.Close(), trees.Close()) }, nil
}

// named is a revision for people: "main (1a2b3c4d5e6f)".
func named(revision, commit string) string {
	hash, changes, changed := strings.Cut(commit, "+")
	if changed {
		changes = " with " + changes
	}
	hash = hash[:min(12, len(hash))]
	if hash == "" || hash == revision {
		return revision
	}
	return revision + " (" + hash + changes + ")"
}

// measure writes the comparison while it is measured. What was judged lies on the
// disk, whatever happens.
func (f *buildFlags) measure(ctx context.Context, m bench.Comparison, names record.Builds, promised []record.Promise, short []record.Warning, judge *gate.Judge, progress *gateProgress) error {
	if err := program.KeepPrevious(f.path(), progress.tell); err != nil {
		return err
	}
	file, err := os.Create(f.path())
	if err != nil {
		return err
	}
	measured := 0
	for _, p := range promised {
		if p.Unchanged == "" {
			measured++
		}
	}
	progress.begin(measured, f.budget)
	err = bench.Compare(ctx, m, bench.CompareConfig{Promised: promised, Builds: names, Budget: f.budget, Seed: f.seed, Out: file, Warnings: short,
		Next: func() []record.Point {
			next := judge.Next()
			progress.next(len(next))
			return next
		},
		Done: judge.Add})
	return errors.Join(err, file.Close())
}
