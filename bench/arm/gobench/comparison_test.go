package compare

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/bench/compare/build"
	"poolbench/bench/record"
	"poolbench/executors/affinity"
)

// fixture is a test binary of testdata/fixture that can be stepped, built once.
var fixture = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "fixture-")
	if err != nil {
		return "", err
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", err
	}
	overlay, err := build.Overlay(dir, strings.TrimSpace(string(goroot)))
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "fixture.test")
	cmd := exec.Command("go", "test", "-c", "-trimpath", "-overlay="+overlay, "-o", path, ".")
	cmd.Dir = filepath.Join("testdata", "fixture")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := fixture(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

func newMeasurer(t *testing.T, c Config, plain bool) *Measurer {
	t.Helper()
	path, err := fixture()
	if err != nil {
		t.Fatal(err)
	}
	builds, err := build.Prebuilt([]string{path}, []string{path}, "testdata/fixture")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { builds.Close() })
	if !builds.Stepped {
		t.Skip("benchmarks cannot be stepped here")
	}
	builds.Stepped = !plain
	if c.Same == 0 {
		c.Same, c.Canaries = -1, -1
	}
	return New(builds, c)
}

// blocks declares and measures n blocks of everything.
func blocks(t *testing.T, m *Measurer, n int) (declared []record.Declared, out []record.PairBlock) {
	t.Helper()
	declared, err := m.Declare(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all []record.Subject
	for _, d := range declared {
		all = append(all, d.Subject)
	}
	err = m.Run(t.Context(), time.Now().Add(time.Hour), func() []record.Subject {
		if len(out) == n {
			return nil
		}
		return all
	}, func(b record.PairBlock) error {
		out = append(out, b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return declared, out
}

func dump(p record.Pair) string {
	return fmt.Sprintf("%s: %d iterations, base %v %q, head %v %q, %v", p.Name, p.Iterations, p.Base, p.BaseError, p.Head, p.HeadError, p.Extra)
}

func pairsByName(b record.PairBlock) map[string]record.Pair {
	pairs := map[string]record.Pair{}
	for _, p := range b.Pairs {
		pairs[p.Name] = p
	}
	return pairs
}

const good = "^Benchmark(Loop|N|Allocates|Sub|Timers|Parallel|Metrics|MetricsN|Prepared|Slow|Garbage|Reversed|LoopThenRun)$"

// One benchmark of several whose names begin alike is measured without the others: the
// pattern for A/b makes package testing run A, and A/b/c.
func TestNameWithinNames(t *testing.T) {
	for pattern, want := range map[string][]string{
		"^BenchmarkPrefix$/^a$/^b$":      {"Prefix/a/b-2", "Prefix/a/b/c-2"},
		"^BenchmarkPrefix$/^a$/^b$/^c$":  {"Prefix/a/b/c-2"},
		"BenchmarkPrefix/a|Prefix/a/b/c": {"Prefix/a-2", "Prefix/a/b-2", "Prefix/a/b/c-2"},
	} {
		m := newMeasurer(t, Config{Bench: pattern, CPU: []int{2}, Chunk: 300 * time.Microsecond, Chunks: 2}, false)
		declared, err := m.Declare(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, d := range declared {
			names = append(names, d.Name)
		}
		if !slices.Equal(names, want) {
			t.Errorf("%s: declared %q, want %q", pattern, names, want)
			continue
		}
		for _, d := range declared {
			b, err := m.block(t.Context(), 1, []record.Subject{d.Subject})
			if err != nil || len(b.Pairs) != 1 || b.Pairs[0].Subject != d.Subject || len(b.Pairs[0].Base) == 0 {
				t.Errorf("%s: %s alone: %v, %+v", pattern, d.Name, err, b.Pairs)
			}
		}
	}
}

func TestNamesAtEachGOMAXPROCS(t *testing.T) {
	m := newMeasurer(t, Config{Bench: "^BenchmarkProcs$", CPU: []int{1, 2}, Chunk: 300 * time.Microsecond, Chunks: 2}, false)
	declared, out := blocks(t, m, 1)
	var names []string
	for _, d := range declared {
		names = append(names, d.Name)
	}
	if want := []string{"Procs/procs=1", "Procs/procs=2-2"}; !slices.Equal(names, want) {
		t.Errorf("declared %q, want %q", names, want)
	}
	for _, p := range out[0].Pairs {
		if p.BaseError+p.HeadError != "" || len(p.Base) == 0 {
			t.Error(dump(p))
		}
	}
}

// A stepped process takes 5 % longer when it is told to, with b.Loop and with b.N.
func TestTakeLonger(t *testing.T) {
	const sleep = 30e6 // ns, of an iteration
	m := newMeasurer(t, Config{Bench: "^Benchmark(Slow|SlowN)$", CPU: []int{2}, Chunk: time.Millisecond, Chunks: 1}, false)
	if _, err := m.Declare(t.Context()); err != nil || len(m.order) != 2 {
		t.Fatal(err, len(m.order))
	}
	err := m.walk(t.Context(), m.order, 0, visitor{
		visit: func(subject *target, arms [2]arm, _ time.Duration) (failures [2]error) {
			var c chunk
			for s, a := range arms {
				if c, failures[s] = a.run(1, takeLonger); c.ns < 1.05*sleep {
					t.Errorf("%s took %v ns", subject.function, c.ns)
				}
			}
			return failures
		},
		finished: func(*target, [2]map[string]float64) {},
	})
	if err != nil {
		t.Error(err)
	}
}

// Both builds find what the first process left for them.
func TestSharedDir(t *testing.T) {
	m := newMeasurer(t, Config{Bench: "^BenchmarkShared$", CPU: []int{2}, Chunk: 300 * time.Microsecond, Chunks: 2}, false)
	_, out := blocks(t, m, 2)
	first := out[0].Pairs[0].Extra["first"]
	if first[0] == 0 || first[0] != first[1] || first != out[1].Pairs[0].Extra["first"] {
		t.Errorf("%s, then %s", dump(out[0].Pairs[0]), dump(out[1].Pairs[0]))
	}
}

func TestGoodBenchmarks(t *testing.T) {
	if testing.Short() {
		t.Skip("many processes")
	}
	m := newMeasurer(t, Config{Bench: good, CPU: []int{2}, Chunk: 300 * time.Microsecond, Chunks: 4}, false)
	declared, out := blocks(t, m, 2)
	var names []string
	for _, d := range declared {
		names = append(names, d.Name)
		if !d.InBase || !d.InHead || d.Role != record.Judged {
			t.Errorf("%+v", d)
		}
	}
	want := []string{"Loop-2", "N-2", "Allocates-2", "Sub/n=1/deep-2", "Sub/n=10/deep-2", "Sub/same-2", "Sub/same#01-2", "Reversed/a/b-2", "Reversed/a-2", "LoopThenRun/sub-2",
		"Timers-2", "Parallel-2", "Metrics-2", "MetricsN-2", "Prepared-2", "Slow-2", "Garbage-2"}
	if !slices.Equal(names, want) {
		t.Fatalf("declared %q,\nwant %q", names, want)
	}
	for i, b := range out {
		if b.Number != i+1 || len(b.Pairs) != len(want) {
			t.Errorf("block %d with %d pairs", b.Number, len(b.Pairs))
		}
		for name, p := range pairsByName(b) {
			if p.BaseError+p.HeadError != "" || len(p.Base) == 0 || len(p.Base) != len(p.Head) || p.Iterations < 1 {
				t.Errorf("%s: %s", name, dump(p))
			}
			for _, v := range slices.Concat(p.Base, p.Head) {
				if !(v > 0) {
					t.Errorf("%s: %v ns/op", name, v)
				}
			}
		}
	}
	pairs := pairsByName(out[1])
	if runtime.GOOS == "linux" {
		one, many := m.targets[record.Subject{Name: "N-2"}], m.targets[record.Subject{Name: "Parallel-2"}]
		// On a busy machine a goroutine moves, or one of two threads waits for long.
		for tries := 0; tries < 10 && (!one.plan.single || many.plan.single); tries++ {
			if err := m.calibrate(t.Context(), []*target{one, many}); err != nil {
				t.Fatal(err)
			}
		}
		if !one.plan.single || many.plan.single {
			t.Errorf("N uses one thread: %v, Parallel: %v", one.plan.single, many.plan.single)
		}
	}
	extra := func(name, unit string) [2]float64 {
		v, ok := pairs[name].Extra[unit]
		if !ok {
			t.Errorf("%s has no %s: %v", name, unit, pairs[name].Extra)
		}
		return v
	}
	if v := extra("Allocates-2", "allocs/op"); v != [2]float64{1, 1} {
		t.Errorf("Allocates: %v allocs/op", v)
	}
	if v := extra("Allocates-2", "B/op"); v != [2]float64{256, 256} {
		t.Errorf("Allocates: %v B/op", v)
	}
	if v := extra("N-2", "allocs/op"); v != [2]float64{0, 0} {
		t.Errorf("N: %v allocs/op", v)
	}
	if v := extra("Metrics-2", "ran/op"); v != [2]float64{1, 1} {
		t.Errorf("Metrics: b.N is not what ran: %v", v)
	}
	if v := extra("Metrics-2", "elapsed-ns/op"); !(v[0] > 0) {
		t.Errorf("Metrics: no time has elapsed: %v", v)
	}
	if v := extra("MetricsN-2", "seven/op"); v != [2]float64{7, 7} {
		t.Errorf("MetricsN: %v", v)
	}
	// A benchmark ten times as long has a tenth of the iterations, more or less.
	if one, ten := pairs["Sub/n=1/deep-2"].Iterations, pairs["Sub/n=10/deep-2"].Iterations; one < 3*ten {
		t.Errorf("%d iterations of the short one, %d of the long one", one, ten)
	}
	if p := pairs["Slow-2"]; p.Iterations != 1 || len(p.Base) > 3 {
		t.Errorf("Slow: %d iterations, %d chunks", p.Iterations, len(p.Base))
	}
}

func TestBadBenchmarks(t *testing.T) {
	m := newMeasurer(t, Config{Bench: "Bad|Skipped|^BenchmarkLoop$", CPU: []int{1}, Patience: 700 * time.Millisecond, Chunks: 2}, false)
	_, out := blocks(t, m, 1)
	pairs := pairsByName(out[0])
	for name, words := range map[string]string{
		"BadPanic": "panic: the roof is on fire",
		"BadExit":  "unexpected call to os.Exit(0)",
		"BadExit7": "exit status 7",
		"BadFatal": "does not add up",
		"BadHang":  "gave no answer within 700ms",
		"BadEarly": "without B.Loop() == false",
		"BadFlood": "printed more than 4 MiB: all work and no play",
		"BadStart": "cannot even begin",
		"BadExit1": "unexpected call to os.Exit(0)",
	} {
		p, ok := pairs[name]
		if !ok || !strings.Contains(p.BaseError, words) || !strings.Contains(p.HeadError, words) {
			t.Errorf("%s: %q %q; want %q", name, p.BaseError, p.HeadError, words)
		}
		if strings.ContainsAny(p.BaseError, "\n\t") || len(p.BaseError) > 500 {
			t.Errorf("%s: not one bounded line: %q", name, p.BaseError)
		}
	}
	if p := pairs["Loop"]; p.BaseError+p.HeadError != "" || len(p.Base) == 0 {
		t.Errorf("Loop beside the bad ones: %s", dump(p))
	}
	if p := pairs["BadSubs/good"]; p.BaseError+p.HeadError == "" && len(p.Base) == 0 {
		t.Errorf("BadSubs/good: %s", dump(p))
	}
	if _, ok := pairs["Skipped"]; ok {
		t.Error("a skipped benchmark was measured")
	}
	noProcessLeft(t)
}

// noProcessLeft looks for children of this process that run the fixture.
func noProcessLeft(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		return
	}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, _ := os.ReadFile(path)
		// pid (name) state ppid …
		if strings.Contains(string(text), fmt.Sprintf("-0000.test) S %d ", os.Getpid())) || strings.Contains(string(text), fmt.Sprintf("-0000.test) R %d ", os.Getpid())) {
			t.Errorf("left: %s", text)
		}
	}
}

// One pair of processes serves all benchmarks of a package, and another one the
// controls, unless the builds come by the benchmarks in another order.
func TestProcesses(t *testing.T) {
	for _, test := range []struct {
		bench      string
		benchmarks int
		starts     int // of both sides in one block
	}{
		{"^BenchmarkSub$", 4, 2 + 2},
		{"^BenchmarkOrder$", 3, 3*2 + 2*2},
		{"^Benchmark(Loop|BadFatal|N)$", 3, 2 + 2},
	} {
		m := newMeasurer(t, Config{Bench: test.bench, CPU: []int{1}, Chunks: 1, Same: 1, Canaries: 1}, false)
		if _, err := m.Declare(t.Context()); err != nil {
			t.Fatal(err)
		}
		var wanted []record.Subject
		pairs := 0
		for _, x := range m.order {
			if x.InBase && x.InHead {
				wanted = append(wanted, x.Subject)
				if x.Role == record.Judged {
					pairs++
				}
			}
		}
		path := filepath.Join(t.TempDir(), "starts")
		t.Setenv("FIXTURE_STARTS", path)
		b, err := m.block(t.Context(), 1, wanted)
		os.Unsetenv("FIXTURE_STARTS")
		if err != nil {
			t.Fatal(err)
		}
		if len(b.Pairs) != len(wanted) || pairs != test.benchmarks {
			t.Errorf("%s: %d pairs of %d wanted, %d benchmarks", test.bench, len(b.Pairs), len(wanted), pairs)
		}
		text, _ := os.ReadFile(path)
		if starts := strings.Count(string(text), "\n"); starts != test.starts {
			t.Errorf("%s: %d processes were started, want %d", test.bench, starts, test.starts)
		}
		for _, p := range b.Pairs {
			if bad := strings.HasPrefix(p.Name, "Bad"); (p.BaseError+p.HeadError != "") != bad {
				t.Error(dump(p))
			}
		}
	}
}

// The other arms are of one version only, or fail in one version only.
func TestOneArm(t *testing.T) {
	m := newMeasurer(t, Config{Bench: "^BenchmarkLoop$", CPU: []int{1}, Chunks: 2}, false)
	if _, err := m.Declare(t.Context()); err != nil {
		t.Fatal(err)
	}
	loop := m.targets[record.Subject{Name: "Loop"}]
	hurt := *loop
	hurt.function = "BenchmarkNotThere"
	if err := m.calibrate(t.Context(), []*target{&hurt}); err != nil || !strings.Contains(hurt.failure[0], "without running the benchmark") {
		t.Errorf("%q %v", hurt.failure, err)
	}
	loop.failure[1] = "broken"
	// What is known to fail is told even when there is no time.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b, err := m.block(ctx, 1, []record.Subject{loop.Subject})
	if err != nil || len(b.Pairs) != 1 || b.Pairs[0].BaseError != "" || b.Pairs[0].HeadError != "broken" || len(b.Pairs[0].Base) > 0 {
		t.Errorf("%+v %v", b, err)
	}
}

func TestControls(t *testing.T) {
	m := newMeasurer(t, Config{Bench: "^Benchmark(Loop|N|Allocates|Slow)$", CPU: []int{2}, Chunks: 2, Same: 1, Canaries: 3}, false)
	declared, out := blocks(t, m, 1)
	roles := map[record.Role]int{}
	for _, d := range declared {
		roles[d.Role]++
		if d.Role != record.Judged && !strings.Contains(d.Name, "/control=") {
			t.Errorf("the control %q is not named as one", d.Name)
		}
	}
	if roles[record.Same] != 1 || roles[record.Canary] != 3 {
		t.Errorf("%v", roles)
	}
	if m.targets[record.Subject{Name: "Slow/control=slower-2"}] == nil {
		t.Error("a benchmark of one iteration a chunk is no canary")
	}
	for _, p := range out[0].Pairs {
		if p.BaseError+p.HeadError != "" || len(p.Base) == 0 {
			t.Error(dump(p))
		}
	}
}

// A scripted arm counts what it is told to do and takes 10 ns an iteration, and 1000
// for every command.
type scripted struct {
	log  *[]string
	side string
	fail int // which command fails, from 1; 0 for none
	n    int

	stretched bool // was asked to take longer
}

func (s *scripted) run(n int, flags uint64) (chunk, error) {
	*s.log = append(*s.log, s.side)
	if s.n++; s.n == s.fail {
		return chunk{}, errors.New("broken")
	}
	if flags&takeLonger != 0 {
		s.stretched = true
	}
	c := chunk{ns: 10 * float64(n), metrics: map[string]float64{"x": float64(s.n)}}
	if flags&countMemory != 0 {
		c.allocs, c.bytes = 2.5*float64(n), 100*float64(n)
	}
	return c, nil
}

func TestTurns(t *testing.T) {
	firsts := 0
	for seed := range uint64(200) {
		m := New(&build.Builds{Stepped: true}, Config{Seed: seed})
		var log []string
		target := &target{plan: plan{iterations: 100, kept: 6, dropped: 2}}
		var k taking
		failures := m.chunks(target, [2]arm{&scripted{log: &log, side: "A"}, &scripted{log: &log, side: "B"}}, &k, &waiting{})
		if failures != [2]error{} {
			t.Fatal(failures)
		}
		end := map[string]float64{"end": 1, "bad": math.NaN()}
		p := k.pair(target, [2]map[string]float64{end, end})
		for i := 0; i < len(log); i += 4 {
			four := strings.Join(log[i:i+4], "")
			if four != "ABBA" && four != "BAAB" {
				t.Fatalf("order %s", four)
			}
			if four == "ABBA" {
				firsts++
			}
		}
		if len(p.Base) != 6 || len(p.Head) != 6 || p.Base[0] != 10 || p.Head[5] != 10 {
			t.Fatal(dump(p))
		}
		want := map[string][2]float64{"allocs/op": {2, 2}, "B/op": {100, 100}, "x": {4, 4}, "end": {1, 1}}
		if !maps.Equal(p.Extra, want) {
			t.Fatalf("%v, want %v", p.Extra, want)
		}
	}
	// 800 fair coins: 400 ± 5 standard deviations of 14.
	if firsts < 330 || firsts > 470 {
		t.Errorf("base went first in %d of 800 quartets", firsts)
	}
}

// A suite of long benchmarks has no time to see a planted slowdown, and says so.
func TestNoCanaryOfLongBenchmarks(t *testing.T) {
	for _, test := range []struct {
		dropped, kept, canaries int
	}{{0, 1, 0}, {1, 2, 3}, {3, 20, 3}} {
		m := New(&build.Builds{Stepped: true}, Config{})
		for i := range 4 {
			x := &target{plan: plan{iterations: 1, dropped: test.dropped, kept: test.kept}, function: fmt.Sprint("Benchmark", i)}
			x.InBase, x.InHead = true, true
			m.order = append(m.order, x)
		}
		m.addControls()
		roles := map[record.Role]int{}
		for _, x := range m.order {
			roles[x.Role]++
		}
		if roles[record.Same] != 1 || roles[record.Canary] != test.canaries || (len(m.Notes()) > 0) != (test.canaries == 0) {
			t.Errorf("%+v: %v, notes %q", test, roles, m.Notes())
		}
	}
}

func TestCanaryIsSlower(t *testing.T) {
	m := New(&build.Builds{Stepped: true}, Config{})
	for _, n := range []int{1, 19, 20, 33, 1000, 1_000_000} {
		var log []string
		target := &target{plan: plan{iterations: n, kept: 4}}
		target.Role = record.Canary
		var k taking
		base, head := &scripted{log: &log}, &scripted{log: &log}
		m.chunks(target, [2]arm{base, head}, &k, &waiting{})
		p := k.pair(target, [2]map[string]float64{})
		slower := p.Head[0]/p.Base[0] - 1
		if n >= leastForCanary && (slower < 0.05-1e-9 || slower > 0.05+1/float64(n)) {
			t.Errorf("%d iterations: slower by %v", n, slower)
		}
		if base.stretched || head.stretched != (n < leastForCanary) {
			t.Errorf("%d iterations: base is asked to take longer: %v; head: %v", n, base.stretched, head.stretched)
		}
	}
}

// Both sides of a benchmark with one thread go to one CPU, the next one with more is
// free again.
type pinned struct {
	scripted
	cpus *[]int
}

func (p *pinned) pin(cpu int)          { *p.cpus = append(*p.cpus, cpu) }
func (p *pinned) ran() map[int]float64 { return nil }

func TestPinning(t *testing.T) {
	m := New(&build.Builds{Stepped: true}, Config{})
	var log []string
	var cpus []int
	arms := [2]arm{&pinned{scripted{log: &log}, &cpus}, &pinned{scripted{log: &log}, &cpus}}
	for _, single := range []bool{true, false} {
		m.chunks(&target{plan: plan{iterations: 1, kept: 2, single: single}}, arms, &taking{}, &waiting{})
	}
	allowed, _ := affinity.Allowed()
	if len(cpus) != 4 || cpus[0] != cpus[1] || cpus[2] != -1 || cpus[3] != -1 || runtime.GOOS == "linux" && !slices.Contains(allowed, cpus[0]) {
		t.Errorf("pinned to %v", cpus)
	}
}

func TestOneSideFails(t *testing.T) {
	m := New(&build.Builds{Stepped: true}, Config{})
	var log []string
	target := &target{plan: plan{iterations: 1, kept: 4}}
	failures := m.chunks(target, [2]arm{&scripted{log: &log}, &scripted{log: &log, fail: 3}}, &taking{}, &waiting{})
	if failures[0] != nil || failures[1] == nil {
		t.Errorf("%v", failures)
	}
}

// calibration on arms whose costs are known.
type costs struct {
	perOp, fixed    float64       // ns
	untimed, beside time.Duration // of an iteration, of a chunk
	scripted
}

func (c *costs) run(n int, _ uint64) (chunk, error) {
	time.Sleep(c.beside + time.Duration(n)*c.untimed)
	return chunk{ns: c.fixed + c.perOp*float64(n)}, nil
}

func TestCalibration(t *testing.T) {
	m := New(&build.Builds{Stepped: true}, Config{})
	for _, test := range []struct {
		name         string
		perOp, fixed float64
		untimed      time.Duration
		beside       time.Duration
		low, high    int // iterations
	}{
		{"short", 10, 0, 0, 0, 100_000, 130_000},              // 1.25 ms / 10 ns
		{"long", 5e6, 0, 0, 0, 1, 1},                          // one iteration is longer than a chunk
		{"medium", 1e6, 0, 0, 0, 1, 1},                        // the nearest whole number
		{"fixed", 10, 1e5, 0, 0, 180_000, 220_000},            // 0.1 ms is 5 % of 2 ms, which has 200,000 iterations
		{"very fixed", 10, 1e8, 0, 0, 1, 2_500_000},           // not more than 25 ms for its sake
		{"constant", 0, 1e4, 0, 0, most, most},                // does not look at b.N
		{"untimed", 1e4, 0, time.Millisecond, 0, 124, 126},    // a stopped timer grows with b.N: longer chunks gain nothing
		{"beside", 1e4, 0, 0, 5 * time.Millisecond, 490, 510}, // what each call costs does not: 5 ms of work for 5 ms of that
	} {
		one := &costs{perOp: test.perOp, fixed: test.fixed, untimed: test.untimed, beside: test.beside}
		var c calibration
		var failures [2]error
		synctest.Test(t, func(*testing.T) { c, failures = m.iterations([2]arm{one, one}) })
		if failures != [2]error{} || c.iterations < test.low || c.iterations > test.high {
			t.Errorf("%s: %d iterations, want %d to %d", test.name, c.iterations, test.low, test.high)
		}
	}
	if p := m.planFor(calibration{100, 2500 * time.Microsecond}, time.Millisecond); p.kept != 20 || p.dropped != 3 {
		t.Errorf("%+v", p)
	}
	if p := m.planFor(calibration{1, 4 * time.Second}, time.Millisecond); p.kept != 1 || p.dropped != 0 {
		t.Errorf("%+v", p)
	}
	if p := m.planFor(calibration{100, 2500 * time.Microsecond}, time.Second); p.kept != mostChunks {
		t.Errorf("%+v: starting takes a second, measuring no longer", p)
	}
}

// A binary that cannot be stepped runs a process for each chunk.
func TestSliced(t *testing.T) {
	m := newMeasurer(t, Config{Bench: "^Benchmark(Loop|Allocates|MetricsN|BadPanic|BadStart|BadExit)$", CPU: []int{2}, Chunk: 10 * time.Millisecond, Chunks: 2}, true)
	_, out := blocks(t, m, 1)
	pairs := pairsByName(out[0])
	for _, name := range []string{"Loop-2", "Allocates-2", "MetricsN-2"} {
		if p := pairs[name]; len(p.Base) < 1 || len(p.Head) != len(p.Base) || p.BaseError != "" {
			t.Error(dump(p))
		}
	}
	if v := pairs["Allocates-2"].Extra["B/op"]; v != [2]float64{256, 256} {
		t.Errorf("Allocates: %v B/op", v)
	}
	if v := pairs["MetricsN-2"].Extra["seven/op"]; v != [2]float64{7, 7} {
		t.Errorf("MetricsN: %v", v)
	}
	for name, words := range map[string]string{"BadPanic-2": "the roof is on fire", "BadStart-2": "cannot even begin", "BadExit-2": "os.Exit(0)"} {
		if p := pairs[name]; !strings.Contains(p.BaseError, words) {
			t.Errorf("%s: %q, want %q", name, p.BaseError, words)
		}
	}
}

func TestDeadlineAndInterrupt(t *testing.T) {
	m := newMeasurer(t, Config{Bench: "^BenchmarkSlow$", CPU: []int{2}}, false)
	if _, err := m.Declare(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := func() []record.Subject { return []record.Subject{{Name: "Slow-2"}} }
	n := 0
	if err := m.Run(t.Context(), time.Now(), all, func(record.PairBlock) error { n++; return nil }); err != nil || n != 1 {
		t.Errorf("a spent budget: %d blocks, want the first one; %v", n, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	n = 0
	err := m.Run(ctx, time.Now().Add(time.Hour), all, func(record.PairBlock) error {
		if n++; n == 2 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || n != 2 {
		t.Errorf("%v after %d blocks", err, n)
	}
	// In the middle of a chunk.
	ctx, cancel = context.WithTimeout(t.Context(), 150*time.Millisecond)
	defer cancel()
	err = m.Run(ctx, time.Now().Add(time.Hour), all, func(b record.PairBlock) error {
		for _, p := range b.Pairs {
			if p.BaseError+p.HeadError != "" {
				t.Error(dump(p))
			}
		}
		return nil
	})
	if failure := m.order[0].failure; !errors.Is(err, context.DeadlineExceeded) || failure != [2]string{} {
		t.Errorf("%v, and the benchmark is to blame: %q", err, failure)
	}
	noProcessLeft(t)
	if _, err := m.Declare(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("declared after the end of the context: %v", err)
	}
}

func TestNoSuchBenchmark(t *testing.T) {
	var input *build.InputError
	for _, bench := range []string{"Nothing", "Loop/x(", "("} {
		m := newMeasurer(t, Config{Bench: bench}, false)
		if _, err := m.Declare(t.Context()); !errors.As(err, &input) {
			t.Errorf("-bench %q: %v", bench, err)
		}
	}
}
