package gobench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
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

	"poolbench/bench/arm"
	"poolbench/bench/arm/gobench/build"
	"poolbench/bench/block"
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

func newComparison(t *testing.T, c Config, plain bool) *Comparison {
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

// A run is what came of measuring.
type run struct {
	text   bytes.Buffer
	blocks []record.Block
	done   func() // after each block; may be nil
}

// measure measures points in n blocks, or until the end of the budget.
func (r *run) measure(ctx context.Context, c *Comparison, n int, until time.Time, promised []record.Promise) error {
	out := record.NewWriter(&r.text, nil)
	var points []record.Point
	for _, p := range promised {
		points = append(points, p.Point())
		if err := out.Fact("promise", p); err != nil {
			return err
		}
	}
	return block.Config{Seed: rand.Uint64(), Out: out, Links: c.Links, Until: until}.Run(ctx, func(number int) ([]block.Group, error) {
		if number > n {
			return nil, nil
		}
		return c.Groups(ctx, number, points)
	}, func(b record.Block, _ bool) error {
		r.blocks = append(r.blocks, b)
		if r.done != nil {
			r.done()
		}
		return nil
	})
}

// blocks measures n blocks of promised points, and checks that what a judge sees at once
// is what is read from the file.
func blocks(t *testing.T, c *Comparison, n int, promised []record.Promise) []record.Block {
	t.Helper()
	var r run
	if err := r.measure(t.Context(), c, n, time.Time{}, promised); err != nil {
		t.Fatal(err)
	}
	rec, err := record.Read(&r.text, "out")
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range slices.Collect(rec.Blocks()) {
		if len(b.Results) != len(r.blocks[i].Results) || len(b.Failures) != len(r.blocks[i].Failures) || b.Host.Links != c.Links(b.Number) {
			t.Fatalf("block %d as read: %+v, as measured: %+v", b.Number, b, r.blocks[i])
		}
		for k, read := range b.Results {
			if now := r.blocks[i].Results[k]; read.Point != now.Point || read.Iterations != now.Iterations || !maps.Equal(read.Values, now.Values) || !slices.Equal(read.Turns, now.Turns) {
				t.Errorf("read: %+v, measured: %+v", read, now)
			}
		}
		for k, read := range b.Failures {
			if now := r.blocks[i].Failures[k]; read != now {
				t.Errorf("read: %+v, measured: %+v", read, now)
			}
		}
	}
	return r.blocks
}

// declared is what a comparison promises.
func declared(t *testing.T, c *Comparison) []record.Promise {
	t.Helper()
	promised, err := c.Declare(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return promised
}

// declaredQuietly is declared with the controls that there are on a quiet machine, on which
// no slice of these benchmarks and no start takes long: which ones they are depends on that.
func declaredQuietly(t *testing.T, c *Comparison) (promised []record.Promise) {
	t.Helper()
	declared(t, c)
	c.order = slices.DeleteFunc(c.order, func(t *target) bool {
		if t.Role != record.Judged {
			delete(c.targets, t.Point())
		}
		return t.Role != record.Judged
	})
	for _, t := range c.order {
		t.plan.dropped, t.plan.kept = max(1, t.plan.dropped), min(c.config.Slices, t.plan.kept)
	}
	c.addControls()
	for _, t := range c.order {
		promised = append(promised, t.Promise)
	}
	return promised
}

func names(promised []record.Promise) (names []string) {
	for _, p := range promised {
		names = append(names, p.Name)
	}
	return names
}

// A pair is what a block has of a benchmark, by side.
type pair struct {
	results [2]record.Result
	reasons [2]string
}

func pairs(b record.Block) map[string]*pair {
	out := map[string]*pair{}
	at := func(p record.Point) (*pair, int) {
		if out[p.Name()] == nil {
			out[p.Name()] = &pair{}
		}
		return out[p.Name()], slices.Index([]string{"base", "head"}, p.Side)
	}
	for _, r := range b.Results {
		p, s := at(r.Point)
		p.results[s] = r
	}
	for _, f := range b.Failures {
		p, s := at(f.Point)
		p.reasons[s] = f.Reason
	}
	return out
}

// times are ns of one operation, of each turn.
func (p *pair) times(side build.Side) []float64 {
	if v, ok := p.results[side].Time(); ok && p.results[side].Turns == nil {
		return []float64{1e9 * v}
	}
	return p.results[side].Turns
}

// good reports whether both sides were measured.
func (p *pair) good() bool {
	n := len(p.times(build.Base))
	return p.reasons == [2]string{} && n > 0 && n == len(p.times(build.Head)) && p.results[0].Iterations == p.results[1].Iterations
}

func (p *pair) String() string { return fmt.Sprintf("%+v %q", p.results, p.reasons) }

// values are those of a unit by side.
func (p *pair) values(unit string) (v [2]float64) {
	for s, r := range p.results {
		value, ok := r.Values[unit]
		if !ok {
			value = math.NaN()
		}
		v[s] = value
	}
	return v
}

const good = "^Benchmark(Loop|N|Allocates|Sub|Timers|Parallel|Metrics|MetricsN|Prepared|Slow|Garbage|Reversed|LoopThenRun)$"

// One benchmark of several whose names begin alike is measured without the others: the
// pattern for A/b makes package testing run A, and A/b/c.
func TestNameWithinNames(t *testing.T) {
	for pattern, want := range map[string][]string{
		"^BenchmarkPrefix$/^a$/^b$":      {"Prefix/a/b-2", "Prefix/a/b/c-2"},
		"^BenchmarkPrefix$/^a$/^b$/^c$":  {"Prefix/a/b/c-2"},
		"BenchmarkPrefix/a|Prefix/a/b/c": {"Prefix/a-2", "Prefix/a/b-2", "Prefix/a/b/c-2"},
		"^BenchmarkDivides$":             {"Divides/a-2", "Divides/a/b-2", "Divides/a/b/c-2"},
	} {
		c := newComparison(t, Config{Bench: pattern, CPU: []int{2}, Slice: 300 * time.Microsecond, Slices: 2}, false)
		promised := declared(t, c)
		if !slices.Equal(names(promised), want) {
			t.Errorf("%s: declared %q, want %q", pattern, names(promised), want)
			continue
		}
		for _, d := range promised {
			b := blocks(t, c, 1, []record.Promise{d})[0]
			if p := pairs(b)[d.Name]; len(b.Results) != 2 || p == nil || !p.good() {
				t.Errorf("%s: %s alone: %+v", pattern, d.Name, b)
			}
		}
	}
}

func TestNamesAtEachGOMAXPROCS(t *testing.T) {
	c := newComparison(t, Config{Bench: "^BenchmarkProcs$", CPU: []int{1, 2}, Slice: 300 * time.Microsecond, Slices: 2}, false)
	promised := declared(t, c)
	if want := []string{"Procs/procs=1", "Procs/procs=2-2"}; !slices.Equal(names(promised), want) {
		t.Errorf("declared %q, want %q", names(promised), want)
	}
	for _, p := range pairs(blocks(t, c, 1, promised)[0]) {
		if !p.good() {
			t.Error(p)
		}
	}
	// Two that are printed alike: the first one counts, which is said.
	c = newComparison(t, Config{Bench: "^BenchmarkClash$", CPU: []int{1, 2}, Slice: 300 * time.Microsecond, Slices: 2}, false)
	want := []string{"Clash/x", "Clash/x-2", "Clash/x-2-2"}
	if promised := declared(t, c); !slices.Equal(names(promised), want) || !strings.Contains(fmt.Sprint(c.Warnings()), "BenchmarkClash/x-2 is printed as Clash/x-2, as is BenchmarkClash/x: it is not measured.") {
		t.Errorf("declared %q, want %q; %q", names(promised), want, c.Warnings())
	}
}

// Of names that change from run to run each is in one build only.
func TestNamesThatChange(t *testing.T) {
	c := newComparison(t, Config{Bench: "^BenchmarkChanges$", CPU: []int{1}}, false)
	promised := declared(t, c)
	if len(promised) != 2 || promised[0].InHead || promised[1].InBase {
		t.Errorf("%+v", promised)
	}
}

// A stepped process takes 5 % longer when it is told to, with b.Loop and with b.N.
func TestTakeLonger(t *testing.T) {
	const sleep = 30e-3 // seconds, of an iteration
	c := newComparison(t, Config{Bench: "^Benchmark(Slow|SlowN)$", CPU: []int{2}, Slice: time.Millisecond, Slices: 1}, false)
	if declared(t, c); len(c.order) != 2 {
		t.Fatal(len(c.order))
	}
	visited := 0
	err := c.walk(t.Context(), c.order, 0, func(target *target, sides [2]*side, _ time.Duration) (failures [2]error, _ error) {
		visited++
		for i, s := range sides {
			var got stint
			if got, failures[i] = s.run(t.Context(), 1, takeLonger); got.Time < 1.05*sleep {
				t.Errorf("%s took %v s", target.function, got.Time)
			}
			if _, err := s.End(t.Context()); err != nil {
				t.Error(err)
			}
		}
		return failures, nil
	})
	if err != nil || visited != 2 {
		t.Error(err, visited)
	}
}

// Both builds find what the first process left for them.
func TestSharedDir(t *testing.T) {
	c := newComparison(t, Config{Bench: "^BenchmarkShared$", CPU: []int{2}, Slice: 300 * time.Microsecond, Slices: 2}, false)
	out := blocks(t, c, 2, declared(t, c))
	first := pairs(out[0])["Shared-2"].values("first")
	if !(first[0] > 0) || first[0] != first[1] || first != pairs(out[1])["Shared-2"].values("first") {
		t.Errorf("%+v, then %+v", out[0], out[1])
	}
}

func TestGoodBenchmarks(t *testing.T) {
	if testing.Short() {
		t.Skip("many processes")
	}
	c := newComparison(t, Config{Bench: good, CPU: []int{2}, Slice: 300 * time.Microsecond, Slices: 4}, false)
	promised := declared(t, c)
	for _, d := range promised {
		if !d.InBase || !d.InHead || d.Role != record.Judged {
			t.Errorf("%+v", d)
		}
	}
	want := []string{"Loop-2", "N-2", "Allocates-2", "Sub/n=1/deep-2", "Sub/n=10/deep-2", "Sub/same-2", "Sub/same#01-2", "Reversed/a/b-2", "Reversed/a-2", "LoopThenRun/sub-2",
		"Timers-2", "Parallel-2", "Metrics-2", "MetricsN-2", "Prepared-2", "Slow-2", "Garbage-2"}
	if !slices.Equal(names(promised), want) {
		t.Fatalf("declared %q,\nwant %q", names(promised), want)
	}
	out := blocks(t, c, 2, promised)
	for i, b := range out {
		if b.Number != i+1 || len(pairs(b)) != len(want) {
			t.Errorf("block %d with %d pairs", b.Number, len(pairs(b)))
		}
		for name, p := range pairs(b) {
			if !p.good() || p.results[0].Iterations < 1 {
				t.Errorf("%s: %s", name, p)
			}
			for _, v := range slices.Concat(p.times(build.Base), p.times(build.Head)) {
				if !(v > 0) {
					t.Errorf("%s: %v ns/op", name, v)
				}
			}
		}
	}
	if runtime.GOOS == "linux" {
		one, many := c.targets[point("N-2")], c.targets[point("Parallel-2")]
		// On a busy machine a goroutine moves, or one of two threads waits for long.
		calibratedUntil(t, c, "N uses one thread", func() bool { return one.plan.single }, one)
		calibratedUntil(t, c, "Parallel uses several threads", func() bool { return !many.plan.single }, many)
	}
	last := pairs(out[1])
	for _, test := range []struct {
		name, unit string
		want       float64
	}{
		{"Allocates-2", "allocs/op", 1},
		{"Allocates-2", "B/op", 256},
		{"N-2", "allocs/op", 0},
		{"Metrics-2", "ran/op", 1}, // b.N is what ran
		{"MetricsN-2", "seven/op", 7},
	} {
		if v := last[test.name].values(test.unit); v != [2]float64{test.want, test.want} {
			t.Errorf("%s: %v %s, want %v: %s", test.name, v, test.unit, test.want, last[test.name])
		}
	}
	if v := last["Metrics-2"].values("elapsed-sec/op"); !(v[0] > 0 && v[1] > 0 && v[0] < 1) {
		t.Errorf("Metrics: no time has elapsed: %v", v)
	}
	// A benchmark ten times as long has a tenth of the iterations, more or less.
	one, ten := c.targets[point("Sub/n=1/deep-2")], c.targets[point("Sub/n=10/deep-2")]
	calibratedUntil(t, c, "the short one has more iterations", func() bool { return one.plan.iterations >= 3*ten.plan.iterations }, one, ten)
	if p := last["Slow-2"]; p.results[0].Iterations != 1 || len(p.times(build.Base)) > 3 {
		t.Errorf("Slow: %s", p)
	}
}

// What a benchmark reports takes the place of what was measured, as it does in what go
// test prints, and a time of 0 says that there is none.
func TestOwnValues(t *testing.T) {
	for _, plain := range []bool{false, true} {
		bench, slice := "^BenchmarkOwn(N|Loop|Others|NoneN|NoneLoop|Early)$", 300*time.Microsecond
		if plain {
			slice = 5 * time.Millisecond
		}
		c := newComparison(t, Config{Bench: bench, CPU: []int{1}, Slice: slice, Slices: 3}, plain)
		found := pairs(blocks(t, c, 1, declared(t, c))[0])
		loop := c.targets[point("OwnLoop")].plan.iterations
		if loop < 2 {
			t.Errorf("%d iterations of the loop", loop)
		}
		for name, want := range map[string]map[string]float64{
			"OwnN":        {"sec/op": 150e-9, "B/op": 0},
			"OwnLoop":     {"sec/op": float64(loop) / 1e9},
			"OwnOthers":   {"B/op": 5, "allocs/op": 3, "B/s": 2e6},
			"OwnNoneN":    {"sec/op": math.NaN(), "B/op": 0, "allocs/op": 0},
			"OwnNoneLoop": {"sec/op": math.NaN(), "req/s": 7, "allocs/op": 0},
			"OwnEarly":    {"gone/op": math.NaN(), "once/op": 2},
		} {
			p := found[name]
			if p == nil || p.reasons != [2]string{} {
				t.Errorf("plain %v: %s: %v", plain, name, p)
				continue
			}
			for unit, v := range want {
				if plain && unit == "B/s" {
					v = math.NaN() // which cannot be told from that of SetBytes there
				}
				for _, got := range p.values(unit) {
					if math.IsNaN(v) != math.IsNaN(got) || math.Abs(got-v) > 1e-6*v {
						t.Errorf("plain %v: %s: %v %s, want %v: %s", plain, name, got, unit, v, p)
					}
				}
			}
		}
	}
}

// A planted slowdown is one of the time that the benchmark reports; of one that reports
// none there is no control.
func TestOwnControls(t *testing.T) {
	c := newComparison(t, Config{Bench: "^BenchmarkOwn(Slow|N)$", CPU: []int{1}, Slices: 3, Same: 2, Canaries: 2}, false)
	found := pairs(blocks(t, c, 1, declaredQuietly(t, c))[0])
	for name, own := range map[string]float64{"OwnN": 150, "OwnSlow": 1000} {
		if p := found[name+"/control=slower"]; p == nil || p.times(0)[0] != own || p.times(1)[0] < 1.05*own-0.01 || p.times(1)[0] > 1.2*own {
			t.Errorf("%s: %v", name, p)
		}
		if p := found[name+"/control=same"]; p == nil || p.times(0)[0] != own || p.times(1)[0] != own {
			t.Errorf("%s: %v", name, p)
		}
	}
	c = newComparison(t, Config{Bench: "^BenchmarkOwnNone", CPU: []int{1}, Slices: 3, Same: 2, Canaries: 2}, false)
	if promised := declared(t, c); len(promised) != 2 || !strings.Contains(fmt.Sprint(c.Warnings()), "No benchmark has a time to plant a slowdown in it") {
		t.Errorf("%v, %q", promised, c.Warnings())
	}
}

// Of what is hardly timed a slice ends nevertheless.
func TestHardlyTimed(t *testing.T) {
	c := newComparison(t, Config{Bench: "^BenchmarkOwnHardly$", CPU: []int{1}, Slices: 1}, false)
	if p := pairs(blocks(t, c, 1, declared(t, c))[0])["OwnHardly"]; p == nil || !p.good() {
		t.Error(p)
	}
}

// func Benchmark has that name, in processes of either kind.
func TestNameless(t *testing.T) {
	for _, plain := range []bool{false, true} {
		c := newComparison(t, Config{Bench: "^Benchmark$", CPU: []int{1, 2}, Slice: time.Millisecond, Slices: 1, Same: 1, Canaries: 1}, plain)
		want := []string{"Benchmark", "Benchmark-2", "Benchmark/control=same", "Benchmark/control=slower-2"}
		promised := declaredQuietly(t, c)
		got := names(promised)
		slices.Sort(got)
		if len(got) != 4 || !slices.Equal(got[:2], want[:2]) {
			t.Errorf("plain %v: declared %q, want %q", plain, got, want)
			continue
		}
		for name, p := range pairs(blocks(t, c, 1, promised)[0]) {
			if !p.good() {
				t.Errorf("plain %v: %s: %s", plain, name, p)
			}
		}
	}
}

// calibratedUntil calibrates again until what a quiet machine shows at once holds.
func calibratedUntil(t *testing.T, c *Comparison, what string, holds func() bool, targets ...*target) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !holds(); {
		if time.Now().After(end) {
			t.Fatalf("never: %s; plans %+v", what, targets[0].plan)
		}
		if err := c.calibrate(t.Context(), targets); err != nil {
			t.Fatal(err)
		}
	}
}

func point(name string) record.Point { return record.Promise{Name: name}.Point() }

func TestBadBenchmarks(t *testing.T) {
	hanging := newComparison(t, Config{Bench: "^BenchmarkBadHang$", CPU: []int{1}, Patience: 700 * time.Millisecond, Slices: 2}, false)
	if p := pairs(blocks(t, hanging, 1, declared(t, hanging))[0])["BadHang"]; p == nil || !strings.Contains(p.reasons[0], "gave no answer within 700ms") || !strings.Contains(p.reasons[1], "gave no answer within 700ms") {
		t.Errorf("BadHang: %v", p)
	}
	c := newComparison(t, Config{Bench: "Bad[^H]|Skipped|^BenchmarkLoop$", CPU: []int{1}, Slices: 2}, false)
	found := pairs(blocks(t, c, 1, declared(t, c))[0])
	for name, words := range map[string]string{
		"BadPanic":  "panic: the roof is on fire",
		"BadExit":   "unexpected call to os.Exit(0)",
		"BadExit7":  "exit status 7",
		"BadFatal":  "does not add up",
		"BadEarly":  "without B.Loop() == false",
		"BadOwn":    "reports -150 ns/op, which is no time",
		"BadOwnNaN": "reports NaN ns/op, which is no time",
		"BadStart":  "cannot even begin",
		"BadExit1":  "unexpected call to os.Exit(0)",
	} {
		p, ok := found[name]
		if !ok || !strings.Contains(p.reasons[0], words) || !strings.Contains(p.reasons[1], words) {
			t.Errorf("%s: %v; want %q", name, p, words)
			continue
		}
		if strings.ContainsAny(p.reasons[0], "\n\t") || len(p.reasons[0]) > 500 {
			t.Errorf("%s: not one bounded line: %q", name, p.reasons[0])
		}
	}
	if p := found["Loop"]; !p.good() {
		t.Errorf("Loop beside the bad ones: %s", p)
	}
	if p := found["BadFlood"]; p == nil || !p.good() || !strings.Contains(fmt.Sprint(c.Warnings()), "BadFlood prints much, ") {
		t.Errorf("one that prints much: %v; %q", p, c.Warnings())
	}
	if p := found["BadSubs/good"]; p.reasons == [2]string{} && !p.good() {
		t.Errorf("BadSubs/good: %s", p)
	}
	if _, ok := found["Skipped"]; ok {
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
		c := newComparison(t, Config{Bench: test.bench, CPU: []int{1}, Slices: 1, Same: 1, Canaries: 1}, false)
		var wanted []record.Promise
		benchmarks := 0
		for _, d := range declaredQuietly(t, c) {
			if d.InBase && d.InHead {
				wanted = append(wanted, d)
				if d.Role == record.Judged {
					benchmarks++
				}
			}
		}
		path := filepath.Join(t.TempDir(), "starts")
		t.Setenv("FIXTURE_STARTS", path)
		found := pairs(blocks(t, c, 1, wanted)[0])
		os.Unsetenv("FIXTURE_STARTS")
		if len(found) != len(wanted) || benchmarks != test.benchmarks {
			t.Errorf("%s: %d pairs of %d wanted, %d benchmarks", test.bench, len(found), len(wanted), benchmarks)
		}
		text, _ := os.ReadFile(path)
		if starts := strings.Count(string(text), "\n"); starts != test.starts {
			t.Errorf("%s: %d processes were started, want %d", test.bench, starts, test.starts)
		}
		for name, p := range found {
			if bad := strings.HasPrefix(name, "Bad"); p.good() == bad {
				t.Error(p)
			}
		}
	}
}

// The other arms are of one version only, or fail in one version only.
func TestOneArm(t *testing.T) {
	c := newComparison(t, Config{Bench: "^BenchmarkLoop$", CPU: []int{1}, Slices: 2}, false)
	promised := declared(t, c)
	loop := c.targets[point("Loop")]
	hurt := *loop
	hurt.function = "BenchmarkNotThere"
	if err := c.calibrate(t.Context(), []*target{&hurt}); err != nil || hurt.failure[0] == nil || !strings.Contains(hurt.failure[0].Error(), "without running the benchmark") {
		t.Errorf("%q %v", hurt.failure, err)
	}
	loop.failure[1] = errors.New("broken")
	// What is known to fail is told even when there is no time.
	var r run
	err := r.measure(t.Context(), c, 1, time.Now(), promised)
	if err != nil || len(r.blocks) != 1 || len(r.blocks[0].Results) > 0 || len(r.blocks[0].Failures) != 1 ||
		r.blocks[0].Failures[0].Point.Side != "head" || r.blocks[0].Failures[0].Reason != "broken" {
		t.Errorf("%+v %v", r.blocks, err)
	}
}

func TestControls(t *testing.T) {
	c := newComparison(t, Config{Bench: "^Benchmark(Loop|N|Allocates|Slow)$", CPU: []int{2}, Slices: 2, Same: 1, Canaries: 3}, false)
	promised := declaredQuietly(t, c)
	roles := map[record.Role]int{}
	for _, d := range promised {
		roles[d.Role]++
		if d.Role != record.Judged && !strings.Contains(d.Name, "/control=") {
			t.Errorf("the control %q is not named as one", d.Name)
		}
	}
	if roles[record.Same] != 1 || roles[record.Canary] != 3 {
		t.Errorf("%v", roles)
	}
	if c.targets[point("Slow/control=slower-2")] == nil {
		t.Error("a benchmark of one iteration a slice is no canary")
	}
	for _, p := range pairs(blocks(t, c, 1, promised)[0]) {
		if !p.good() {
			t.Error(p)
		}
	}
}

// A benchmark that is more than one control is run once for all of them.
func TestOneBenchmarkSeveralControls(t *testing.T) {
	c := newComparison(t, Config{Bench: "^BenchmarkMetrics$", CPU: []int{1}, Slices: 2, Same: 1, Canaries: 1}, false)
	found := pairs(blocks(t, c, 1, declaredQuietly(t, c))[0])
	for _, name := range []string{"Metrics", "Metrics/control=same", "Metrics/control=slower"} {
		if p := found[name]; p == nil || !p.good() {
			t.Errorf("%s: %v", name, p)
		}
	}
	if v := found["Metrics/control=same"].values("ran/op"); v != [2]float64{1, 1} {
		t.Errorf("the control has not what was reported at the end: %v", v)
	}
}

// A scripted runner counts what it is told to do and takes 10 ns an iteration.
type scripted struct {
	log  *[]string
	side string
	fail int // which slice fails, from 1; 0 for none
	n    int

	stretched bool // was asked to take longer
}

func (s *scripted) run(_ context.Context, n int, flags uint64) (stint, error) {
	*s.log = append(*s.log, s.side)
	if s.n++; s.n == s.fail {
		return stint{}, errors.New("broken")
	}
	if flags&takeLonger != 0 {
		s.stretched = true
	}
	return parseSlice(strings.Fields(fmt.Sprintf("%d %d %d -1 0 0 x=%d", 10*n, 5*n/2, 100*n, s.n)), n, flags)
}

func (s *scripted) end(context.Context) (map[string]float64, error) {
	return parseMetrics([]string{"end=1", "bad=NaN"})
}
func (s *scripted) pin(int)              {}
func (s *scripted) ran() map[int]float64 { return nil }
func (s *scripted) printed() int64       { return 0 }
func (s *scripted) pid() int             { return 0 }

// contest lets two runners take turns in a block of their own.
func contest(t *testing.T, seed uint64, x *target, runners ...runner) *pair {
	t.Helper()
	x.Name = "X"
	c := New(&build.Builds{Stepped: true}, Config{Seed: seed})
	var found *pair
	err := block.Config{Seed: seed, Out: record.NewWriter(io.Discard, nil), Virtual: true}.Run(t.Context(), func(number int) ([]block.Group, error) {
		if number > 1 {
			return nil, nil
		}
		return []block.Group{func(_ context.Context, take func(block.Contest) ([]error, error)) error {
			_, err := take(c.contest(x, newSides(x, [2]runner(runners), false)))
			return err
		}}, nil
	}, func(b record.Block, _ bool) error {
		found = pairs(b)["X"]
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestTurns(t *testing.T) {
	firsts := 0
	for seed := range uint64(200) {
		var log []string
		p := contest(t, seed, &target{plan: plan{iterations: 100, kept: 6, dropped: 2}}, &scripted{log: &log, side: "A"}, &scripted{log: &log, side: "B"})
		for i := 0; i < len(log); i += 4 {
			four := strings.Join(log[i:i+4], "")
			if four != "ABBA" && four != "BAAB" {
				t.Fatalf("order %s", four)
			}
			if four == "ABBA" {
				firsts++
			}
		}
		base, head := p.times(build.Base), p.times(build.Head)
		if len(log) != 16 || len(base) != 6 || len(head) != 6 || base[0] != 10 || head[5] != 10 {
			t.Fatal(len(log), p)
		}
		want := map[string]float64{"allocs/op": 2, "B/op": 100, "x": 4, "end": 1, "sec/op": 10e-9}
		for _, r := range p.results {
			if !maps.Equal(r.Values, want) {
				t.Fatalf("%v, want %v", r.Values, want)
			}
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
		c := New(&build.Builds{Stepped: true}, Config{})
		for i := range 4 {
			x := &target{plan: plan{iterations: 1, dropped: test.dropped, kept: test.kept}, function: fmt.Sprint("Benchmark", i)}
			x.InBase, x.InHead = true, true
			c.order = append(c.order, x)
		}
		c.addControls()
		roles := map[record.Role]int{}
		for _, x := range c.order {
			roles[x.Role]++
		}
		if roles[record.Same] != 1 || roles[record.Canary] != test.canaries || (len(c.Warnings()) > 0) != (test.canaries == 0) {
			t.Errorf("%+v: %v, warnings %q", test, roles, c.Warnings())
		}
	}
}

func TestCanaryIsSlower(t *testing.T) {
	for _, n := range []int{1, 19, 20, 33, 1000, 1_000_000} {
		for _, repeats := range []bool{false, true} {
			var log []string
			target := &target{plan: plan{iterations: n, kept: 4, repeats: repeats}}
			target.Role = record.Canary
			base, head := &scripted{log: &log}, &scripted{log: &log}
			p := contest(t, 1, target, base, head)
			slower := p.times(build.Head)[0]/p.times(build.Base)[0] - 1
			if repeats && (slower < 0.05-1e-9 || slower > 0.05+1/float64(n)) {
				t.Errorf("%d iterations: slower by %v", n, slower)
			}
			if p.results[0].Iterations != n || p.results[1].Iterations != n {
				t.Errorf("%d iterations: %v", n, p)
			}
			if base.stretched || head.stretched == repeats {
				t.Errorf("%d iterations: base is asked to take longer: %v; head: %v", n, base.stretched, head.stretched)
			}
		}
	}
}

// Both sides of a benchmark with one thread go to one CPU, the next one with more is
// free again.
type pinned struct {
	scripted
	cpus *[]int
}

func (p *pinned) pin(cpu int) { *p.cpus = append(*p.cpus, cpu) }

func TestPinning(t *testing.T) {
	var log []string
	var cpus []int
	base, head := &pinned{scripted{log: &log}, &cpus}, &pinned{scripted{log: &log}, &cpus}
	for _, single := range []bool{true, false} {
		contest(t, 1, &target{plan: plan{iterations: 1, kept: 2, single: single}}, base, head)
	}
	allowed, _ := affinity.Allowed()
	if len(cpus) != 4 || cpus[0] != cpus[1] || cpus[2] != -1 || cpus[3] != -1 || runtime.GOOS == "linux" && !slices.Contains(allowed, cpus[0]) {
		t.Errorf("pinned to %v", cpus)
	}
}

func TestOneSideFails(t *testing.T) {
	var log []string
	p := contest(t, 1, &target{plan: plan{iterations: 1, kept: 4}}, &scripted{log: &log}, &scripted{log: &log, fail: 3})
	if p.reasons != [2]string{"", "broken"} || len(p.times(build.Base)) > 0 {
		t.Error(p)
	}
}

// calibration on runners whose costs are known.
type costs struct {
	perOp, fixed    float64       // ns
	untimed, beside time.Duration // of an iteration, of a slice
	says            float64       // s, the time that it reports
	scripted
}

func (c *costs) run(_ context.Context, n int, _ uint64) (stint, error) {
	time.Sleep(c.beside + time.Duration(n)*c.untimed)
	return stint{Slice: arm.Slice{Time: c.says}, clock: c.fixed + c.perOp*float64(n)}, nil
}

func TestCalibration(t *testing.T) {
	comparison := New(&build.Builds{Stepped: true}, Config{})
	for _, test := range []struct {
		name         string
		perOp, fixed float64
		untimed      time.Duration
		beside       time.Duration
		low, high    int // iterations
		guess        int
	}{
		{"short", 10, 0, 0, 0, 100_000, 130_000, 0},              // 1.25 ms / 10 ns
		{"guessed", 10, 0, 0, 0, 100_000, 130_000, 90_000},       // from what was found before
		{"guessed far too high", 1e6, 0, 0, 0, 1, 1, 100},        // the machine was quick
		{"long", 5e6, 0, 0, 0, 1, 1, 0},                          // one iteration is longer than a slice
		{"medium", 1e6, 0, 0, 0, 1, 1, 0},                        // the nearest whole number
		{"fixed", 10, 1e5, 0, 0, 180_000, 220_000, 0},            // 0.1 ms is 5 % of 2 ms, which has 200,000 iterations
		{"very fixed", 10, 1e8, 0, 0, 1, 2_500_000, 0},           // not more than 25 ms for its sake
		{"constant", 0, 1e4, 0, 0, most, most, 0},                // does not look at b.N
		{"untimed", 1e4, 0, time.Millisecond, 0, 124, 126, 0},    // a stopped timer grows with b.N: longer slices gain nothing
		{"hardly timed", 1, 0, time.Millisecond, 0, 490, 510, 0}, // 1 s on both sides for half a microsecond of time is enough
		{"constant and slow", 0, 1e4, time.Millisecond, 0, 490, 510, 0},
		{"prepared for long", 10, 0, 0, time.Second, 2_400_000, 2_600_000, 0}, // that is not of the iterations: 25 ms for its sake
		{"prepared for very long", 10, 0, 0, 5 * time.Second, 2_400_000, 2_600_000, 0},
		{"beside", 1e4, 0, 0, 5 * time.Millisecond, 490, 510, 0}, // what each call costs does not: 5 ms of work for 5 ms of that
	} {
		one := &costs{perOp: test.perOp, fixed: test.fixed, untimed: test.untimed, beside: test.beside, says: 7}
		var c calibration
		var failures [2]error
		synctest.Test(t, func(*testing.T) {
			c, failures = comparison.iterations(t.Context(), newSides(&target{}, [2]runner{one, one}, false), test.guess)
		})
		if failures != [2]error{} || c.iterations < test.low || c.iterations > test.high {
			t.Errorf("%s: %d iterations, want %d to %d", test.name, c.iterations, test.low, test.high)
		}
	}
	if p := comparison.planFor(calibration{100, 2500 * time.Microsecond, false}, time.Millisecond); p.kept != 20 || p.dropped != 3 {
		t.Errorf("%+v", p)
	}
	if p := comparison.planFor(calibration{1, 4 * time.Second, false}, time.Millisecond); p.kept != 1 || p.dropped != 0 {
		t.Errorf("%+v", p)
	}
	if p := comparison.planFor(calibration{100, 2500 * time.Microsecond, false}, time.Second); p.kept != mostSlices {
		t.Errorf("%+v: starting takes a second, measuring no longer", p)
	}
}

// A binary that cannot be stepped runs a process for each slice.
func TestSliced(t *testing.T) {
	c := newComparison(t, Config{Bench: "^Benchmark(Loop|Allocates|MetricsN|BadPanic|BadStart|BadExit)$", CPU: []int{2}, Slice: 10 * time.Millisecond, Slices: 2}, true)
	found := pairs(blocks(t, c, 1, declared(t, c))[0])
	for _, name := range []string{"Loop-2", "Allocates-2", "MetricsN-2"} {
		if p := found[name]; !p.good() {
			t.Error(p)
		}
	}
	if v := found["Allocates-2"].values("B/op"); v != [2]float64{256, 256} {
		t.Errorf("Allocates: %v B/op", v)
	}
	if v := found["MetricsN-2"].values("seven/op"); v != [2]float64{7, 7} {
		t.Errorf("MetricsN: %v", v)
	}
	for name, words := range map[string]string{"BadPanic-2": "the roof is on fire", "BadStart-2": "cannot even begin", "BadExit-2": "os.Exit(0)"} {
		if p := found[name]; p == nil || !strings.Contains(p.reasons[0]+p.reasons[1], words) {
			t.Errorf("%s: %v, want %q; there are %q", name, p, words, slices.Sorted(maps.Keys(found)))
		}
	}
}

func TestUntimed(t *testing.T) {
	const memory = "\t       0 B/op\t       0 allocs/op\n"
	for line, want := range map[string]bool{
		"BenchmarkBadStart-2   \t       1" + memory:                      true,
		"BenchmarkLoop-2   \t       1\t       539 ns/op" + memory:        false,
		"BenchmarkMetric-2   \t       1\t       7.000 seven/op" + memory: false,
	} {
		var out record.Printout
		_, _ = out.Write([]byte(line))
		if results := out.Results(); len(results) != 1 || untimed(results[0]) != want {
			t.Errorf("%q: %v", line, results)
		}
	}
}

func TestDeadlineAndInterrupt(t *testing.T) {
	c := newComparison(t, Config{Bench: "^BenchmarkSlow$", CPU: []int{2}}, false)
	promised := declared(t, c)
	var r run
	if err := r.measure(t.Context(), c, math.MaxInt, time.Now(), promised); err != nil || len(r.blocks) != 1 || len(r.blocks[0].Results) != 2 {
		t.Errorf("a spent budget: %d blocks, want the first one; %v", len(r.blocks), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r = run{done: func() {
		if len(r.blocks) == 2 {
			cancel()
		}
	}}
	if err := r.measure(ctx, c, math.MaxInt, time.Time{}, promised); !errors.Is(err, context.Canceled) || len(r.blocks) != 2 {
		t.Errorf("%v after %d blocks", err, len(r.blocks))
	}
	// In the middle of a slice.
	ctx, cancel = context.WithTimeout(t.Context(), 150*time.Millisecond)
	defer cancel()
	r = run{}
	err := r.measure(ctx, c, math.MaxInt, time.Time{}, promised)
	for _, b := range r.blocks {
		if len(b.Failures) > 0 {
			t.Errorf("%+v", b.Failures)
		}
	}
	if failure := c.order[0].failure; !errors.Is(err, context.DeadlineExceeded) || failure != [2]error{} {
		t.Errorf("%v, and the benchmark is to blame: %q", err, failure)
	}
	noProcessLeft(t)
	if _, err := c.Declare(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("declared after the end of the context: %v", err)
	}
}

func TestNoSuchBenchmark(t *testing.T) {
	var input *build.InputError
	for _, bench := range []string{"Nothing", "Loop/x(", "("} {
		c := newComparison(t, Config{Bench: bench}, false)
		if _, err := c.Declare(t.Context()); !errors.As(err, &input) {
			t.Errorf("-bench %q: %v", bench, err)
		}
	}
}
