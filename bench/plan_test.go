package bench

import (
	"slices"
	"strings"
	"testing"

	"poolbench/bench/arm"
	"poolbench/bench/arm/inproc"
	"poolbench/bench/arm/probe"
	"poolbench/bench/record"
	"poolbench/executors"
)

func TestPlanPrint(t *testing.T) {
	var out strings.Builder
	p := planOf(t, 7, append(of(inproc.StandardGrid()), probe.Machine{Workers: []int{1, 2}}.Source()))
	if err := p.Print(&out); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Count(out.String(), "\n"), len(p.Points)+4; got != want {
		t.Errorf("%d lines, want %d", got, want)
	}
	for _, want := range []string{"seed 7", "serial, spin, 16 µs", "processes × 2, tiny, 4096 B", "capacity × 2", "calibration, spin"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the printed plan does not have %q", want)
		}
	}
}

func TestPlanRefuses(t *testing.T) {
	of := func(points ...record.Point) arm.Source {
		return arm.Source{Name: "some", Points: func() ([]record.Point, error) { return points, nil }}
	}
	with := func(s arm.Source, change func(*arm.Source)) arm.Source { change(&s); return s }
	good, other := record.GridPoint("x", "y", 1, 0), record.GridPoint("x", "z", 1, 0)
	for want, sources := range map[string][]arm.Source{
		"holds spaces":      {of(record.NewPoint("A b"))},
		"is already one of": {of(good), of(good)},
		"no point of a":     {of(record.NewPoint("Grid", "executor", "x"))},
		"has its baseline":  {with(of(good), func(s *arm.Source) { s.Baseline = "loop" })},
		"another baseline":  {with(of(good), func(s *arm.Source) { s.Baseline = "x" }), of(other)},
		"axis workers is":   {with(of(good), func(s *arm.Source) { s.Axes = []record.Axis{{Name: "workers"}} })},
		"unit sec/op is":    {with(of(good), func(s *arm.Source) { s.Units = []record.Unit{{Name: record.UnitTime, Better: 1}} })},
		"name is one word":  {with(of(good), func(s *arm.Source) { s.Units = []record.Unit{{Name: "two words"}} })},
	} {
		if _, err := newPlan(sources, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// Capacity is measured where a grid is run, without asking: of the counts that have a CPU
// each, and of all CPUs where there are more workers than these.
func TestCapacityOfAPlan(t *testing.T) {
	g := sleepGrid(executors.Goroutines)
	own := probe.Machine{Workers: []int{1, 3}}.Source()
	for _, test := range []struct {
		name    string
		workers []int
		cpus    int
		config  Config
		want    []int
	}{
		{"counts up to the CPUs", []int{1, 2, 4}, 4, Config{}, []int{1, 2, 4}},
		{"more workers than CPUs", []int{2, 8}, 4, Config{}, []int{1, 2, 4}},
		{"one CPU", []int{1, 2}, 1, Config{}, []int{1}},
		{"none", []int{1, 2}, 2, Config{Capacity: []int{}}, nil},
		{"asked for", []int{1, 2}, 2, Config{Capacity: []int{3, 2, 3}}, []int{1, 2, 3}},
		{"virtual time", []int{1, 2}, 2, Config{Virtual: true}, nil},
		{"probes of a source", []int{1, 2}, 2, Config{Sources: []arm.Source{own}}, []int{1, 3}},
	} {
		g.Workers = test.workers
		test.config.Sources = append(of(g), test.config.Sources...)
		if test.config.Capacity == nil { // the CPUs of the test, not of this machine
			p, err := newPlan(test.config.Sources, 1)
			if err != nil {
				t.Fatal(err)
			}
			if test.config.Capacity = test.config.usualCapacity(p, test.cpus); test.config.Capacity == nil {
				test.config.Capacity = []int{}
			}
		}
		p, err := test.config.Plan()
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		var got []int
		for _, point := range p.Points {
			if point.Benchmark() == record.CapacityBenchmark {
				got = append(got, point.Workers())
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	bad := Config{Sources: of(g), Virtual: true, Capacity: []int{2}}
	if err := bad.Check(); err == nil || !strings.Contains(err.Error(), "virtual") {
		t.Errorf("a capacity in virtual time: %v", err)
	}
	if _, err := (Config{Sources: of(g), Capacity: []int{-1}}).Plan(); err == nil {
		t.Error("the capacity of no workers is measured")
	}
	if p, err := (Config{Sources: of(g)}).Plan(); err != nil || p.probes() == 0 {
		t.Errorf("%d probes by default, %v", p.probes(), err)
	}
}
