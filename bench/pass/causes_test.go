package pass

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"runtime"
	"runtime/metrics"
	"sync"
	"testing"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/arm/probe"
	costs "poolbench/bench/planted"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/reports"
	"poolbench/workloads"
)

// A cause that is planted: work on a pool where that is what time is lost to.
type plant struct {
	cause   string
	work    workloads.Workload
	kind    executors.Kind
	workers int
	tasks   int
	grain   time.Duration
	beside  func() (end func()) // runs beside the pool, not beside the plain loop; may be nil
}

// Each planted cause is named first in at least 9 of 10 runs, and its share is sure.
func TestPlantedCauses(t *testing.T) {
	if !*long {
		t.Skip("measures for minutes; -long runs it")
	}
	const runs = 10
	for _, p := range plants(t) {
		t.Run(p.cause, func(t *testing.T) {
			named := map[string]int{}
			for range runs {
				l := p.loss(t)
				name := "nothing"
				if len(l.Blamed) > 0 {
					name = fmt.Sprint(l.Blamed[0].Cause.Name)
				}
				if !l.Sure {
					name = "cannot tell, " + name
				}
				named[name]++
				t.Logf("%v", reports.Where.Answer(p.last).Sentences[0].Text)
			}
			t.Logf("named first: %v", named)
			if named[p.cause] < runs-1 {
				t.Errorf("%s was named first in %d of %d runs: %v", p.cause, named[p.cause], runs, named)
			}
		})
	}
}

// What passes find agrees with the model of what was planted, in virtual time or not, is
// within 5 points: a straggler that has half of the tasks of 8 workers, and does nothing else.
func TestPlantedEfficiencies(t *testing.T) {
	if !*long {
		t.Skip("measures for seconds; -long runs it")
	}
	for _, p := range plants(t) {
		if p.cause != "imbalance" {
			continue
		}
		p.loss(t)
		e := reports.Efficiencies(p.last)[0]
		for name, x := range map[string][2]float64{"load balance": {e.Balance.Value, 0.25}, "scheduling": {e.Scheduling.Value, 1},
			"computation": {e.Computation.Value, 1}, "global": {e.Global.Value, 0.25}, "global, against the measured": {e.Global.Value, e.Measured.Value}} {
			if math.Abs(x[0]-x[1]) > 0.05 {
				t.Errorf("%s is %v, planted %v", name, x[0], x[1])
			}
		}
	}
}

// planting is a plant with the last Set that was measured.
type planting struct {
	plant
	last *reports.Set
}

func plants(t *testing.T) []*planting {
	t.Helper()
	c, err := calibration()
	if err != nil {
		t.Fatal(err)
	}
	spend := costs.Spin(workloads.Spin.Kernel, func(d time.Duration) int64 { return probe.Units(c, d) })
	var mu sync.Mutex
	locked := func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		spend(d)
	}
	const µs, ms = time.Microsecond, time.Millisecond
	return []*planting{
		{plant: plant{cause: "a lock", work: workloads.Spin, kind: costs.On(executors.Goroutines, "locked", 300*µs, locked), workers: 2, tasks: 400, grain: 100 * µs}},
		{plant: plant{cause: "dispatch", work: workloads.Spin, kind: costs.Pool("slow", costs.Costs{Dispatch: 300 * µs}, spend), workers: 2, tasks: 48, grain: 100 * µs}},
		{plant: plant{cause: "imbalance", work: workloads.Sleep, kind: costs.Pool("straggler", costs.Costs{Share: 0.5}, spend), workers: 8, tasks: 32, grain: 2 * ms}},
		{plant: plant{cause: "garbage collection", work: storm, kind: executors.Goroutines, workers: 2, tasks: 1024, grain: 200 * µs}},
		{plant: plant{cause: "starvation", work: workloads.Sleep, kind: executors.Goroutines, workers: 2, tasks: 8, grain: 2 * ms, beside: func() func() { return hogs(spend) }}},
		{plant: plant{cause: "start-up", work: workloads.Spin, kind: pools(spend, 300*µs), workers: 2, tasks: 32, grain: 200 * µs}},
		{plant: plant{cause: "oversubscription", work: workloads.Spin, kind: executors.Goroutines, workers: 8 * runtime.NumCPU(), tasks: 16 * runtime.NumCPU(), grain: 500 * µs}},
	}
}

// storm allocates what it does not keep for long.
var storm = workloads.Workload{Name: "storm", Doc: "allocates", Resource: workloads.CPU, Kernel: workloads.Spin.Kernel,
	New: func(p workloads.Params) (workloads.Job, error) {
		return workloads.Batch[uint64, int]{Task: stormTask,
			Input: func(_ int, seed uint64) (uint64, int) { return seed, 3000 }, Check: workloads.Equal[int]}.Job(p)
	}}

type leaf struct{ next, other *leaf }

// kept makes the collector's work more than it takes to allocate.
var kept = make([]*leaf, 1<<18)

var stormTask = workloads.Define("pass.storm", func(_ context.Context, seed uint64) (int, error) {
	n := 0
	for i := range 3000 {
		l := &leaf{next: &leaf{}}
		if kept[(seed+uint64(i)*7919)%uint64(len(kept))] = l; l.next != nil {
			n++
		}
	}
	return n, nil
})

// hogs compute on all CPUs until they are ended.
func hogs(spend costs.Spend) (end func()) {
	stop := make(chan struct{})
	var group sync.WaitGroup
	for range 2 * runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					spend(20 * time.Millisecond)
				}
			}
		})
	}
	return func() { close(stop); group.Wait() }
}

// pools starts a pool for each task, whose start costs a time.
func pools(spend costs.Spend, start time.Duration) executors.Kind {
	return executors.Kind{Name: "pools", Doc: "a pool for each task", New: func(o executors.Options) (executors.Executor, error) {
		ex, err := executors.Goroutines.New(o)
		return &poolEach{Executor: ex, start: func() { spend(start) }}, err
	}}
}

type poolEach struct {
	executors.Executor
	start func()
	group sync.WaitGroup
}

func (p *poolEach) Submit(t executors.Task) error {
	p.start()
	ex, err := executors.Threads.New(executors.Options{Workers: p.Workers()})
	if err != nil {
		return err
	}
	if err := ex.Submit(t); err != nil {
		return err
	}
	p.group.Go(func() { _ = ex.Shutdown(context.Background()) }) // which waits for the task
	return nil
}

func (p *poolEach) Shutdown(ctx context.Context) error {
	p.group.Wait()
	return p.Executor.Shutdown(ctx)
}

// loss measures the plant: plain slices, then those of the passes.
func (p *planting) loss(t *testing.T) reports.Loss {
	t.Helper()
	var out bytes.Buffer
	rw := record.NewWriter(&out, []record.Field{{Key: "goos", Value: runtime.GOOS}})
	rw.Fact("run", "1")
	rw.Fact("cores", runtime.NumCPU())
	rw.Fact("workload", record.Workload{Name: p.work.Name, Resource: string(p.work.Resource)})
	const blocks = 8
	put := func(point record.Point, s arm.Slice, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		s.Values[record.UnitTime] = s.Time
		if err := rw.Result(record.Result{Point: point, Values: s.Values}); err != nil {
			t.Fatal(err)
		}
	}
	serial := record.GridPoint(record.Serial, p.work.Name, 1, p.grain)
	pool := record.GridPoint(p.kind.Name, p.work.Name, p.workers, p.grain)
	for b := range blocks {
		rw.Block(b + 1)
		s, err := p.arm(executors.Serial, 1).Slice(t.Context())
		put(serial, s, err)
		end := func() {}
		if p.beside != nil {
			end = p.beside()
		}
		s, err = p.arm(p.kind, p.workers).Slice(t.Context())
		put(pool, s, err)
		rw.Block(blocks + b + 1)
		s, _, err = Stages.Around(t.Context(), p.arm(p.kind, p.workers))
		put(pool.With(record.AxisPass, Stages.Name), s, err)
		s, err = runtimeCounted(t.Context(), p.arm(p.kind, p.workers))
		put(pool.With(record.AxisPass, "counters"), s, err)
		end()
	}
	rec, err := record.Read(&out, "planted.txt")
	if err != nil {
		t.Fatal(err)
	}
	p.last = reports.NewSet(rec)
	all := reports.Losses(p.last)
	if len(all) != 1 {
		t.Fatalf("%d losses of %s", len(all), pool.Name())
	}
	return all[0]
}

// runtimeCounted is a slice with the counters of the runtime read before and after.
func runtimeCounted(ctx context.Context, a arm.Arm) (arm.Slice, error) {
	before := read()
	s, err := a.Slice(ctx)
	after := read()
	if err == nil {
		for unit := range after {
			s.Values[unit] = max(0, after[unit]-before[unit])
		}
		cpu := s.Values[record.UnitUser]
		s.Values[record.UnitGCShare] = min(1, s.Values[record.UnitGCShare]/max(cpu, 1e-9))
	}
	return s, err
}

func read() map[string]float64 {
	names := []string{"/sync/mutex/wait/total:seconds", "/cpu/classes/gc/total:cpu-seconds", "/cpu/classes/total:cpu-seconds", "/cpu/classes/idle:cpu-seconds", "/sched/latencies:seconds"}
	samples := make([]metrics.Sample, len(names))
	for i, name := range names {
		samples[i].Name = name
	}
	runtime.GC() // which brings the classes of CPU time up to date; slices have to be much longer
	metrics.Read(samples)
	latency, runnable := samples[4].Value.Float64Histogram(), 0.0
	for i, n := range latency.Counts {
		low, high := latency.Buckets[i], latency.Buckets[i+1]
		if math.IsInf(low, 0) {
			low = 0
		}
		if math.IsInf(high, 0) {
			high = low
		}
		runnable += float64(n) * (low + high) / 2
	}
	return map[string]float64{record.UnitMutexWait: samples[0].Value.Float64(), record.UnitGCShare: samples[1].Value.Float64(),
		record.UnitUser: samples[2].Value.Float64() - samples[3].Value.Float64(), record.UnitRunnable: runnable}
}

var _ arm.OnExecutor = (*plantedArm)(nil)

// A plantedArm has an executor for each slice.
type plantedArm struct {
	plant
	kind    executors.Kind
	workers int
}

func (p *planting) arm(kind executors.Kind, workers int) *plantedArm {
	return &plantedArm{p.plant, kind, workers}
}

func (a *plantedArm) Slice(ctx context.Context) (arm.Slice, error) { return a.SliceOn(ctx, nil) }
func (a *plantedArm) Close() error                                 { return nil }
func (a *plantedArm) Computes() bool                               { return a.work.Resource == workloads.CPU }

func (a *plantedArm) SliceOn(ctx context.Context, wrap func(executors.Executor) executors.Executor) (s arm.Slice, err error) {
	c, err := calibration()
	if err != nil {
		return s, err
	}
	job, err := a.work.New(workloads.Params{Tasks: a.tasks, Grain: a.grain, Units: max(1, probe.Units(c, a.grain)), Seed: 1})
	if err != nil {
		return s, err
	}
	defer job.Close()
	own, err := a.kind.New(executors.Options{Workers: a.workers})
	if err != nil {
		return s, err
	}
	defer own.Shutdown(context.Background())
	ex := own
	if err := job.Run(ctx, own); err != nil { // warm
		return s, err
	}
	if wrap != nil {
		ex = wrap(own)
	}
	begin := time.Now()
	if err := job.Run(ctx, ex); err != nil {
		return s, err
	}
	s.Time = time.Since(begin).Seconds()
	s.Values = map[string]float64{record.UnitTasks: float64(a.tasks)}
	return s, job.Check()
}
