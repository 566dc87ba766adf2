//go:build unix

package pass

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/pprof/profile"
	"golang.org/x/exp/trace"

	"poolbench/bench/arm"
	"poolbench/bench/arm/inproc"
	"poolbench/bench/arm/probe"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/executors/process"
	"poolbench/workloads"
)

// spinning is an arm of spin, and what it is told to a pass.
func spinning(t *testing.T, kind executors.Kind, grain, span time.Duration) (context.Context, arm.Arm, *[]record.Warning) {
	t.Helper()
	if kind.Check != nil {
		if err := kind.Check(); err != nil {
			t.Skip(err)
		}
	}
	grid := inproc.Grid{Workloads: []workloads.Workload{workloads.Spin}, Executors: []executors.Kind{kind}, Workers: []int{2}, Grains: []time.Duration{grain}}
	session, err := grid.Source().Open(t.Context(), arm.Setup{Seed: 1, Dir: t.TempDir(), Tell: func(string, any) {},
		Calibrate: func(_ string, timed func(int64) float64) (record.Calibration, error) { return probe.Calibrate(timed) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	})
	point := record.GridPoint(kind.Name, "spin", 2, grain)
	a, err := session.Arm(t.Context(), point)
	if err != nil {
		t.Fatal(err)
	}
	var told []record.Warning
	return With(t.Context(), About{Point: point, Time: span, Tell: func(w record.Warning) { told = append(told, w) }}), a, &told
}

func around(t *testing.T, p Pass, ctx context.Context, a arm.Arm) (arm.Slice, []Artefact) {
	t.Helper()
	s, artefacts, err := p.Around(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return s, artefacts
}

// A profile of worker processes holds their samples, labelled; all that was measured is in
// it, and go tool pprof opens it and cuts it. -long has 2,000 samples and the bar
// of 5 %.
func TestProfileOfProcesses(t *testing.T) {
	span, least, within := time.Second, 10, 0.5
	if *long {
		span, least, within = 20*time.Second, 2000, 0.05
	}
	ctx, a, told := spinning(t, process.Kind, 100*time.Microsecond, span)
	s, artefacts := around(t, CPU, ctx, a)
	if len(artefacts) != 1 || artefacts[0].Name != "cpu.pb.gz" || len(*told) > 0 {
		t.Fatalf("%d artefacts, told %v", len(artefacts), *told)
	}
	p, err := profile.ParseData(artefacts[0].Content)
	if err != nil {
		t.Fatal(err)
	}
	var samples, ns int64
	workers, stages := map[string]bool{}, map[string]int64{}
	for _, x := range p.Sample {
		samples, ns = samples+x.Value[0], ns+x.Value[1]
		workers[x.Label["worker"][0]] = true
		if st := x.Label["stage"]; st != nil {
			stages[st[0]] += x.Value[1]
		}
		for axis, want := range map[string]string{"executor": "processes", "workload": "spin", "workers": "2", "grain": "100000"} {
			if got := x.Label[axis]; !slices.Equal(got, []string{want}) {
				t.Fatalf("label %s is %v", axis, got)
			}
		}
	}
	if len(workers) < 2 || samples < int64(least) || 2*stages["run"] < ns {
		t.Errorf("%d samples of workers %v, stages %v of %d", samples, workers, stages, ns)
	}
	// What the profile adds up to, and what the system says of all processes.
	measured := (s.Values[record.UnitUser] + s.Values[record.UnitSystem])
	t.Logf("%d samples, %.3f s of CPU; %d slices of %.6f s", samples, float64(ns)/1e9, s.Iterations, measured)
	if total := float64(s.Iterations) * measured; total <= 0 || float64(ns)/1e9 < total*(1-within) || float64(ns)/1e9 > total*(1+within) {
		t.Errorf("the profile has %.3f s, and the system %.3f s", float64(ns)/1e9, total)
	}

	path := filepath.Join(t.TempDir(), "cpu.pb.gz")
	if err := os.WriteFile(path, artefacts[0].Content, 0o600); err != nil {
		t.Fatal(err)
	}
	for tag, want := range map[string]bool{"executor=processes": true, "executor=goroutines": false} {
		text, err := exec.Command("go", "tool", "pprof", "-top", "-tagfocus="+tag, path).CombinedOutput()
		if has := strings.Contains(string(text), "xorshift"); err != nil || has != want {
			t.Errorf("pprof -tagfocus=%s: %v\n%s", tag, err, text)
		}
	}
}

// allocated is 16 MB that are no part of a slice.
//
//go:noinline
func allocated() [][]byte {
	out := make([][]byte, 0, 4096)
	for range cap(out) {
		out = append(out, make([]byte, 4096))
	}
	return out
}

// Each profile of totals has what came during the pass alone.
func TestTotalsAreDifferences(t *testing.T) {
	before := allocated()
	ctx, a, _ := spinning(t, executors.Goroutines, 20*time.Microsecond, 50*time.Millisecond)
	for _, p := range []Pass{Heap, Mutex, Block} {
		_, artefacts := around(t, p, ctx, a)
		got, err := profile.ParseData(artefacts[0].Content)
		if err != nil || artefacts[0].Name != p.Name+".pb.gz" {
			t.Fatal(err)
		}
		for _, s := range got.Sample {
			if slices.Min(s.Value) < 0 || s.Label["executor"] == nil {
				t.Errorf("%s: %v %v", p.Name, s.Value, s.Label)
			}
			for _, l := range s.Location {
				for _, line := range l.Line {
					if strings.Contains(line.Function.Name, "pass.allocated") {
						t.Errorf("what was allocated before is in the profile: %v", s.Value)
					}
				}
			}
		}
	}
	if len(before) == 0 {
		t.Error("nothing was allocated")
	}
}

// The trace is one that x/exp/trace reads to its end, of each process.
func TestTraceIsRead(t *testing.T) {
	ctx, a, told := spinning(t, process.Kind, 100*time.Microsecond, time.Hour)
	_, artefacts := around(t, Trace, ctx, a)
	if len(artefacts) != 3 || len(*told) > 0 {
		t.Fatalf("%d artefacts, told %v", len(artefacts), *told)
	}
	for _, file := range artefacts {
		r, err := trace.NewReader(bytes.NewReader(file.Content))
		events := 0
		for err == nil {
			if _, err = r.ReadEvent(); err == nil {
				events++
			}
		}
		if !errors.Is(err, io.EOF) || events < 10 {
			t.Errorf("%s: %d events, %v", file.Name, events, err)
		}
	}
}

// What is counted is there, and what is not there is said, once and in one line each.
func TestCounters(t *testing.T) {
	for _, kind := range []executors.Kind{executors.Goroutines, process.Kind} {
		ctx, a, told := spinning(t, kind, 100*time.Microsecond, 100*time.Millisecond)
		s, artefacts := around(t, Counters, ctx, a)
		if len(artefacts) > 0 {
			t.Error(artefacts[0].Name)
		}
		for _, unit := range []string{record.UnitUser, record.UnitPeakRSS, record.UnitThreads, record.UnitVoluntary, record.UnitGCCycles, record.UnitAllocs, record.UnitRunnable} {
			if _, ok := s.Values[unit]; !ok {
				t.Errorf("%s: no %s in %v", kind.Name, unit, s.Values)
			}
		}
		for _, w := range *told {
			if w.What == "" || strings.Contains(w.What, "\n") {
				t.Errorf("%q", w.What)
			}
		}
		_, steal := s.Values[record.UnitSteal]
		_, events := s.Values[record.UnitCycles]
		says := func(topic, word string) bool {
			return slices.ContainsFunc(*told, func(w record.Warning) bool { return w.Topic == topic && strings.Contains(w.What, word) })
		}
		if steal == says("counters", "host took") || events == says("perf", "ardware") {
			t.Errorf("%s: %v, told %v", kind.Name, s.Values, *told)
		}
	}
}

// What is done between slices is no part of what they used: an arm that collects garbage
// before each of its slices collects none in them.
func TestCountersAreOfSlices(t *testing.T) {
	ctx, a, _ := spinning(t, executors.Goroutines, 100*time.Microsecond, 100*time.Millisecond)
	s, _ := around(t, Counters, ctx, &collector{Arm: a})
	if s.Iterations < 2 || s.Values[record.UnitGCCycles] > 0.5 {
		t.Errorf("%v collections in each of %d slices", s.Values[record.UnitGCCycles], s.Iterations)
	}
}

// A collector is an arm that collects garbage before its executor is ready.
type collector struct{ arm.Arm }

func (c *collector) Computes() bool { return true }

func (c *collector) SliceOn(ctx context.Context, wrap arm.Wrap) (arm.Slice, error) {
	runtime.GC()
	return c.Arm.(arm.OnExecutor).SliceOn(ctx, wrap)
}

// Of a worker that is killed while it is profiled the others' part is kept, and it is said.
func TestWorkerKilledWhileProfiled(t *testing.T) {
	for _, p := range []Pass{CPU, Heap, Counters} {
		ctx, a, told := spinning(t, process.Kind, 100*time.Microsecond, 300*time.Millisecond)
		killing := &killer{Arm: a}
		_, artefacts, err := p.Around(ctx, killing)
		if killing.pid == 0 {
			t.Fatal("nobody was killed")
		}
		if !slices.ContainsFunc(*told, func(w record.Warning) bool { return strings.Contains(w.What, "orker process") }) {
			t.Errorf("%s: told %v, %v", p.Name, *told, err)
		}
		if p.Name == "counters" {
			continue
		}
		got, err := profile.ParseData(artefacts[0].Content)
		if err != nil || len(got.Sample) == 0 {
			t.Errorf("%s: %v, %v", p.Name, got, err)
		}
	}
}

// A killer is an arm that kills a worker within its second slice.
type killer struct {
	arm.Arm
	slices, pid int
}

func (k *killer) Computes() bool { return true }

func (k *killer) SliceOn(ctx context.Context, wrap arm.Wrap) (arm.Slice, error) {
	k.slices++
	return k.Arm.(arm.OnExecutor).SliceOn(ctx, func(ex executors.Executor) (executors.Executor, func()) {
		wrapped, over := wrap(ex)
		if pool, ok := executors.As[*process.Pool](ex); ok && k.slices == 2 {
			k.pid = pool.Pids()[0]
			syscall.Kill(k.pid, syscall.SIGKILL)
			for slices.Contains(pool.Pids(), k.pid) {
				time.Sleep(time.Millisecond)
			}
		}
		return wrapped, over
	})
}

// One file holds all points, and of what cannot be merged each has its own.
func TestCollection(t *testing.T) {
	var c Collection
	for i, kind := range []executors.Kind{executors.Goroutines, executors.Spawn} {
		ctx, a, _ := spinning(t, kind, 100*time.Microsecond, 200*time.Millisecond)
		_, artefacts := around(t, CPU, ctx, a)
		for _, x := range append(artefacts, Artefact{"trace.out", []byte{byte(i)}}, Artefact{"trace.out", nil}) {
			if err := c.Add(kind.Name+".", x); err != nil {
				t.Fatal(err)
			}
		}
	}
	var names []string
	executorsSeen := map[string]bool{}
	for _, f := range c.Files() {
		if names = append(names, f.Name); strings.HasSuffix(f.Name, ".out") {
			if len(f.Content) != 1 {
				t.Error("the first trace is gone")
			}
			continue
		}
		p, err := profile.ParseData(f.Content)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Sample {
			executorsSeen[s.Label["executor"][0]] = true
		}
	}
	if want := []string{"cpu.pb.gz", "goroutines.trace.out", "spawn.trace.out"}; !slices.Equal(names, want) || len(executorsSeen) != 2 {
		t.Errorf("%v, %v", names, executorsSeen)
	}
	if err := c.Add("", Artefact{"cpu.pb.gz", []byte("no profile")}); err == nil {
		t.Error("what is no profile was merged")
	}
}
