package cli

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"poolbench/bench/arm"
	"poolbench/bench/arm/driver"
	"poolbench/bench/arm/inproc"
	"poolbench/bench/host"
	"poolbench/bench/internal/program"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/reports"
	"poolbench/reports/words"
	"poolbench/workloads"
)

// foreignFlags are the flags of run that are about other runtimes, as typed.
type foreignFlags struct {
	languages []*driver.Language
	programs  map[*driver.Language][]string // paths that were given
	executors []string                      // foreign ones that were named; nil for none
	workloads []string                      // that were named, ours too; nil for the usual ones
	chunks    []int
	starts    []string
	function  string
	inputs    string
}

func (f *foreignFlags) add(c *program.Invocation) {
	f.programs = map[*driver.Language][]string{}
	for _, l := range f.languages {
		c.Flags.Func(l.Name, "measure "+l.Doc+", too, of the program at `path`; may be given several times (default the one in PATH, where -executors names one of them)", func(path string) error {
			if path == "" {
				return errors.New("the path of a program is needed")
			}
			f.programs[l] = append(f.programs[l], path)
			return nil
		})
		if l.Functions {
			c.Flags.StringVar(&f.function, l.Name+"-func", "", "measure a `function` of yours, package.module:function, with -inputs, in a plain loop and in all pools; it is imported from the current directory")
		}
	}
	c.Flags.StringVar(&f.inputs, "inputs", "", "`file` with a JSON value in each line, the only argument of a call of the function")
	c.Flags.Func("chunks", "comma-separated `counts` of tasks handed over at a time, of pools of other runtimes (default 1; of a function 1,10,100,1000)", func(list string) (err error) {
		f.chunks, err = program.List(list, program.Size)
		return err
	})
	c.Flags.Func("start", "comma-separated start `methods` of processes of other runtimes, such as fork,spawn (default the usual one)", func(list string) (err error) {
		known := f.starts
		for _, l := range f.languages {
			for _, e := range l.Executors {
				known = append(known, e.Starts...)
			}
		}
		f.starts, err = program.Pick(list, known, func(s string) string { return s })
		return err
	})
}

// A choice is a name that -executors or -workloads can have, of ours or not.
type choice[T any] struct {
	name    string
	ours    *T
	foreign bool
}

// choices are ours and then those that only other runtimes have.
func choices[T any](ours []T, name func(T) string, foreign []string) (all []choice[T]) {
	for i := range ours {
		n := name(ours[i])
		all = append(all, choice[T]{n, &ours[i], slices.Contains(foreign, n)})
	}
	for _, n := range foreign {
		if !slices.ContainsFunc(all, func(c choice[T]) bool { return c.name == n }) {
			all = append(all, choice[T]{name: n, foreign: true})
		}
	}
	return all
}

// pick picks from a list, and gives ours and the foreign ones apart, never nil.
func pick[T any](list string, ours []T, name func(T) string, foreign []string) (mine []T, theirs []string, err error) {
	picked, err := program.Pick(list, choices(ours, name, foreign), func(c choice[T]) string { return c.name })
	mine, theirs = []T{}, []string{}
	for _, c := range picked {
		if c.ours != nil {
			mine = append(mine, *c.ours)
		}
		if c.foreign {
			theirs = append(theirs, c.name)
		}
	}
	return mine, theirs, err
}

func (f *foreignFlags) executorNames() (names []string) {
	for _, l := range f.languages {
		for _, e := range l.Executors {
			names = append(names, e.Name)
		}
	}
	return names
}

// others names, for people, what else there is than the default.
func (f *foreignFlags) others() string {
	if names := f.executorNames(); len(names) > 0 {
		return "; there is also " + strings.Join(names, ",")
	}
	return ""
}

func (f *foreignFlags) workloadNames() (names []string) {
	for _, l := range f.languages {
		for _, w := range l.Workloads {
			names = append(names, w.Name)
		}
	}
	return names
}

// asked are the languages that are to be measured.
func (f *foreignFlags) asked() (out []*driver.Language) {
	for _, l := range f.languages {
		named := slices.ContainsFunc(l.Executors, func(e driver.Executor) bool { return slices.Contains(f.executors, e.Name) })
		if named || len(f.programs[l]) > 0 || f.function != "" && l.Functions {
			out = append(out, l)
		}
	}
	return out
}

// check refuses what does not go together.
func (f *foreignFlags) check(c *program.Invocation) error {
	given := c.Given()
	has := func(names ...string) string {
		for _, n := range names {
			if slices.Contains(given, n) {
				return "-" + n
			}
		}
		return ""
	}
	switch asked := f.asked(); {
	case (f.function == "") != (f.inputs == ""):
		return program.UsageErrorf("a function and -inputs belong together: one of them is missing")
	case f.function != "" && has("workloads", "grains") != "":
		return program.UsageErrorf("%s goes with workloads, not with a function", has("workloads", "grains"))
	case len(asked) == 0 && has("chunks", "start") != "":
		return program.UsageErrorf("%s is about pools of other runtimes: name one with -executors, such as %s", has("chunks", "start"), strings.Join(f.executorNames(), ", "))
	}
	return nil
}

// sources are those of the runtimes that are asked for, which are started for that, beside
// a grid of ours.
func (f *foreignFlags) sources(ctx context.Context, g inproc.Grid) (out []arm.Source, err error) {
	for _, l := range f.asked() {
		d := driver.Grid{Workers: g.Workers, Grains: g.Grains, Chunks: f.chunks, Starts: f.starts, SweepWorkers: g.SweepWorkers, Executors: of(l, f.executors)}
		for _, size := range g.Axes[record.AxisPayload] {
			n, err := strconv.Atoi(size)
			if err != nil || n < 0 || n > maxPayload {
				return nil, program.UsageErrorf("-axis payload=%s: give bytes from 0 to %d", size, maxPayload)
			}
			d.Payloads = append(d.Payloads, n)
		}
		if d.Runtimes, err = l.FindAll(ctx, f.programs[l]); err != nil {
			return nil, program.UsageErrorf("%s: %v", l.Name, err)
		}
		if f.function != "" {
			if err := f.forFunction(&d); err != nil {
				return nil, err
			}
		} else {
			d.Units = len(g.Workloads) > 0 || len(f.asked()) > 1 || len(d.Runtimes) > 1
			d.Workloads = f.workloads
			if f.workloads != nil {
				d.Workloads = slices.DeleteFunc(slices.Clone(f.workloads), func(name string) bool {
					return !slices.ContainsFunc(l.Workloads, func(w driver.Workload) bool { return w.Name == name })
				})
				if len(d.Workloads) == 0 {
					return nil, program.UsageErrorf("-workloads: %s has none of these; it has %s", l.Name, strings.Join(f.workloadNames(), ", "))
				}
			}
		}
		if err := d.Check(); err != nil {
			return nil, &program.ExitError{Code: program.Usage, Err: err}
		}
		out = append(out, d.Source())
	}
	return out, nil
}

// maxPayload is the most that a task of another runtime can carry each way, in bytes.
const maxPayload = 1 << 20

// of are the executors of a language among some; nil where none of it is named.
func of(l *driver.Language, names []string) (out []string) {
	for _, e := range l.Executors {
		if slices.Contains(names, e.Name) {
			out = append(out, e.Name)
		}
	}
	return out
}

// forFunction has a grid measure somebody's function.
func (f *foreignFlags) forFunction(d *driver.Grid) (err error) {
	if d.Function, err = driver.NewFunction(f.function, f.inputs); err != nil {
		return &program.ExitError{Code: program.Usage, Err: err}
	}
	if d.Chunks == nil {
		d.Chunks = []int{1, 10, 100, 1000}
	}
	if d.Executors != nil && !slices.Contains(d.Executors, threadsForLock) {
		d.Executors = append(d.Executors, threadsForLock)
	}
	if !slices.Contains(d.Workers, 2) {
		d.Workers = append([]int{2}, d.Workers...)
	}
	return nil
}

// answer is the sentence on somebody's function: which pool, how many workers, in which
// chunks, and why; "" for what is none, or before there is one.
func (f *foreignFlags) answer(rec *record.Record) string {
	if f.function == "" {
		return ""
	}
	for _, section := range reports.Answer(reports.NewSet(rec), reports.Lock) {
		for _, s := range section.Sentences {
			return words.Sentence(s.Text)
		}
	}
	return ""
}

// threadsForLock is the executor of which two workers tell how much of a function's time the
// lock of the interpreter is held.
const threadsForLock = "python-threads"

// functionWorkers are the usual worker counts for a function.
func functionWorkers() []int {
	cpus := host.CPUs()
	counts := []int{1, 2, cpus, 2 * cpus}
	slices.Sort(counts)
	return slices.Compact(counts)
}

// units are those of the points of our own executors that stand beside foreign ones.
func (f *foreignFlags) units() map[string]int64 {
	out := map[string]int64{}
	for _, l := range f.asked() {
		for _, w := range l.Workloads {
			if w.Units > 0 {
				out[w.Name] = w.Units
			}
		}
	}
	return out
}

func workloadName(w workloads.Workload) string { return w.Name }
func kindName(k executors.Kind) string         { return k.Name }
