package inproc

import (
	"slices"
	"strings"
	"testing"

	"poolbench/bench/arm"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/workloads"
)

// Tasks of the same units in every runtime do not depend on what a unit costs here.
func TestSameUnits(t *testing.T) {
	g := Grid{Workloads: []workloads.Workload{workloads.Hash, workloads.Tiny}, Executors: []executors.Kind{executors.Goroutines}, Workers: []int{1, 2}, SweepWorkers: 2, SameUnits: true}
	var got []string
	var last record.Point
	for _, p := range g.Points() {
		if p.Get(record.AxisUnits) != "" {
			got, last = append(got, p.String()), p
		}
		if err := p.Check(); err != nil {
			t.Error(err)
		}
	}
	if want := []string{"serial, hash, 512 units", "goroutines × 1, hash, 512 units", "goroutines × 2, hash, 512 units"}; !slices.Equal(got, want) {
		t.Errorf("points:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, perUnit := range []float64{1e-9, 1e-3} {
		session, err := g.Source().Open(t.Context(), arm.Setup{Seed: 3, Dir: t.TempDir(), Tell: func(string, any) {},
			Calibrate: func(string, func(int64) uint64) (record.Calibration, error) {
				return record.Calibration{PerUnit: perUnit}, nil
			}})
		if err != nil {
			t.Fatal(err)
		}
		a, err := session.Arm(t.Context(), last)
		if err != nil {
			t.Fatal(err)
		}
		s, err := a.Slice(t.Context())
		if err != nil || s.Values[record.UnitTasks] != 32 || s.Values[record.UnitTaskTime] <= 0 {
			t.Errorf("%+v, %v", s, err)
		}
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	}
}
