package driver

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"poolbench/bench/record"
	"poolbench/workloads"
)

// like is a runtime that says it has some executors, each with all workloads.
func like(name string, executors ...offering) *Runtime {
	r := &Runtime{Language: Python, Name: name, Path: "/" + name, hello: hello{Protocol: 1, Runtime: name}}
	for _, o := range executors {
		o.Workloads = []string{"spin", "sleep", "tiny", "sqlquery", functionWorkload}
		r.hello.Executors = append(r.hello.Executors, o)
	}
	return r
}

var usual = []offering{{Name: "python-serial"}, {Name: "python-threads"}, {Name: "python-processes", Starts: []string{"forkserver", "fork", "spawn"}},
	{Name: "python-interpreters", Unavailable: "too old"}}

func TestGridPoints(t *testing.T) {
	one, two := like("cpython-3.11.7", usual...), like("cpython-3.14.0t", usual[:2]...)
	const tail = "/runtime=cpython-3.11.7"
	for name, test := range map[string]struct {
		grid Grid
		want []string // without "Grid/executor=python-"
	}{
		"chunks leave each worker one": {Grid{Runtimes: []*Runtime{one}, Executors: []string{"python-threads"}, Workloads: []string{"spin"}, Workers: []int{2}, Chunks: []int{1, 100, 1000}, Grains: []time.Duration{16 * time.Microsecond, time.Millisecond}}, []string{
			"serial/workload=spin/workers=1/grain=16000" + tail, "threads/workload=spin/workers=2/grain=16000" + tail, "threads/workload=spin/workers=2/grain=16000/chunk=100" + tail, "threads/workload=spin/workers=2/grain=16000/chunk=1000" + tail,
			"serial/workload=spin/workers=1/grain=1000000" + tail, "threads/workload=spin/workers=2/grain=1000000" + tail}},
		"start methods": {Grid{Runtimes: []*Runtime{one}, Executors: []string{"python-processes"}, Workloads: []string{"sleep"}, Workers: []int{2}, Starts: []string{"spawn", "forkserver"}}, []string{
			"serial/workload=sleep/workers=1/grain=10000000" + tail, "processes/workload=sleep/workers=2/grain=10000000" + tail, "processes/workload=sleep/workers=2/grain=10000000" + tail + "/start=spawn"}},
		"largest grain with all workers": {Grid{Runtimes: []*Runtime{one}, Executors: []string{"python-threads"}, Workloads: []string{"spin"}, Workers: []int{1, 2}, SweepWorkers: 2, Grains: []time.Duration{time.Millisecond, 2 * time.Millisecond}}, []string{
			"serial/workload=spin/workers=1/grain=1000000" + tail, "threads/workload=spin/workers=2/grain=1000000" + tail,
			"serial/workload=spin/workers=1/grain=2000000" + tail, "threads/workload=spin/workers=1/grain=2000000" + tail, "threads/workload=spin/workers=2/grain=2000000" + tail}},
		"two runtimes, one without processes": {Grid{Runtimes: []*Runtime{one, two}, Executors: []string{"python-processes"}, Workloads: []string{"tiny"}, Workers: []int{2}, Chunks: []int{10}}, []string{
			"serial/workload=tiny/workers=1/grain=0" + tail, "processes/workload=tiny/workers=2/grain=0/chunk=10" + tail,
			"serial/workload=tiny/workers=1/grain=0/payload=4096" + tail, "processes/workload=tiny/workers=2/grain=0/payload=4096/chunk=10" + tail,
			"serial/workload=tiny/workers=1/grain=0/runtime=cpython-3.14.0t", "serial/workload=tiny/workers=1/grain=0/payload=4096/runtime=cpython-3.14.0t"}},
		"units": {Grid{Runtimes: []*Runtime{one}, Executors: []string{"python-threads"}, Workloads: []string{"spin"}, Workers: []int{2}, Grains: []time.Duration{time.Millisecond}, Units: true}, []string{
			"serial/workload=spin/workers=1/grain=1000000" + tail, "threads/workload=spin/workers=2/grain=1000000" + tail,
			"serial/workload=spin/workers=1/grain=0/units=10000" + tail, "threads/workload=spin/workers=2/grain=0/units=10000" + tail}},
		"a function": {Grid{Runtimes: []*Runtime{one}, Executors: []string{"python-threads"}, Workers: []int{2}, Chunks: []int{1, 10, 100}, Function: &Function{Module: "a.b", Name: "c", Count: 20}}, []string{
			"serial/workload=a.b:c/workers=1/grain=0" + tail, "threads/workload=a.b:c/workers=2/grain=0" + tail, "threads/workload=a.b:c/workers=2/grain=0/chunk=10" + tail}},
	} {
		points, err := test.grid.Source().Points()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var got []string
		facts := record.Facts{Sources: []record.Source{{Baseline: "python-serial", Executors: []string{"python-serial", "python-threads", "python-processes"}}}}
		for _, p := range points {
			got = append(got, strings.TrimPrefix(p.Name(), "Grid/executor=python-"))
			if err := p.Check(); err != nil || !slices.Contains(points, facts.Baseline(p)) {
				t.Errorf("%s: %v; the baseline of %s is %s", name, err, p.Name(), facts.Baseline(p).Name())
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(test.want, "\n"))
		}
	}
}

func TestGridRefuses(t *testing.T) {
	r := like("cpython-3.11.7", usual...)
	for want, g := range map[string]Grid{
		"no runtimes":         {Workers: []int{1}},
		"no executor x":       {Runtimes: []*Runtime{r}, Executors: []string{"x"}, Workers: []int{1}},
		"too old":             {Runtimes: []*Runtime{r}, Executors: []string{"python-interpreters"}, Workers: []int{1}},
		"no workload x":       {Runtimes: []*Runtime{r}, Workloads: []string{"x"}, Workers: []int{1}},
		"must be at least 1":  {Runtimes: []*Runtime{r}, Workers: []int{0}},
		"worker counts []":    {Runtimes: []*Runtime{r}},
		"chunks [0]":          {Runtimes: []*Runtime{r}, Workers: []int{1}, Chunks: []int{0}},
		"cannot run function": {Runtimes: []*Runtime{{Language: &Language{Name: "x"}}}, Workers: []int{1}, Function: &Function{}},
	} {
		if _, err := g.Source().Points(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestHelloAndRunAreChecked(t *testing.T) {
	for want, h := range map[string]hello{
		"version 2 of the protocol": {Protocol: 2, Runtime: "x-1.0"},
		"version 0 of the protocol": {Runtime: "x-1.0"},
		"calls its runtime \"\"":    {Protocol: 1},
		"calls its runtime \"X 1":   {Protocol: 1, Runtime: "X 1"},
		"no -digits at the end":     {Protocol: 1, Runtime: "node-20"},
	} {
		if err := h.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", h, err, want)
		}
	}
	if err := (hello{Protocol: 1, Runtime: "cpython-3.14.0t"}).check(); err != nil {
		t.Error(err)
	}
	good := ran{Elapsed: 1, Answers: "a", TaskSec: 0.25, Timed: 4}
	for want, change := range map[string]func(*ran){
		"":               func(*ran) {},
		"is no time":     func(r *ran) { r.Elapsed = 0 },
		"had passed":     func(r *ran) { r.Elapsed = 3 },
		"with its parts": func(r *ran) { r.WaitPart = 2 },
		"5 of 4 tasks":   func(r *ran) { r.Timed = 5 },
		"took 0 s each":  func(r *ran) { r.TaskSec = 0 },
		"took 3 s each":  func(r *ran) { r.TaskSec = 3 },
		"wrong answer":   func(r *ran) { r.Answers = "b" },
	} {
		r := good
		change(&r)
		if err := r.checkRun(2, 4, "a"); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", r, err, want)
		}
	}
}

// What drivers must answer is what our own workloads answer.
func TestAnswersAreThoseOfOurWorkloads(t *testing.T) {
	for _, units := range []int64{1, 7, 1000} {
		w := &work{Units: units}
		if got, want := answerOf["spin"](golden, w), workloads.Spin.Kernel(units); got != want {
			t.Errorf("spin of %d: %#x, want %#x", units, got, want)
		}
		if got, want := answerOf["montecarlo"](golden, w)^golden, workloads.MonteCarlo.Kernel(units); got != want {
			t.Errorf("montecarlo of %d: %d, want %d", units, got, want)
		}
	}
	seen := map[uint64]bool{}
	for _, s := range seeds(math.MaxUint64, 2000) {
		if s == 0 || seen[s] {
			t.Errorf("seed %#x", s)
		}
		seen[s] = true
	}
	if _, err := answers(&work{Workload: "x"}); err == nil {
		t.Error("there is an answer to x")
	}
}

func TestTimesFor(t *testing.T) {
	for _, test := range []struct {
		seconds float64
		most    int
		want    int
	}{{1, 100, 1}, {0.01, 100, 1}, {0.006, 100, 2}, {0.001, 100, 16}, {0.001, 10, 8}, {1e-9, 100, 64}, {1e-9, 0, 1}, {0, 4, 4}} {
		if got := timesFor(test.seconds, 0.01, test.most); got != test.want {
			t.Errorf("%v s, at most %d times: %d, want %d", test.seconds, test.most, got, test.want)
		}
	}
}

func TestNewFunction(t *testing.T) {
	inputs := filepath.Join(t.TempDir(), "in.jsonl")
	if err := os.WriteFile(inputs, []byte("1\n\n  {\"a\": [null]}  \n\"x\""), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"m:f": "m:f", "a.b_1:C.f": "a.b_1:C.f", "m": "", "m:": "", ":f": "", "m:f:g": "", "../m:f": "", "m:f()": "", "m f:g": "", "a..b:f": ""} {
		f, err := NewFunction(name, inputs)
		if (err == nil) != (want != "") || err == nil && (f.String() != want || f.Count != 3 || f.Inputs != inputs) {
			t.Errorf("%q: %+v, %v", name, f, err)
		}
	}
}
