package reports

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/words"
)

// A Family is work of one kind, whatever the size of its tasks, with what its speedups
// are against.
type Family struct {
	What     record.Point // the axes that say what is run, but for grain, units and payload
	Baseline string       // executor
}

// Title is the workload, with whatever else says what is run: "spin, dial=3", "spin in
// cpython-3.11.7".
func (f Family) Title() string { return f.What.Workload() + f.rest() }

func (f Family) rest() string {
	text := others(f.What, record.AxisWorkload, record.AxisRuntime)
	switch runtime := f.What.Get(record.AxisRuntime); {
	case runtime != "":
		text = " in " + runtime + text // and so is what it is against
	case f.Runtime() != "Go":
		text += ", against " + f.Baseline
	}
	return text
}

// Runtime is what runs the program: the value of that axis, else Go for our own plain loop
// and what is against it, else the baseline stands for it.
func (f Family) Runtime() string {
	switch runtime := f.What.Get(record.AxisRuntime); {
	case runtime != "":
		return runtime
	case slices.Contains([]string{"", record.Serial, record.OneCPU}, f.Baseline):
		return "Go"
	}
	return f.Baseline
}

// others are the axes of a point but those that are named already: ", start=fork".
func others(p record.Point, but ...string) string {
	var b strings.Builder
	for axis, value := range p.Axes() {
		if !slices.Contains(but, axis) {
			b.WriteString(", " + axis + "=" + value)
		}
	}
	return b.String()
}

// A Pool is an executor with a number of workers.
type Pool struct {
	Executor string
	Workers  int
	How      record.Point // the axes that say how it runs, but for workers
}

// of is the pool with another number of workers.
func (p Pool) of(workers int) Pool {
	p.Workers = workers
	return p
}

// String is "goroutines with 2 workers", with whatever else says how it runs; the plain
// loop has no workers to speak of.
func (p Pool) String() string { return p.sized(" with " + words.Count(p.Workers, "worker")) }

// Short is "goroutines × 2", with whatever else says how it runs.
func (p Pool) Short() string { return p.sized(" × " + strconv.Itoa(p.Workers)) }

func (p Pool) sized(size string) string {
	if p.Executor == record.Serial {
		size = ""
	}
	return p.Executor + size + others(p.How, record.AxisExecutor)
}

// Label is the executor with whatever else says how it runs: "processes (start=fork)".
func (p Pool) Label() string {
	if how := others(p.How, record.AxisExecutor); how != "" {
		return p.Executor + " (" + strings.TrimPrefix(how, ", ") + ")"
	}
	return p.Executor
}

// A place is where a point of a grid lies on the axes.
type place struct {
	family   Family
	workload string
	grain    time.Duration
	units    int // of work, where the grain does not say it
	payload  int
	pool     Pool
	baseline record.Point // of the point
}

func placeOf(facts *record.Facts, p record.Point) place {
	count := func(axis string) int { n, _ := strconv.Atoi(p.Get(axis)); return n }
	baseline := facts.Baseline(p)
	return place{
		family: Family{facts.What(p).Keep(func(axis string) bool {
			return axis != record.AxisGrain && axis != record.AxisUnits && axis != record.AxisPayload
		}), baseline.Executor()},
		workload: p.Workload(), grain: p.Grain(), units: count(record.AxisUnits), payload: count(record.AxisPayload), baseline: baseline,
		pool: Pool{p.Executor(), p.Workers(), facts.How(p).Keep(func(axis string) bool { return axis != record.AxisWorkers })},
	}
}

// compare orders places by what is run, its size, and how it is run, so that those of a
// family, of one baseline and of one executor stand together.
func (a place) compare(b place) int {
	return cmp.Or(
		record.CompareValues(a.workload, b.workload),
		comparePoints(a.family.What, b.family.What),
		cmp.Compare(a.family.Baseline, b.family.Baseline),
		cmp.Compare(a.grain, b.grain), cmp.Compare(a.units, b.units), cmp.Compare(a.payload, b.payload),
		a.pool.compare(b.pool))
}

func (a Pool) compare(b Pool) int {
	return cmp.Or(record.CompareValues(a.Executor, b.Executor), comparePoints(a.How, b.How), cmp.Compare(a.Workers, b.Workers))
}

// comparePoints goes along the axes; their numbers are compared as numbers.
func comparePoints(a, b record.Point) int {
	if a == b {
		return 0
	}
	type axis struct{ name, value string }
	axes := func(p record.Point) (out []axis) {
		for name, value := range p.Axes() {
			out = append(out, axis{name, value})
		}
		return out
	}
	return slices.CompareFunc(axes(a), axes(b), func(x, y axis) int {
		return cmp.Or(strings.Compare(x.name, y.name), record.CompareValues(x.value, y.value))
	})
}
