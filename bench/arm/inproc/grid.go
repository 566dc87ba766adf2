// Package inproc has the arms that run jobs on executors in this program: workloads ×
// executor kinds × worker counts. Worker processes are executors too.
package inproc

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"poolbench/bench/arm/probe"
	"poolbench/bench/host"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/executors/process"
	"poolbench/workloads"
)

// A Grid says what to measure. Workloads and executors are values, so that
// anyone's can be measured beside the built-in ones.
type Grid struct {
	Workloads []workloads.Workload
	More      []workloads.Workload // that a user may choose beside them, see package cli; not measured
	Executors []executors.Kind     // the serial baseline is measured whether it is among them or not
	Workers   []int                // worker counts, each at least 1

	// Grains replace the grains of every workload for which a grain means
	// something; nil leaves them.
	Grains []time.Duration

	// Axes are values of axes, by name, that replace those of every workload that has the
	// axis; nil leaves them.
	Axes map[string][]string

	// SweepWorkers is the worker count at which all grains of a workload are
	// measured; at the others only the largest is. When it is not among Workers,
	// the largest of them below it takes its place, or else the smallest. 0 means
	// all grains at all worker counts.
	SweepWorkers int

	// Units has points besides, of tasks with so many kernel units, by workload: they do
	// the same as such points of other runtimes.
	Units map[string]int64
}

// standard are the names of the workloads of the standard grid: one of each kind of work.
var standard = []string{"spin", "tiny", "sleep", "query", "matmul", "triad"}

// StandardGrid has a handful of the workloads, every executor, and worker counts in powers of
// two from 1 to at least 8 and at least twice the cores. More has the other workloads.
func StandardGrid() Grid {
	cores := host.CPUs()
	g := Grid{Executors: Kinds(), Workers: workerCounts(cores), SweepWorkers: cores}
	for _, name := range standard {
		if w, ok := workloads.ByName(name); ok {
			g.Workloads = append(g.Workloads, w)
		}
	}
	g.More = slices.DeleteFunc(workloads.All(), func(w workloads.Workload) bool { return slices.Contains(standard, w.Name) })
	return g
}

// Quick is less of the grid, for an answer in seconds: every second grain where there are
// more than four, and, of the worker counts, 1, the cores and twice the cores, if any of
// these is among them.
func (g Grid) Quick() Grid {
	cores := host.CPUs()
	few := slices.DeleteFunc(slices.Clone(g.Workers), func(n int) bool { return n != 1 && n != cores && n != 2*cores })
	if len(few) > 0 {
		g.Workers = few
	}
	g.Workloads = slices.Clone(g.Workloads)
	for i, w := range g.Workloads {
		g.Workloads[i].Grains = everySecond(w.Grains)
	}
	g.Grains = everySecond(g.Grains)
	return g
}

// Kinds are all built-in executor kinds, worker processes included, sorted by
// name.
func Kinds() []executors.Kind {
	kinds := append(executors.All(), process.Kind)
	slices.SortFunc(kinds, func(a, b executors.Kind) int { return strings.Compare(a.Name, b.Name) })
	return kinds
}

func workerCounts(cores int) []int {
	counts := []int{cores, 2 * cores}
	for n := 1; n <= max(8, 2*cores); n *= 2 {
		counts = append(counts, n)
	}
	slices.Sort(counts)
	return slices.Compact(counts)
}

// everySecond keeps the last grain and every second one before it; all of up to four.
func everySecond(grains []time.Duration) []time.Duration {
	if len(grains) <= 4 {
		return grains
	}
	var kept []time.Duration
	for i := (len(grains) - 1) % 2; i < len(grains); i += 2 {
		kept = append(kept, grains[i])
	}
	return kept
}

// Check tells what is wrong with the grid: nothing to measure, two things of one
// name, a worker count or grain out of range, an executor that this program cannot have.
func (g Grid) Check() error {
	if len(g.Workloads) == 0 {
		return fmt.Errorf("bench: the grid has no workloads")
	}
	names := map[string]bool{}
	for _, w := range g.Workloads {
		if err := checkName("workload", w.Name, names); err != nil {
			return err
		}
		if w.Name == "all" {
			return fmt.Errorf("bench: a workload cannot be named all, which stands for every one")
		}
		if w.New == nil || len(w.Grains) == 0 {
			return fmt.Errorf("bench: workload %s has no New or no grains", w.Name)
		}
		if slices.ContainsFunc(w.Axes, func(a workloads.Axis) bool { return len(a.Values) == 0 }) {
			return fmt.Errorf("bench: workload %s has an axis without values", w.Name)
		}
	}
	names = map[string]bool{}
	for _, k := range g.Executors {
		if err := checkName("executor", k.Name, names); err != nil {
			return err
		}
		if k.New == nil {
			return fmt.Errorf("bench: executor %s has no New", k.Name)
		}
		if k.Check != nil {
			if err := k.Check(); errors.Is(err, process.ErrNoEntry) {
				return fmt.Errorf("bench: executor %s: %w; bench.Main() does that", k.Name, err)
			} else if err != nil {
				return fmt.Errorf("bench: executor %s: %w", k.Name, err)
			}
		}
	}
	for _, n := range g.Workers {
		if n < 1 {
			return fmt.Errorf("bench: %d workers; at least 1 is needed", n)
		}
	}
	if len(g.Workers) == 0 && slices.ContainsFunc(g.Executors, func(k executors.Kind) bool { return k.Name != record.Serial }) {
		return fmt.Errorf("bench: the grid has executors but no worker counts")
	}
	for _, d := range g.Grains {
		if d <= 0 {
			return fmt.Errorf("bench: grain %v is not above 0", d)
		}
	}
	return nil
}

// Names that can be a value in a benchmark name: -2 at the end would be read as
// GOMAXPROCS.
var (
	goodName = regexp.MustCompile(`^[a-z][a-z0-9_.-]*$`)
	badTail  = regexp.MustCompile(`-[0-9]+$`)
)

func checkName(what, name string, seen map[string]bool) error {
	if !goodName.MatchString(name) || badTail.MatchString(name) {
		return fmt.Errorf("bench: %s name %q: lower-case letters, digits, '_', '.' and '-' are allowed, a letter first and no -digits at the end", what, name)
	}
	if seen[name] {
		return fmt.Errorf("bench: two %ss named %s", what, name)
	}
	seen[name] = true
	return nil
}

// Points are the points of the grid in a fixed order: by workload, grain and the
// workload's own axes as given, the serial baseline first. No point comes twice.
func (g Grid) Points() []record.Point {
	var points []record.Point
	seen := map[record.Point]bool{}
	add := func(executor string, workers int, what record.Point) {
		p := what.With(record.AxisExecutor, executor).With(record.AxisWorkers, strconv.Itoa(workers))
		if !seen[p] {
			seen[p] = true
			points = append(points, p)
		}
	}
	addAll := func(what record.Point, wants func(workers int) bool) {
		add(record.Serial, 1, what)
		for _, kind := range g.Executors {
			for _, workers := range g.Workers {
				if kind.Name != record.Serial && wants(workers) {
					add(kind.Name, workers, what)
				}
			}
		}
	}
	for _, w := range g.Workloads {
		grains := g.grains(w)
		for _, grain := range grains {
			for _, what := range g.withAxes(pointOf(w, grain), w.Axes) {
				addAll(what, func(workers int) bool { return g.wants(workers, grain, grains) })
			}
		}
		if units := g.Units[w.Name]; units > 0 && w.Kernel != nil {
			what := pointOf(w, 0).With(record.AxisUnits, strconv.FormatInt(units, 10))
			addAll(what, func(int) bool { return true })
		}
	}
	return points
}

// pointOf is the plain loop of a workload, at the first values of its axes.
func pointOf(w workloads.Workload, grain time.Duration) record.Point {
	return record.GridPoint(record.Serial, w.Name, 1, grain)
}

// withAxes are the points with every combination of values of the axes. The first value that
// an axis lists is what a point without it means, and is left out.
func (g Grid) withAxes(p record.Point, axes []workloads.Axis) []record.Point {
	if len(axes) == 0 {
		return []record.Point{p}
	}
	a, values := axes[0], axes[0].Values
	if chosen := g.Axes[a.Name]; len(chosen) > 0 {
		values = chosen
	}
	var out []record.Point
	for _, value := range values {
		at := p
		if value != a.Values[0] {
			at = p.With(a.Name, value)
		}
		out = append(out, g.withAxes(at, axes[1:])...)
	}
	return out
}

// wants reports whether a grain is measured at a worker count.
func (g Grid) wants(workers int, grain time.Duration, grains []time.Duration) bool {
	return g.SweepWorkers == 0 || workers == g.sweep() || grain == slices.Max(grains)
}

// sweep is the worker count that stands in for SweepWorkers, see there. Workers
// must not be empty.
func (g Grid) sweep() int {
	best := slices.Min(g.Workers)
	for _, n := range g.Workers {
		if n <= g.SweepWorkers {
			best = max(best, n)
		}
	}
	return best
}

func (g Grid) grains(w workloads.Workload) []time.Duration {
	if len(g.Grains) > 0 && !slices.Equal(w.Grains, []time.Duration{0}) {
		return g.Grains
	}
	return w.Grains
}

func (g Grid) workload(name string) (workloads.Workload, bool) {
	i := slices.IndexFunc(g.Workloads, func(w workloads.Workload) bool { return w.Name == name })
	if i < 0 {
		return workloads.Workload{}, false
	}
	return g.Workloads[i], true
}

func (g Grid) kind(name string) (executors.Kind, bool) {
	if name == record.Serial {
		return executors.Serial, true // the baseline is ours, whatever bears its name
	}
	i := slices.IndexFunc(g.Executors, func(k executors.Kind) bool { return k.Name == name })
	if i < 0 {
		return executors.Kind{}, false
	}
	return g.Executors[i], true
}

// driftPoints are those of the kernels, whose calibrations are looked at again in every
// block.
func (g Grid) driftPoints() []record.Point {
	var points []record.Point
	for _, w := range g.Workloads {
		if w.Kernel != nil {
			points = append(points, probe.DriftPoint(w.Name))
		}
	}
	return points
}

// Limits of TaskCount.
const (
	serialTime   = 4 * time.Millisecond // useful work of a job
	waitTime     = 32 * time.Millisecond
	minTasks     = 16
	longGrain    = 50 * time.Millisecond // from here on taskMultiple tasks must do, or a job takes seconds
	maxTasks     = 2048
	emptyTasks   = 256      // when grain means nothing
	maxPayloads  = 16 << 20 // bytes
	taskMultiple = 8        // so that worker counts up to 8 get equal shares
)

// TaskCount is the number of tasks of the job of a point: it depends on the nominal grain, on
// the payload and, where the work is waiting, on the largest of Workers, not on the machine.
// The job has about 4 ms of useful work (32 ms where the work is waiting) within 16 and 2048
// tasks, a multiple of 8, or exactly 8 from a grain of 50 ms: short enough for many blocks,
// long enough for a clock read and the last task to weigh little. Of waiting there are at
// least two tasks for each worker, and one from a grain of 50 ms. The payloads of a job are at
// most 16 MiB, unless 16 tasks have more. A workload may have a number of its own.
func (g Grid) TaskCount(w workloads.Workload, p record.Point) int {
	if w.Tasks > 0 {
		return w.Tasks
	}
	grain, n := p.Grain(), taskCount(w, p.Grain())
	if payload, _ := strconv.Atoi(p.Get(record.AxisPayload)); payload > 0 {
		n = min(n, max(minTasks, maxPayloads/payload/taskMultiple*taskMultiple))
	}
	if grain <= 0 || w.Resource != workloads.Wait || len(g.Workers) == 0 {
		return n
	}
	wanted := slices.Max(g.Workers)
	if grain < longGrain {
		wanted *= 2
	}
	return max(n, min((wanted+taskMultiple-1)/taskMultiple*taskMultiple, maxTasks))
}

func taskCount(w workloads.Workload, grain time.Duration) int {
	if grain <= 0 {
		return emptyTasks
	}
	total := serialTime
	if w.Resource == workloads.Wait {
		total = waitTime
	}
	if grain >= longGrain {
		return taskMultiple
	}
	n := int(total / grain)
	n = (n + taskMultiple/2) / taskMultiple * taskMultiple
	return min(max(n, minTasks), maxTasks)
}

// leastTime is what a slice of a point takes without any overhead.
func (g Grid) leastTime(p record.Point) time.Duration {
	w, _ := g.workload(p.Workload())
	tasks := g.TaskCount(w, p)
	atOnce := 1
	if p.Executor() != record.Serial {
		atOnce = min(p.Workers(), tasks)
		if w.Resource != workloads.Wait {
			atOnce = min(atOnce, runtime.GOMAXPROCS(0))
		}
	}
	return time.Duration(tasks) * p.Grain() / time.Duration(atOnce)
}
