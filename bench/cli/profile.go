package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"poolbench/bench"
	"poolbench/bench/internal/program"
	"poolbench/bench/pass"
	"poolbench/bench/record"
	"poolbench/executors/process"
	"poolbench/reports"
	"poolbench/reports/view"
)

// Defaults of profile.
const (
	profileOut    = "poolbench-profile"
	profileBlocks = 10               // timed ones, before the passes
	profileBudget = 20 * time.Second // for these
	profileTime   = 3 * time.Second  // of a pass
)

// profile is a run of few blocks of one point with passes behind it.
func (m measured) profile(ctx context.Context, c *program.Invocation) error {
	f := m.addFlags(c)
	f.profile = true
	f.passes = pass.All()
	for short, long := range map[string]string{"workload": "workloads", "executor": "executors", "grain": "grains"} {
		if of := c.Flags.Lookup(long); of != nil {
			c.Flags.Var(of.Value, short, "one of -"+long)
		}
	}
	for name, value := range map[string]string{"out": profileOut, "blocks": strconv.Itoa(profileBlocks), "budget": profileBudget.String(), "passtime": profileTime.String()} {
		if err := c.Flags.Set(name, value); err != nil {
			return err
		}
		c.Flags.Lookup(name).DefValue = value
	}
	return m.runWith(ctx, c, f)
}

func (f *runFlags) addPassFlags(c *program.Invocation) {
	c.Flags.Func("passes", "look at every point once more when the blocks are over, in slices of their own, with something around them: comma-separated `names` of "+
		joined(pass.All(), passName), func(list string) (err error) {
		f.passes, err = program.Pick(list, pass.All(), passName)
		return err
	})
	c.Flags.DurationVar(&f.passTime, "passtime", bench.DefaultPassTime, "`time` of each pass for each point, beyond the budget")
}

func passName(p pass.Pass) string { return p.Name }

// checkPasses refuses what profile cannot look at: more than one pool.
func (f *runFlags) checkPasses(c *program.Invocation) error {
	if f.passTime <= 0 {
		return program.UsageErrorf("-passtime %v: a time above 0 is needed", f.passTime)
	}
	if !f.profile {
		return nil
	}
	given := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(c.Given(), n) })
	}
	switch g := f.grid; {
	case f.faults != nil || f.foreign.function != "":
		return nil
	case !given("workload", "workloads") || len(g.Workloads)+len(f.foreign.workloads) == 0:
		return program.UsageErrorf("profile looks at one point: -workload names its work, as in -workload spin -executor processes -workers 2 -grain 100us")
	case !given("executor", "executors"):
		return program.UsageErrorf("profile looks at one point: -executor names its pool, as in -workload spin -executor processes -workers 2 -grain 100us")
	case len(g.Workloads) > 1 || len(g.Executors) > 1 || len(g.Grains) > 1 || given("workers") && len(g.Workers) > 1:
		return program.UsageErrorf("profile looks at one point: give one workload, executor, number of workers and grain; run -passes looks at a grid")
	}
	return nil
}

// one makes the grid that of one point where values were left open: as many workers as CPUs,
// and the grain in the middle.
func (f *runFlags) one(c *program.Invocation) {
	g := &f.grid
	if !slices.Contains(c.Given(), "workers") && len(g.Workers) > 0 {
		at := g.SweepWorkers
		if !slices.Contains(g.Workers, at) {
			at = slices.Max(g.Workers)
		}
		g.Workers = []int{at}
	}
	if len(g.Grains) == 0 && len(g.Workloads) == 1 {
		if grains := g.Workloads[0].Grains; len(grains) > 1 {
			g.Grains = []time.Duration{grains[len(grains)/2]}
		}
	}
}

// addPasses has a run make the passes, and keep what they leave.
func (f *runFlags) addPasses(config *bench.Config) {
	config.Passes, config.PassTime = f.passes, f.passTime
	if f.profile {
		config.Refine = nil
	}
	baseline := func(p record.Point) bool { return p.Executor() == record.Serial }
	config.Artefact = func(of record.Point, a pass.Artefact) error {
		if f.profile && !strings.HasSuffix(a.Name, ".pb.gz") {
			if baseline(of) {
				return nil
			}
			return f.kept.Add("", a)
		}
		return f.kept.Add(fileName(of.With(record.AxisPass, ""))+".", a)
	}
}

// fileName is the name of a point as that of a file.
func fileName(p record.Point) string {
	_, axes, _ := strings.Cut(p.Name(), "/")
	return strings.NewReplacer("/", ",", ":", "_").Replace(axes)
}

// artefactDir is where the files of passes go.
func (f *runFlags) artefactDir() string {
	if f.profile {
		return f.out
	}
	return filepath.Join(f.out, passesDir)
}

func (f *runFlags) writeArtefacts() error {
	for _, a := range f.kept.Files() {
		if err := program.WriteFile(filepath.Join(f.artefactDir(), a.Name), a.Content); err != nil {
			return err
		}
	}
	return nil
}

// readArtefacts reads the profiles of a run that goes on: what comes is merged with them.
func (f *runFlags) readArtefacts() error {
	for _, p := range profiles {
		path := filepath.Join(f.artefactDir(), p.file)
		content, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err == nil {
			err = f.kept.Add("", pass.Artefact{Name: p.file, Content: content})
		}
		if err != nil {
			return fmt.Errorf("going on with %s: %w", path, err)
		}
	}
	return nil
}

// show is how the report is shown: a profile answers where the time of its point goes.
func (f *runFlags) show() func(io.Writer, *view.Report, view.Options) error {
	if !f.profile || f.view.Verbose {
		return view.Text
	}
	return func(w io.Writer, r *view.Report, o view.Options) error {
		return view.Answers(w, r, o, reports.Where.Name, reports.Help.Name)
	}
}

// nextLook is what would tell more of the point of a profile: longer passes where the first
// cause is not sure, else nothing but its files.
func (f *runFlags) nextLook(rec *record.Record) reports.Step {
	for _, l := range reports.Losses(reports.NewSet(rec)) {
		if !l.Sure && l.Worth() {
			return reports.Step{Flags: "-passtime " + (4 * f.passTime).String(), Why: "half as wide intervals"}
		}
	}
	for _, a := range f.kept.Files() {
		if a.Name == string(process.ProfileCPU)+".pb.gz" {
			return reports.Step{Why: "go tool pprof -http=: " + filepath.Join(f.artefactDir(), a.Name)}
		}
	}
	return reports.Step{}
}

// whereArtefacts says where they are; "" without.
func (f *runFlags) whereArtefacts() string {
	var names []string
	for _, a := range f.kept.Files() {
		names = append(names, a.Name)
	}
	if len(names) > 6 {
		names = append(names[:6], "…")
	}
	if len(names) == 0 {
		return ""
	}
	return filepath.Join(f.artefactDir(), strings.Join(names, " "))
}
