package inproc

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"poolbench/bench/host"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/executors/process"
	"poolbench/workloads"
)

func TestPoints(t *testing.T) {
	grain := func(n time.Duration) []time.Duration { return []time.Duration{n, 4 * n} }
	spin, tiny := workloads.Spin, workloads.Tiny
	spin.Grains = grain(time.Microsecond)
	g := Grid{
		Workloads:    []workloads.Workload{spin, tiny},
		Executors:    []executors.Kind{executors.Serial, executors.Goroutines},
		Workers:      []int{1, 2, 2},
		SweepWorkers: 2,
	}
	var got []string
	for _, c := range g.Points() {
		got = append(got, c.String())
	}
	want := []string{
		"serial, spin, 1 µs",
		"goroutines × 2, spin, 1 µs", // only at the sweep's worker count
		"serial, spin, 4 µs",
		"goroutines × 1, spin, 4 µs",
		"goroutines × 2, spin, 4 µs",
		"serial, tiny",
		"goroutines × 1, tiny",
		"goroutines × 2, tiny",
		"serial, tiny, 4096 B",
		"goroutines × 1, tiny, 4096 B",
		"goroutines × 2, tiny, 4096 B",
	}
	if !slices.Equal(got, want) {
		t.Errorf("points:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}

	g.Grains = []time.Duration{time.Millisecond}
	for _, c := range g.Points() {
		if c.Workload() == "spin" && c.Grain() != time.Millisecond || c.Workload() == "tiny" && c.Grain() != 0 {
			t.Errorf("with grains overridden to 1ms: %v", c)
		}
	}
}

// The sweep over grains is not lost when its worker count is not measured.
func TestSweepWorkers(t *testing.T) {
	for _, c := range []struct {
		sweep   int
		workers []int
		want    int // worker count with all grains
	}{
		{2, []int{1, 2, 4}, 2},
		{2, []int{4}, 4},
		{2, []int{8, 4}, 4},
		{6, []int{1, 8, 4, 2}, 4},
		{6, []int{1}, 1},
	} {
		g := Grid{
			Workloads: []workloads.Workload{workloads.Spin}, Executors: []executors.Kind{executors.Goroutines},
			Workers: c.workers, SweepWorkers: c.sweep,
		}
		grains := map[int]int{}
		for _, cell := range g.Points() {
			if cell.Executor() != record.Serial {
				grains[cell.Workers()]++
			}
		}
		for _, n := range c.workers {
			want := 1
			if n == c.want {
				want = len(workloads.Spin.Grains)
			}
			if grains[n] != want {
				t.Errorf("sweep at %d, workers %v: %d grains at %d workers, want %d", c.sweep, c.workers, grains[n], n, want)
			}
		}
	}
}

// Every point of the built-in grids has its baseline, and names that can be read
// back.
func TestBuiltInGrids(t *testing.T) {
	for name, g := range map[string]Grid{"standard": StandardGrid(), "quick": StandardGrid().Quick()} {
		if err := g.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		points := g.Points()
		for _, c := range points {
			if !slices.Contains(points, baseline(c)) {
				t.Errorf("%s: %v has no baseline", name, c)
			}
			back, err := record.ParsePoint("", c.Name())
			if err != nil || back != c || c.Check() != nil {
				t.Errorf("%s: %s is read back as %+v, %v", name, c.Name(), back, err)
			}
		}
		// Grains on both sides of where goroutines (below 1 µs) and processes
		// (a few µs to 100 µs) begin to pay.
		spin, _ := g.workload("spin")
		grains := g.grains(spin)
		if grains[0] >= time.Microsecond || grains[len(grains)-1] <= 500*time.Microsecond || len(grains) < 4 {
			t.Errorf("%s: grains of the sweep are %v", name, grains)
		}
	}
}

func TestWorkerCounts(t *testing.T) {
	for cores, want := range map[int][]int{1: {1, 2, 4, 8}, 2: {1, 2, 4, 8}, 6: {1, 2, 4, 6, 8, 12}, 16: {1, 2, 4, 8, 16, 32}} {
		if got := workerCounts(cores); !slices.Equal(got, want) {
			t.Errorf("%d cores: %v, want %v", cores, got, want)
		}
	}
}

// A quick grid is less of any grid, and leaves it as it is.
func TestQuick(t *testing.T) {
	cpus := host.CPUs()
	us := func(grains ...time.Duration) []time.Duration {
		for i := range grains {
			grains[i] *= time.Microsecond
		}
		return grains
	}
	spin := workloads.Spin
	spin.Grains = us(1, 2, 4, 8, 16, 32)
	g := Grid{Workloads: []workloads.Workload{spin}, Workers: []int{1, cpus, 2 * cpus, 99 * cpus}, Grains: us(1, 2, 3, 4, 5)}
	q := g.Quick()
	if want := slices.Compact([]int{1, cpus, 2 * cpus}); !slices.Equal(slices.Compact(q.Workers), want) {
		t.Errorf("workers %v, want %v", q.Workers, want)
	}
	if !slices.Equal(q.Grains, us(1, 3, 5)) || !slices.Equal(q.Workloads[0].Grains, us(2, 8, 32)) {
		t.Errorf("grains %v and %v", q.Grains, q.Workloads[0].Grains)
	}
	if len(g.Workers) != 4 || len(g.Workloads[0].Grains) != 6 {
		t.Errorf("the grid is another one now: %+v", g)
	}
	few := Grid{Workers: []int{99 * cpus}, Grains: us(1, 2, 3, 4)}.Quick()
	if len(few.Workers) != 1 || len(few.Grains) != 4 {
		t.Errorf("nothing is left of few: %+v", few)
	}
}

// A kind says what a program lacks to have it.
func TestGridCheckAsksKinds(t *testing.T) {
	kind := executors.Kind{Name: "x", New: executors.Goroutines.New, Check: func() error { return process.ErrNoEntry }}
	g := Grid{Workloads: []workloads.Workload{workloads.Tiny}, Executors: []executors.Kind{kind}, Workers: []int{1}}
	if err := g.Check(); !errors.Is(err, process.ErrNoEntry) || !strings.Contains(err.Error(), "executor x") || !strings.Contains(err.Error(), "bench.Main()") {
		t.Error(err)
	}
	if _, err := g.Source().Points(); !errors.Is(err, process.ErrNoEntry) {
		t.Error(err)
	}
}

func TestGridCheck(t *testing.T) {
	good := func() Grid {
		return Grid{
			Workloads: []workloads.Workload{workloads.Tiny},
			Executors: []executors.Kind{executors.Goroutines},
			Workers:   []int{1},
		}
	}
	if err := good().Check(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*Grid){
		"no workloads":     func(g *Grid) { g.Workloads = nil },
		"no worker counts": func(g *Grid) { g.Workers = nil },
		"0 workers":        func(g *Grid) { g.Workers = []int{1, 0} },
		"grain":            func(g *Grid) { g.Grains = []time.Duration{0} },
		"two workloads":    func(g *Grid) { g.Workloads = append(g.Workloads, g.Workloads[0]) },
		"two executors":    func(g *Grid) { g.Executors = append(g.Executors, g.Executors[0]) },
		"no New":           func(g *Grid) { g.Executors[0].New = nil },
		`"my/pool"`:        func(g *Grid) { g.Executors[0].Name = "my/pool" },
		`"pool-2"`:         func(g *Grid) { g.Executors[0].Name = "pool-2" },
		`""`:               func(g *Grid) { g.Workloads[0].Name = "" },
	} {
		g := good()
		spoil(&g)
		if err := g.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %s", err, want)
		}
	}
}

func TestTaskCount(t *testing.T) {
	wait := workloads.Workload{Resource: workloads.Wait}
	for _, c := range []struct {
		w     workloads.Workload
		grain time.Duration
		want  int
	}{
		{workloads.Spin, 0, 256},
		{workloads.Spin, 250 * time.Nanosecond, 2048}, // 16000 would be 4 ms
		{workloads.Spin, 4 * time.Microsecond, 1000},
		{workloads.Spin, 100 * time.Microsecond, 40},
		{workloads.Spin, 256 * time.Microsecond, 16},
		{workloads.Spin, 49 * time.Millisecond, 16},
		{workloads.Spin, 50 * time.Millisecond, 8},
		{workloads.Spin, time.Second, 8},
		{wait, 2 * time.Millisecond, 16},
		{wait, time.Millisecond, 32},
	} {
		if got := taskCount(c.w, c.grain); got != c.want {
			t.Errorf("%s at %v: %d tasks, want %d", c.w.Resource, c.grain, got, c.want)
		}
	}
	sent := record.GridPoint("processes", "tiny", 2, 0)
	for payload, want := range map[string]int{"": 256, "4096": 256, "65536": 256, "262144": 64, "1048576": 16, "67108864": 16} {
		if got := (Grid{}).TaskCount(workloads.Tiny, sent.With("payload", payload)); got != want {
			t.Errorf("%s bytes: %d tasks, want %d", payload, got, want)
		}
	}
	for grain := time.Nanosecond; grain < time.Second; grain += 1 + grain/3 {
		if n := taskCount(workloads.Spin, grain); n%8 != 0 || n < 8 || n > 2048 {
			t.Errorf("%v: %d tasks", grain, n)
		}
	}
}

// Every combination of the axes of a workload is a point; their first values are what a
// point without them means. A value that no name can hold is seen before it is measured.
func TestOpenAxes(t *testing.T) {
	w := workloads.Tiny
	w.Axes = append([]workloads.Axis{{Name: "skew", Values: []string{"0", "0.5"}}}, w.Axes...)
	var got []string
	for _, p := range (Grid{Workloads: []workloads.Workload{w}}).Points() {
		got = append(got, p.String())
		if err := p.Check(); err != nil {
			t.Error(err)
		}
	}
	if want := []string{"serial, tiny", "serial, tiny, 4096 B", "serial, tiny, skew=0.5", "serial, tiny, 4096 B, skew=0.5"}; !slices.Equal(got, want) {
		t.Errorf("points %q, want %q", got, want)
	}
	given := Grid{Workloads: []workloads.Workload{w}, Axes: map[string][]string{"payload": {"7", "0"}, "other": {"9"}}}
	got = nil
	for _, p := range given.Points() {
		got = append(got, p.String())
	}
	if want := []string{"serial, tiny, 7 B", "serial, tiny", "serial, tiny, 7 B, skew=0.5", "serial, tiny, skew=0.5"}; !slices.Equal(got, want) {
		t.Errorf("with other values: %q, want %q", got, want)
	}
	for _, bad := range []workloads.Axis{{Name: "payload", Values: []string{"0", "1 kB"}}, {Name: "payload", Values: []string{"1", "0"}}, {Name: "skew", Values: []string{"", "a b"}}} {
		w.Axes = []workloads.Axis{bad}
		points := (Grid{Workloads: []workloads.Workload{w}}).Points()
		if points[len(points)-1].Check() == nil {
			t.Errorf("%+v gives %q", bad, points[len(points)-1].Name())
		}
	}
}
