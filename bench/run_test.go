package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/arm/inproc"
	"poolbench/bench/arm/probe"
	"poolbench/bench/block"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/workloads"
)

// overheadKind makes pools that sleep a fixed time before each task, so that in
// virtual time every makespan is exact.
func overheadKind(overhead time.Duration) executors.Kind {
	return executors.Kind{Name: "overhead", Doc: "sleeps before each task",
		New: func(o executors.Options) (executors.Executor, error) {
			p := &overheadPool{workers: o.Workers, tasks: make(chan executors.Task, 2048)}
			for range o.Workers {
				p.running.Go(func() {
					for task := range p.tasks {
						time.Sleep(overhead)
						task.Run(nil)
					}
				})
			}
			return p, nil
		}}
}

type overheadPool struct {
	workers int
	tasks   chan executors.Task
	running sync.WaitGroup
	once    sync.Once
}

func (p *overheadPool) Submit(t executors.Task) error { p.tasks <- t; return nil }
func (p *overheadPool) Workers() int                  { return p.workers }
func (p *overheadPool) Shutdown(context.Context) error {
	p.once.Do(func() { close(p.tasks) })
	p.running.Wait()
	return nil
}

func sleepGrid(kinds ...executors.Kind) inproc.Grid {
	return inproc.Grid{Workloads: []workloads.Workload{workloads.Sleep}, Executors: kinds, Workers: []int{1, 2}}
}

// of is what measures grids alone.
func of(grids ...inproc.Grid) (sources []arm.Source) {
	for _, g := range grids {
		sources = append(sources, g.Source())
	}
	return sources
}

func planOf(t *testing.T, seed uint64, sources []arm.Source) Plan {
	t.Helper()
	p, err := Config{Sources: sources, Seed: seed, Capacity: []int{}}.Plan()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func readBack(t *testing.T, out *bytes.Buffer) *record.Record {
	t.Helper()
	rec, err := record.Read(bytes.NewReader(out.Bytes()), "results")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return rec
}

// 16 tasks of 2 ms: 32 ms serially; with 1 ms of overhead each 48 ms on one
// worker and 24 ms on two. A block is 104 ms. Of a budget of 1 s the warm-up
// takes 104 ms and closing is given 50 ms, so 8 blocks fit into the rest.
func TestRunInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		begin := time.Now()
		s, err := Run(t.Context(), Config{
			Sources: of(sleepGrid(overheadKind(time.Millisecond))), Budget: time.Second, Seed: 5, Out: &out, Virtual: true})
		if err != nil {
			t.Fatal(err)
		}
		if s.Blocks != 8 || s.Expected != 8 || s.Slices != 24 || s.Failures != 0 || s.Interrupted {
			t.Errorf("summary %+v, want 8 blocks of 3 trials", s)
		}
		if took := time.Since(begin); took != 9*104*time.Millisecond || took != s.Elapsed {
			t.Errorf("the run took %v, summary %v; want 936ms", took, s.Elapsed)
		}
		rec := readBack(t, &out)
		want := map[string]float64{
			"serial, sleep, 2 ms":       0.032,
			"overhead × 1, sleep, 2 ms": 0.048,
			"overhead × 2, sleep, 2 ms": 0.024,
		}
		for _, r := range rec.Results {
			if got, _ := r.Time(); got != want[r.Point.String()] || r.Values[record.UnitTasks] != 16 {
				t.Errorf("%s: %v s, %v tasks; want %v s, 16 tasks", r.Point, got, r.Values[record.UnitTasks], want[r.Point.String()])
			}
		}
		checkBlocks(t, rec, planOf(t, 5, of(sleepGrid(overheadKind(0)))))
		if f := rec.Facts; f.Resource("sleep") != "wait" || f.Seed != 5 || f.End == nil || f.End.Blocks != 8 || f.End.Interrupted ||
			f.Plan.Points != 3 || len(f.Sources) != 1 || f.Sources[0].Baseline != "serial" {
			t.Errorf("facts: %+v", f)
		}
	})
}

// checkBlocks checks that the results of a record stand in the order of the plan.
func checkBlocks(t *testing.T, rec *record.Record, p Plan) {
	t.Helper()
	got := map[int][]record.Point{}
	for _, r := range rec.Results {
		got[r.Block] = append(got[r.Block], r.Point)
	}
	for n, points := range got {
		if want := block.Order(p.Seed, n, p.Points); !slices.Equal(points, want) {
			t.Errorf("block %d is %v, want %v", n, points, want)
		}
	}
}

func TestTooSmallBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		s, err := Run(t.Context(), Config{Sources: of(sleepGrid(overheadKind(100 * time.Millisecond))), Budget: time.Second, Out: &out, Virtual: true})
		if err != nil {
			t.Fatal(err)
		}
		if s.Blocks != 2 || s.Seed == 0 {
			t.Errorf("%d blocks, seed %d; want 2 blocks and a seed", s.Blocks, s.Seed)
		}
		// That intervals need more is for reports to say.
		if len(s.Warnings) != 0 || strings.Contains(out.String(), "fact warning") {
			t.Errorf("warnings %+v", s.Warnings)
		}
	})
}

// losing loses every task; what is submitted stays pending.
type losing struct{}

func (losing) Submit(executors.Task) error    { return nil }
func (losing) Workers() int                   { return 1 }
func (losing) Shutdown(context.Context) error { return nil }

// A slice that hangs fails when its time is over; after two in a row its point leaves
// the run, and nothing else is lost.
func TestHungTrialsFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		started := 0
		g := sleepGrid(executors.Kind{Name: "losing", New: func(executors.Options) (executors.Executor, error) {
			started++
			return losing{}, nil
		}})
		g.Workers = []int{1}
		var out bytes.Buffer
		s, err := Run(t.Context(), Config{Sources: of(g), Blocks: 6, Budget: time.Hour, SliceLimit: time.Second, Seed: 1, Out: &out, Virtual: true})
		if err != nil {
			t.Fatal(err)
		}
		rec := readBack(t, &out)
		if len(rec.Failures) != 2 || s.Failures != 2 || s.Blocks != 6 || len(rec.Results) != 6 || len(s.Left) != 1 {
			t.Fatalf("%d failures, %d blocks, %d results, %v left; want 2, 6, 6, 1", len(rec.Failures), s.Blocks, len(rec.Results), s.Left)
		}
		f := rec.Failures[0]
		if !strings.Contains(f.Reason, "no result within 1s") || f.Point.Executor() != "losing" {
			t.Errorf("failure %+v", f)
		}
		if started != 2 {
			t.Errorf("%d executors were made; each failed one must be replaced", started)
		}
		if !slices.ContainsFunc(rec.Facts.Warnings, func(w record.Warning) bool { return w.Topic == "left" }) {
			t.Error("no warning that a point left")
		}
	})
}

func TestExecutorThatCannotStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		g := sleepGrid(executors.Kind{Name: "broken", New: func(executors.Options) (executors.Executor, error) {
			return nil, errors.New("no such thing")
		}})
		s, err := Run(t.Context(), Config{Sources: of(g), Blocks: 2, Out: &out, Virtual: true})
		if err != nil || s.Blocks != 2 || s.Failures == 0 {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

// made is a session whose arms are made by a function.
type made func(context.Context) (arm.Arm, error)

func (m made) Arm(ctx context.Context, _ record.Point) (arm.Arm, error) { return m(ctx) }
func (made) Close() error                                               { return nil }

// An arm that cannot be made, however that goes wrong, leaves; a run that all have left
// ends.
func TestArmsThatCannotBeMade(t *testing.T) {
	for want, m := range map[string]made{
		"it panicked: no":     func(context.Context) (arm.Arm, error) { panic("no") },
		"no result within 1m": func(ctx context.Context) (arm.Arm, error) { <-ctx.Done(); return nil, context.Cause(ctx) },
		"gave no arm":         func(context.Context) (arm.Arm, error) { return nil, nil },
	} {
		synctest.Test(t, func(t *testing.T) {
			var out bytes.Buffer
			s, err := Run(t.Context(), Config{Budget: time.Hour, Seed: 1, Out: &out, Virtual: true, Sources: []arm.Source{{Name: "bad",
				Points: func() ([]record.Point, error) { return []record.Point{record.GridPoint("x", "y", 1, 0)}, nil },
				Open:   func(context.Context, arm.Setup) (arm.Session, error) { return m, nil }}}})
			if err != nil || len(s.Left) != 1 || s.Blocks > 1 {
				t.Errorf("%+v, %v", s, err)
			}
			if rec := readBack(t, &out); len(rec.Failures) != 2 || !strings.Contains(rec.Failures[0].Reason, want) {
				t.Errorf("%+v, want %q", rec.Failures, want)
			}
		})
	}
}

// stopAfter interrupts a run after n slices.
type stopAfter struct {
	silent
	n      int
	cancel context.CancelFunc
	done   *Summary
}

func (s *stopAfter) Slice(record.Point, error) {
	if s.n--; s.n == 0 {
		s.cancel()
	}
}
func (s *stopAfter) Done(summary Summary) { *s.done = summary }

func TestInterruptAndResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var out bytes.Buffer
		var told Summary
		c := Config{Sources: of(sleepGrid(overheadKind(time.Millisecond))), Budget: time.Second, Seed: 9, Out: &out, Virtual: true,
			Progress: &stopAfter{n: 7, cancel: cancel, done: &told}} // in the middle of block 3
		s, err := Run(ctx, c)
		if !errors.Is(err, context.Canceled) || !s.Interrupted || s.Blocks != 2 || s.Slices != 7 {
			t.Fatalf("%+v, %v; want an interruption with 2 blocks", s, err)
		}
		if told.Slices != 7 {
			t.Errorf("Done was told %+v", told)
		}
		rec := readBack(t, &out)
		if end := rec.Facts.End; len(rec.Results) != 7 || end == nil || !end.Interrupted || end.Blocks != 2 || end.Expected != 8 {
			t.Fatalf("%d results, end %+v", len(rec.Results), end)
		}

		c.Progress, c.Resume, c.Seed = nil, rec, 0
		s, err = Run(t.Context(), c)
		if err != nil || s.Blocks != 8 || s.Seed != 9 || s.Interrupted {
			t.Fatalf("resumed: %+v, %v", s, err)
		}
		rec = readBack(t, &out)
		if end := rec.Facts.End; len(rec.Results) != 7+6*3 || end == nil || end.Interrupted || end.Blocks != 8 {
			t.Errorf("%d results, end %+v", len(rec.Results), end)
		}
		if last := rec.Results[len(rec.Results)-1].Block; last != 9 {
			t.Errorf("last block is %d, want 9: the cut-off block 3 is not used again", last)
		}

		c.Resume, c.Seed = rec, 10
		if _, err := Run(t.Context(), c); !errors.Is(err, ErrResume) {
			t.Errorf("resuming with another seed: %v", err)
		}
		other := sleepGrid(overheadKind(time.Millisecond))
		other.Workers = []int{1}
		c.Seed, c.Sources = 0, of(other)
		if _, err := Run(t.Context(), c); !errors.Is(err, ErrResume) {
			t.Errorf("resuming with another grid: %v", err)
		}
	})
}

// A resumed run that is killed leaves no fact of its end; those of the run
// before it are not taken for its own.
func TestResumeAfterAKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var out bytes.Buffer
		c := Config{Sources: of(sleepGrid(overheadKind(time.Millisecond))), Budget: time.Second, Seed: 9, Out: &out, Virtual: true,
			Progress: &stopAfter{n: 7, cancel: cancel, done: new(Summary)}} // in the middle of block 3
		if _, err := Run(ctx, c); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		c.Progress, c.Resume, c.Seed, c.Blocks = nil, readBack(t, &out), 0, 6
		if _, err := Run(t.Context(), c); err != nil { // blocks 4 to 7
			t.Fatal(err)
		}
		text := out.String()
		end := strings.LastIndex(text, "# fact end")
		last := strings.LastIndex(text[:end], "\nBenchmark") + 1 // the kill came before the last result of block 7
		rec, err := record.Read(strings.NewReader(text[:last]), "results")
		if err != nil {
			t.Fatal(err)
		}
		if rec.Facts.End != nil || strings.Count(text[:last], "# fact end") != 1 {
			t.Fatalf("a stale end counts: %+v", rec.Facts.End)
		}
		c.Resume, c.Blocks = rec, 0
		r, err := newRun(c)
		if err != nil {
			t.Fatal(err)
		}
		if r.pace.before != 2+3 || lastBlock(rec) != 7 || r.pace.target != 0 {
			t.Errorf("%d complete blocks, the last is %d, target %d; want 5, 7 and none", r.pace.before, lastBlock(rec), r.pace.target)
		}
	})
}

// A slice that the interrupt cuts short is no failure of its arm, whatever error
// it ends with.
func TestInterruptedSliceIsNoFailure(t *testing.T) {
	slow := workloads.Workload{Name: "slow", Grains: []time.Duration{0}, New: func(workloads.Params) (workloads.Job, error) {
		return slowJob{}, nil
	}}
	for name, g := range map[string]inproc.Grid{
		"context error": {Workloads: []workloads.Workload{workloads.Sleep}, Grains: []time.Duration{600 * time.Millisecond}},
		"own error":     {Workloads: []workloads.Workload{slow}},
	} {
		synctest.Test(t, func(t *testing.T) {
			for _, after := range []time.Duration{time.Second, 6 * time.Second} { // in the warm-up, in block 1
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(after, cancel)
				var out bytes.Buffer
				begin := time.Now()
				s, err := Run(ctx, Config{Sources: of(g), Out: &out, Virtual: true})
				if !errors.Is(err, context.Canceled) || !s.Interrupted || s.Failures != 0 || strings.Contains(out.String(), "fact failed") {
					t.Errorf("%s: %+v, %v; want an interruption without failures\n%s", name, s, err, &out)
				}
				if late := time.Since(begin) - after; late > 2*time.Second+600*time.Millisecond {
					t.Errorf("%s: Run returned %v after the interrupt", name, late)
				}
			}
		})
	}
}

// slowJob takes 5 s unless it is told to end, and then complains.
type slowJob struct{}

func (slowJob) Run(ctx context.Context, _ executors.Executor) error {
	select {
	case <-time.After(5 * time.Second):
		return nil
	case <-ctx.Done():
		return errors.New("no more tasks, please")
	}
}
func (slowJob) Check() error { return nil }
func (slowJob) Close() error { return nil }

func TestInterruptedBeforeTheFirstBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var out bytes.Buffer
		s, err := Run(ctx, Config{Sources: of(sleepGrid()), Out: &out, Virtual: true})
		if !errors.Is(err, context.Canceled) || s.Blocks != 0 || !s.Interrupted {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

// failingWriter fails after n writes.
type failingWriter struct{ n int }

func (w *failingWriter) Write(p []byte) (int, error) {
	if w.n--; w.n < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestWriteErrorEndsTheRun(t *testing.T) {
	for _, n := range []int{0, 3, 12, 30} {
		synctest.Test(t, func(t *testing.T) {
			_, err := Run(t.Context(), Config{Sources: of(sleepGrid()), Out: &failingWriter{n}, Blocks: 20, Virtual: true})
			if err == nil || !strings.Contains(err.Error(), "disk full") {
				t.Errorf("after %d writes: %v", n, err)
			}
		})
	}
}

func TestBadConfig(t *testing.T) {
	if _, err := Run(t.Context(), Config{Sources: of(sleepGrid())}); err == nil {
		t.Error("a run without Out starts")
	}
	if _, err := Run(t.Context(), Config{Out: &bytes.Buffer{}}); err == nil {
		t.Error("an empty grid is run")
	}
}

// A real run, small, with everything: machine, calibration, probes, processes.
func TestRealRun(t *testing.T) {
	g := inproc.StandardGrid()
	for i := range g.Workloads {
		g.Workloads[i].Grains = g.Workloads[i].Grains[:1]
	}
	g.Workers, g.SweepWorkers = []int{2}, 0
	var out bytes.Buffer
	s, err := Run(t.Context(), Config{Sources: of(g), Capacity: []int{2}, Blocks: 2, Budget: time.Hour, Out: &out})
	if err != nil {
		t.Fatal(err)
	}
	rec := readBack(t, &out)
	if s.Failures != 0 || len(rec.Failures) != 0 {
		t.Errorf("failures: %+v", rec.Failures)
	}
	if want := s.Points * 2; s.Slices != want || len(rec.Results) != want {
		t.Errorf("%d slices, %d results, want %d", s.Slices, len(rec.Results), want)
	}
	checkBlocks(t, rec, planOf(t, s.Seed, append(of(g), probe.Machine{Workers: []int{1, 2}}.Source())))
	capacity := 0
	for _, r := range rec.Results {
		if r.Point.Benchmark() == record.CapacityBenchmark {
			capacity++
		}
		if seconds, ok := r.Time(); !ok {
			t.Errorf("%s: %v s", r.Name, seconds)
		}
	}
	if capacity != 4 {
		t.Errorf("%d results of the capacity probe, want 4", capacity)
	}
	checkExtras(t, rec)
	for _, key := range []string{"goos", "goarch", "go"} {
		if rec.Key(key) == "" {
			t.Errorf("file key %s is missing", key)
		}
	}
	f := rec.Facts
	if !slices.ContainsFunc(f.Calibrations, func(c record.Calibration) bool { return c.Kernel == "spin" }) || f.Run == "" || f.Seed == 0 || f.Start.IsZero() || f.Cores < 1 || f.Plan.Points != s.Points || f.End == nil || f.Probe == "" || len(f.Workloads) != len(g.Workloads) {
		t.Errorf("facts: %+v", f)
	}
	for _, name := range []string{"gomaxprocs", "noise.p50", "clock.read", "sleep.floor", "gomaxprocs.processes"} {
		if !slices.ContainsFunc(f.Readings, func(r record.Reading) bool { return r.Name == name }) {
			t.Errorf("reading %s is missing", name)
		}
	}
	for _, w := range f.Warnings {
		if w.Topic == "" || w.What == "" || w.Cure == "" {
			t.Errorf("warning %+v", w)
		}
	}
	for b := range rec.Blocks() {
		if b.Host == nil {
			t.Errorf("block %d has no reading of the host", b.Number)
		}
	}
	fmt.Fprintf(t.Output(), "%+v\n", f)
}

// checkExtras looks for what a real run measures beside makespans.
func checkExtras(t *testing.T, rec *record.Record) {
	t.Helper()
	seen := map[string]int{}
	for _, r := range rec.Results {
		name := r.Point.Benchmark()
		if r.Point.IsGrid() {
			name = r.Point.Workload()
		}
		for unit, v := range r.Values {
			if v <= 0 {
				t.Errorf("%s: %v %s", r.Name, v, unit)
			}
			seen[name+" "+unit]++
		}
	}
	kernels, expected := 0, 0
	for _, w := range inproc.StandardGrid().Workloads {
		if w.Kernel != nil {
			kernels++
		}
		if w.Expected != nil { // of one grain, at each combination of its axes
			n := 1
			for _, a := range w.Axes {
				n *= len(a.Values)
			}
			expected += n
		}
	}
	if c, ok := rec.Facts.Curve(record.GridPoint("processes", "spin", 2, workloads.Spin.Grains[0])); !ok || c.Of != record.LimitCapacity || len(rec.Facts.Expected) != expected {
		t.Errorf("%d curves, want %d; of spin %+v, %v", len(rec.Facts.Expected), expected, c, ok)
	}
	for what, want := range map[string]int{ // 2 blocks; the serial arm and those of four kinds
		"spin " + record.UnitTaskTime: 10, "spin " + record.UnitTaskShare: 10, "tiny " + record.UnitTaskTime: 0,
		"query " + record.UnitCPUPart: 10, "query " + record.UnitWaitPart: 10, "query " + record.UnitTaskTime: 10,
		"Calibration " + record.UnitKernel: 2 * kernels, "Bandwidth " + record.UnitTime: 2 * min(2, runtime.GOMAXPROCS(0)),
	} {
		if seen[what] != want {
			t.Errorf("%s: %d values, want %d", what, seen[what], want)
		}
	}
}
