package driver

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"poolbench/bench/record"
)

// A Grid says what of a language to measure. The baseline of each of its runtimes is
// measured whether it is among the executors or not.
type Grid struct {
	Runtimes  []*Runtime // at least one, all of one language, with different names
	Executors []string   // nil for all that a runtime has
	Workloads []string   // nil for all of the language; ignored with a function
	Workers   []int      // each at least 1
	Chunks    []int      // tasks handed over at a time; nil for 1
	Starts    []string   // start methods; nil for the usual one
	Grains    []time.Duration
	Payloads  []int     // bytes, in place of those of workloads that have any; nil leaves them
	Function  *Function // instead of workloads; nil for none

	// SweepWorkers is that of inproc.Grid.
	SweepWorkers int

	// Units has points beside the others whose tasks have the same units in every runtime.
	Units bool
}

// language is that of the runtimes; of none it has nothing.
func (g Grid) language() *Language {
	if len(g.Runtimes) == 0 {
		return &Language{}
	}
	return g.Runtimes[0].Language
}

// Check tells what is wrong with the grid: what the language has not, or an executor that
// none of the runtimes has.
func (g Grid) Check() error {
	if len(g.Runtimes) == 0 {
		return fmt.Errorf("driver: the grid has no runtimes")
	}
	l := g.language()
	for _, name := range g.Executors {
		if !slices.ContainsFunc(l.Executors, func(e Executor) bool { return e.Name == name }) {
			return fmt.Errorf("driver: %s has no executor %s", l.Name, name)
		}
		var why []string
		for _, r := range g.Runtimes {
			if lacks := r.Lacks(name); lacks != "" {
				why = append(why, fmt.Sprintf("%s: %s", r.Name, lacks))
			}
		}
		if len(why) == len(g.Runtimes) {
			return fmt.Errorf("the executor %s is not there: %s", name, strings.Join(why, "; "))
		}
	}
	for _, name := range g.Workloads {
		if _, ok := l.workload(name); !ok {
			return fmt.Errorf("driver: %s has no workload %s", l.Name, name)
		}
	}
	switch {
	case len(g.Workers) == 0 || slices.Min(g.Workers) < 1:
		return fmt.Errorf("driver: worker counts %v: each must be at least 1, and one is needed", g.Workers)
	case len(g.Chunks) > 0 && slices.Min(g.Chunks) < 1:
		return fmt.Errorf("driver: chunks %v: each must be at least 1", g.Chunks)
	case g.Function != nil && !l.Functions:
		return fmt.Errorf("driver: %s cannot run functions", l.Name)
	}
	return nil
}

func (l *Language) workload(name string) (Workload, bool) {
	i := slices.IndexFunc(l.Workloads, func(w Workload) bool { return w.Name == name })
	if i < 0 {
		return Workload{}, false
	}
	return l.Workloads[i], true
}

// Points are the points of the grid in a fixed order: by runtime, workload and what else
// is run, the baseline first.
func (g Grid) Points() (points []record.Point) {
	for _, r := range g.Runtimes {
		for _, what := range g.whats(r) {
			points = append(points, g.pointsOf(r, what)...)
		}
	}
	return points
}

// A what is work of one runtime, without how it is run.
type what struct {
	point   record.Point
	tasks   int
	largest bool // it is measured with every number of workers
}

func (g Grid) whats(r *Runtime) (out []what) {
	point := func(workload string, grain time.Duration) record.Point {
		return record.GridPoint(serialOf(g.language().Name), workload, 1, grain).With(record.AxisRuntime, r.Name)
	}
	if f := g.Function; f != nil {
		return []what{{point(f.String(), 0), f.Count, true}}
	}
	for _, w := range g.workloads() {
		grains := g.grains(w)
		payloads := w.Payloads
		switch {
		case len(payloads) == 0:
			payloads = []int{0}
		case len(g.Payloads) > 0:
			payloads = g.Payloads
		}
		for _, grain := range grains {
			for _, size := range payloads {
				p := point(w.Name, grain)
				if size > 0 {
					p = p.With(record.AxisPayload, strconv.Itoa(size))
				}
				out = append(out, what{p, g.tasks(w, grain, size), grain == slices.Max(grains)})
			}
		}
		if g.Units && w.Units > 0 {
			out = append(out, what{point(w.Name, 0).With(record.AxisUnits, strconv.FormatInt(w.Units, 10)), unitTasks, true})
		}
	}
	return out
}

func (g Grid) workloads() (out []Workload) {
	for _, w := range g.language().Workloads {
		if g.Workloads == nil || slices.Contains(g.Workloads, w.Name) {
			out = append(out, w)
		}
	}
	return out
}

func (g Grid) grains(w Workload) []time.Duration {
	if len(g.Grains) > 0 && !slices.Equal(w.Grains, []time.Duration{0}) {
		return g.Grains
	}
	return w.Grains
}

func (g Grid) pointsOf(r *Runtime, x what) (points []record.Point) {
	kind := x.point.Workload()
	if g.Function != nil {
		kind = functionWorkload
	}
	for _, e := range g.language().Executors {
		offered := r.hello.offering(e.Name)
		if offered.Unavailable != "" || !slices.Contains(offered.Workloads, kind) {
			continue
		}
		if isSerial(e.Name) {
			points = append(points, x.point)
			continue
		}
		if g.Executors != nil && !slices.Contains(g.Executors, e.Name) {
			continue
		}
		for _, workers := range g.Workers {
			if g.SweepWorkers > 0 && !x.largest && workers != g.sweep() {
				continue
			}
			p := x.point.With(record.AxisExecutor, e.Name).With(record.AxisWorkers, strconv.Itoa(workers))
			for _, chunk := range g.chunks(e, kind, workers, x.tasks) {
				for _, start := range g.starts(offered) {
					points = append(points, p.With(record.AxisChunk, chunk).With(record.AxisStart, start))
				}
			}
		}
	}
	return points
}

// chunks are the values of the axis: those that leave each worker a chunk, "" for one task.
func (g Grid) chunks(e Executor, workload string, workers, tasks int) []string {
	if len(g.Chunks) == 0 || !e.Chunks || workload == "sqlquery" {
		return []string{""}
	}
	var out []string
	for _, c := range g.Chunks {
		switch {
		case c == 1:
			out = append(out, "")
		case c*workers <= tasks:
			out = append(out, strconv.Itoa(c))
		}
	}
	return out
}

// starts are the values of the axis: those of the executor that are asked for, "" for the
// usual one.
func (g Grid) starts(o offering) (out []string) {
	for i, s := range o.Starts {
		switch {
		case !slices.Contains(g.Starts, s) && (len(g.Starts) > 0 || i > 0):
		case i == 0:
			out = append(out, "")
		default:
			out = append(out, s)
		}
	}
	if len(o.Starts) == 0 {
		return []string{""}
	}
	return out
}

// sweep is that of inproc.Grid.
func (g Grid) sweep() int {
	best := slices.Min(g.Workers)
	for _, n := range g.Workers {
		if n <= g.SweepWorkers {
			best = max(best, n)
		}
	}
	return best
}
