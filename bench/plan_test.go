package bench

import (
	"strings"
	"testing"

	"poolbench/bench/arm"
	"poolbench/bench/arm/inproc"
	"poolbench/bench/arm/probe"
	"poolbench/bench/record"
)

func TestPlanPrint(t *testing.T) {
	var out strings.Builder
	p := planOf(t, 7, append(of(inproc.StandardGrid()), probe.Machine{Workers: []int{1, 2}}.Source()))
	if err := p.Print(&out); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Count(out.String(), "\n"), len(p.Points)+3; got != want {
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
