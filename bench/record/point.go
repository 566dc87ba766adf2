package record

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Point names what is timed, and nothing about when or how often: a benchmark with
// axis=value pairs, "Grid/executor=goroutines/workload=spin/workers=2/grain=10000".
// Points are comparable and serve as map keys. The zero value names nothing.
//
// A point with an executor, a workload and workers is one of a grid. Its axes are in
// one order and its values are written in one way, so that equal points are equal
// values however their names were written; axes that nobody knows are kept. The name
// of any other benchmark is kept as it is.
type Point struct {
	Pkg  string // import path of the benchmark; "" when unknown
	Side string // "base" or "head" in a comparison of two builds, else ""
	name string
}

// Benchmarks that hold points of our own.
const (
	GridBenchmark = "Grid" // of grids, in our records and in the output of go test -bench

	// CapacityBenchmark is the capacity probe, with workers only: that many pinned
	// workers do the same arithmetic at the same time and share nothing. Its time is
	// that of one of them divided by how much they deliver together.
	CapacityBenchmark = "Capacity"
	// BandwidthBenchmark is the same with a STREAM triad over arrays of each worker.
	BandwidthBenchmark = "Bandwidth"
	// FaultsBenchmark says what faults of tasks cost, by pool, workers, fault and rate.
	FaultsBenchmark = "Faults"
	// CalibrationBenchmark checks a calibration again, with workload only: the time of a
	// fixed count of kernel units.
	CalibrationBenchmark = "Calibration"
)

// Serial is the baseline executor of a record that declares none.
const Serial = "serial"

// The executors of Go benchmarks that are run as they are, with other numbers of CPUs.
const (
	OneCPU = "one-cpu" // GOMAXPROCS is 1: the baseline
	CPUs   = "cpus"    // GOMAXPROCS is the number of workers
)

// NewPoint is the point of a benchmark with axes and values in turn.
// Values that break the rules of their axis are kept as they are; Check tells.
func NewPoint(benchmark string, pairs ...string) Point {
	parts := []string{benchmark}
	for i := 0; i+1 < len(pairs); i += 2 {
		parts = append(parts, pairs[i]+"="+pairs[i+1])
	}
	text := strings.Join(parts, "/")
	if p, err := ParsePoint("", text); err == nil {
		return p
	}
	return Point{name: text}
}

// GridPoint is a point of the benchmark Grid.
func GridPoint(executor, workload string, workers int, grain time.Duration) Point {
	return NewPoint(GridBenchmark, AxisExecutor, executor, AxisWorkload, workload,
		AxisWorkers, strconv.Itoa(workers), AxisGrain, strconv.FormatInt(grain.Nanoseconds(), 10))
}

// errBadValue marks a name that has our axes but not our values: a mistake, not
// somebody else's benchmark.
var errBadValue = errors.New("bad value in benchmark name")

// ParsePoint reads a benchmark name without "Benchmark" and without -GOMAXPROCS. A name
// of a grid whose value breaks the rule of its axis, or that has an axis twice, is an
// error. The serial executor has one worker, whatever its name says.
func ParsePoint(pkg, name string) (Point, error) {
	plain := Point{Pkg: pkg, name: name}
	benchmark, rest, _ := strings.Cut(name, "/")
	values := map[string]string{}
	for part := range strings.SplitSeq(rest, "/") {
		axis, value, ok := strings.Cut(part, "=")
		if !ok || axis == "" {
			return plain, nil
		}
		if _, twice := values[axis]; twice {
			return plain, fmt.Errorf("%s: %w: %s comes twice", name, errBadValue, axis)
		}
		values[axis] = value
	}
	if values[AxisExecutor] == Serial {
		values[AxisWorkers] = "1"
	}
	if values[AxisExecutor] == "" || values[AxisWorkload] == "" || values[AxisWorkers] == "" {
		return plain, nil
	}
	for axis, value := range values {
		rule, _ := ruleOf(axis)
		normal, err := rule.normal(value)
		if err != nil {
			return plain, fmt.Errorf("%s: %w: %s %w", name, errBadValue, axis, err)
		}
		values[axis] = normal
	}
	if values[AxisGrain] == "" {
		values[AxisGrain] = "0"
	}
	return Point{Pkg: pkg, name: gridName(benchmark, values)}, nil
}

// gridName writes the axes that have a value in their order.
func gridName(benchmark string, values map[string]string) string {
	var names []string
	for axis, value := range values {
		if value != "" {
			names = append(names, axis)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		_, i := ruleOf(a)
		_, j := ruleOf(b)
		return cmp.Or(cmp.Compare(i, j), strings.Compare(a, b))
	})
	for i, axis := range names {
		names[i] = axis + "=" + values[axis]
	}
	return strings.Join(append([]string{benchmark}, names...), "/")
}

// Name is the benchmark name, without "Benchmark" and, but for the points of a
// comparison, without -GOMAXPROCS.
func (p Point) Name() string { return p.name }

// Full is the name behind its package: "example.org/m.Encode/size=10".
func (p Point) Full() string {
	if p.Pkg == "" {
		return p.name
	}
	return p.Pkg + "." + p.name
}

// Benchmark is the name up to its first "/".
func (p Point) Benchmark() string {
	benchmark, _, _ := strings.Cut(p.name, "/")
	return benchmark
}

// Axes yields the axes of the name with their values, in its order.
func (p Point) Axes() iter.Seq2[string, string] {
	return func(yield func(axis, value string) bool) {
		_, rest, _ := strings.Cut(p.name, "/")
		for part := range strings.SplitSeq(rest, "/") {
			if axis, value, ok := strings.Cut(part, "="); ok && !yield(axis, value) {
				return
			}
		}
	}
}

// Get is the value of an axis, "" when the point has none.
func (p Point) Get(axis string) string {
	for a, v := range p.Axes() {
		if a == axis {
			return v
		}
	}
	return ""
}

// With is the point with another value of an axis; "" takes the axis out.
func (p Point) With(axis, value string) Point {
	values := maps.Collect(p.Axes())
	values[axis] = value
	p.name = gridName(p.Benchmark(), values)
	return p
}

// Keep is the point with those of its axes that keep says.
func (p Point) Keep(keep func(axis string) bool) Point {
	parts := []string{p.Benchmark()}
	for a, v := range p.Axes() {
		if keep(a) {
			parts = append(parts, a+"="+v)
		}
	}
	p.name = strings.Join(parts, "/")
	return p
}

// IsGrid reports whether p has an executor, a workload and workers, with values by the
// rules of their axes, and was measured with nothing around it. Somebody's benchmark with
// workers=auto is none.
func (p Point) IsGrid() bool { return p.Pass() == "" && p.HasGridAxes() }

// HasGridAxes is IsGrid of a point that may have been measured with a pass around it.
func (p Point) HasGridAxes() bool {
	if p.Side != "" || p.Executor() == "" || p.Workload() == "" || p.Get(AxisWorkers) == "" {
		return false
	}
	back, err := ParsePoint(p.Pkg, p.name)
	return err == nil && back == p && strings.Count(p.name, "/") == p.axes()
}

func (p Point) axes() (n int) {
	for range p.Axes() {
		n++
	}
	return n
}

// IsProbe reports whether p has the name of a probe of ours, which measures the machine
// rather than something one would compare. Of a record, ask Record.IsProbe.
func (p Point) IsProbe() bool {
	switch p.Benchmark() {
	case CapacityBenchmark, BandwidthBenchmark:
		return p.Workers() >= 1 && p.axes() == 1
	case CalibrationBenchmark:
		return p.Workload() != "" && p.axes() == 1
	}
	return false
}

// Pass is the pass that p was measured in, "" for none. Without it, With(AxisPass, ""), p is
// the point of the grid.
func (p Point) Pass() string { return p.Get(AxisPass) }

// Executor and Workload are the values of these axes.
func (p Point) Executor() string { return p.Get(AxisExecutor) }
func (p Point) Workload() string { return p.Get(AxisWorkload) }

// Workers and Grain are the values of these axes, 0 when the point has none.
func (p Point) Workers() int { n, _ := strconv.Atoi(p.Get(AxisWorkers)); return n }
func (p Point) Grain() time.Duration {
	n, _ := strconv.ParseInt(p.Get(AxisGrain), 10, 64)
	return time.Duration(n)
}

// String is the point for people: "goroutines × 2, spin, 10 µs, start=fork".
func (p Point) String() string {
	if !p.HasGridAxes() && !p.IsProbe() {
		return p.Full()
	}
	var parts []string
	if p.IsProbe() {
		parts = append(parts, strings.ToLower(p.Benchmark()))
	}
	for axis, value := range p.Axes() {
		rule, _ := ruleOf(axis)
		switch {
		case axis == AxisWorkers && len(parts) > 0:
			if p.Executor() != Serial {
				parts[0] += " × " + value
			}
		case rule.people == nil:
			parts = append(parts, axis+"="+value)
		default:
			if text := rule.people(value); text != "" {
				parts = append(parts, text)
			}
		}
	}
	// The executor with its workers comes first in the name but for the workload.
	return strings.Join(parts, ", ")
}

// Check tells what is wrong with a point that is to be measured: a name that would not
// be read back, or a value that breaks the rule of its axis.
func (p Point) Check() error {
	if err := checkWord(p.name); err != nil {
		return err
	}
	back, err := ParsePoint(p.Pkg, p.name)
	switch {
	case err != nil:
		return err
	case back.name != p.name:
		return fmt.Errorf("record: the name %q is not written as it would be read: %q", p.name, back.name)
	case p.Executor() != "" && !p.HasGridAxes():
		return fmt.Errorf("record: the name %q has an executor, but is no point of a grid: that takes a workload and workers, and every part is axis=value", p.name)
	}
	return nil
}
