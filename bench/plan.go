package bench

import (
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/arm/probe"
	"poolbench/bench/block"
	"poolbench/bench/host"
	"poolbench/bench/record"
)

// A Plan is what is measured in which order.
type Plan struct {
	Seed   uint64
	Points []record.Point // in the order of the sources

	sources []arm.Source
	of      map[record.Point]int // the source of each point
}

// Plan is what Run measures and in which order: the points of the sources and the probes
// of the machine. An error is one of a source, or a point that no record could hold or that
// two sources have.
func (c Config) Plan() (Plan, error) {
	p, err := newPlan(c.Sources, c.Seed)
	counts := c.Capacity
	if counts == nil {
		counts = c.usualCapacity(p, host.CPUs())
	}
	if err != nil || len(counts) == 0 {
		return p, err
	}
	machine := probe.Machine{Workers: slices.Compact(slices.Sorted(slices.Values(append([]int{1}, counts...))))}
	return newPlan(append(slices.Clone(c.Sources), machine.Source()), c.Seed)
}

// usualCapacity are the worker counts of Capacity when it is nil, some more than once.
func (c Config) usualCapacity(p Plan, cpus int) []int {
	counts := []int{1}
	for _, point := range p.Points {
		if c.Virtual || point.Benchmark() == record.CapacityBenchmark {
			return nil
		}
		counts = append(counts, max(1, min(point.Workers(), cpus)))
	}
	return counts
}

// newPlan makes the plan of sources alone.
func newPlan(sources []arm.Source, seed uint64) (Plan, error) {
	p := Plan{Seed: seed, sources: sources, of: map[record.Point]int{}}
	for i, s := range sources {
		points, err := s.Points()
		if err != nil {
			return p, err
		}
		for _, point := range points {
			if err := point.Check(); err != nil {
				return p, fmt.Errorf("source %s: %w", s.Name, err)
			}
			if other, ok := p.of[point]; ok {
				return p, fmt.Errorf("source %s: %s is already one of %s", s.Name, point, sources[other].Name)
			}
			p.of[point] = i
			p.Points = append(p.Points, point)
		}
	}
	return p, p.agree()
}

// agree tells where sources contradict the tables, each other or themselves: a record
// could not say then what a point is compared with.
func (p Plan) agree() error {
	var units []record.Unit
	axes, baselines := map[string]record.Axis{}, map[string]string{}
	for _, a := range record.Axes() {
		axes[a.Name] = a
	}
	for i, s := range p.sources {
		units = append(units, s.Units...)
		if err := record.CheckUnits(units); err != nil {
			return fmt.Errorf("source %s: %w", s.Name, err)
		}
		for _, a := range s.Axes {
			if other, ok := axes[a.Name]; ok && other.How != a.How {
				return fmt.Errorf("source %s: the axis %s is another one already: one of the two needs another name", s.Name, a.Name)
			}
			axes[a.Name] = a
		}
		found := s.Baseline == ""
		for _, point := range p.Points {
			e := point.Executor()
			if p.of[point] != i || e == "" {
				continue
			}
			if other, ok := baselines[e]; ok && other != s.Baseline {
				return fmt.Errorf("source %s: the executor %s is that of another source, with another baseline: one of the two needs another name", s.Name, e)
			}
			baselines[e] = s.Baseline
			found = found || e == s.Baseline && point.Workers() == 1
		}
		if !found {
			return fmt.Errorf("source %s: no point of its own has its baseline, %s with one worker", s.Name, s.Baseline)
		}
	}
	return nil
}

// probes is how many of the points measure the machine.
func (p Plan) probes() (n int) {
	for _, point := range p.Points {
		if point.IsProbe() {
			n++
		}
	}
	return n
}

// source is the source of a point of the plan, or of one that differs from one in its
// grain only, or in its workers.
func (p Plan) source(point record.Point) (int, bool) {
	if i, ok := p.of[point]; ok {
		return i, true
	}
	for _, axis := range []string{record.AxisGrain, record.AxisWorkers} {
		value := point.Get(axis)
		i := slices.IndexFunc(p.Points, func(have record.Point) bool { return have.IsGrid() && have.With(axis, value) == point })
		if i >= 0 && (axis != record.AxisGrain || point.Grain() > 0) && (axis != record.AxisWorkers || point.Workers() > 0) {
			return p.of[p.Points[i]], true
		}
	}
	return 0, false
}

// least is what a slice of a point takes without any overhead, 0 when unknown.
func (p Plan) least(point record.Point) time.Duration {
	i, ok := p.source(point)
	if !ok || p.sources[i].Least == nil || point.IsProbe() {
		return 0
	}
	return p.sources[i].Least(point)
}

// facts are what a record says of the sources.
func (p Plan) facts() []record.Source {
	var out []record.Source
	for i, s := range p.sources {
		f := record.Source{Name: s.Name, Baseline: s.Baseline, Axes: s.Axes}
		for _, point := range p.Points {
			if e := point.Executor(); e != "" && p.of[point] == i && !slices.Contains(f.Executors, e) {
				f.Executors = append(f.Executors, e)
			}
		}
		out = append(out, f)
	}
	return out
}

// fingerprint is a short text that differs between plans with different points, so
// that a run can only be resumed with what it was started with.
func (p Plan) fingerprint() string {
	h := fnv.New64a()
	for _, point := range p.Points {
		fmt.Fprintln(h, point.Name())
	}
	return fmt.Sprintf("%016x", h.Sum64())
}

// Print writes the plan for people: the first block in its order, and how the
// others follow.
func (p Plan) Print(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "seed %d, %d slices a block; block 1 in order:\n", p.Seed, len(p.Points)); err != nil {
		return err
	}
	for _, point := range block.Order(p.Seed, 1, p.Points) {
		if _, err := fmt.Fprintf(w, "  %s\n", point); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, "Every further block has the same slices in another order, until the time budget is used up.\n"+
		"Where a pool begins to pay off between two grains, grains between them are measured too,\n"+
		"and larger pools where the largest is still gaining.")
	return err
}
