package record_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	. "poolbench/bench/record"
)

var (
	goroutines = GridPoint("goroutines", "spin", 2, 10*time.Microsecond)
	plain      = new(Facts).Baseline(goroutines)
)

// Everything that is written is read back.
func TestRoundTrip(t *testing.T) {
	var out bytes.Buffer
	joules := Unit{Name: "joules/op", Means: "energy", Better: -1}
	w := NewWriter(&out, []Field{{"goos", "plan9"}, {"cpu", "Fast\nCPU \x1b[1m 9000"}}, joules)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	start := time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC)
	slow := Warning{"governor", "It is slow: very | much.", "Use\nanother."}
	must(w.Fact("seed", 42))
	must(w.Fact("start", start))
	must(w.Fact("workload", Workload{"spin", "cpu"}))
	must(w.Fact("warning", slow))
	must(w.Fact("reading", Reading{Name: "noise", Value: 0.25, Unit: "sec"}))
	must(w.Block(1))
	must(w.Result(Result{Point: NewPoint(CapacityBenchmark, "workers", "2"), Values: map[string]float64{UnitTime: 0.5}}))
	must(w.Result(Result{Point: goroutines, Values: map[string]float64{UnitTime: 0.0021, UnitTasks: 256, "joules/op": 3}}))
	must(w.Failure(plain, "exit status 3: signal: killed\nmore"))
	must(w.Block(2))
	must(w.Result(Result{Point: goroutines, Values: map[string]float64{UnitTime: 1e-9, "B/op": 0, "gc/op": 1e12}}))
	must(w.Fact("seed", 43))
	must(w.Fact("end", End{Blocks: 2, Expected: 9, Interrupted: true, Elapsed: 1.5}))

	rec, err := Read(bytes.NewReader(out.Bytes()), "x.txt")
	must(err)
	if want := []Field{{"cpu", "Fast CPU [1m 9000"}, {"goos", "plan9"}}; !reflect.DeepEqual(rec.Config, want) {
		t.Errorf("config %q", rec.Config)
	}
	if f := rec.Facts; f.Seed != 43 || !f.Start.Equal(start) || f.Resource("spin") != "cpu" || f.Resource("tiny") != "" || !reflect.DeepEqual(f.Warnings, []Warning{slow}) ||
		!warned(f, "governor") || len(f.Readings) != 1 || *f.End != (End{2, 9, true, 1.5}) {
		t.Errorf("facts %+v", f)
	}
	if want := []Failure{{plain, 1, "exit status 3: signal: killed more"}}; !reflect.DeepEqual(rec.Failures, want) {
		t.Errorf("failures %+v", rec.Failures)
	}
	if rec.Unit(UnitTime).Better != -1 || !rec.Unit(UnitTasks).Exact || rec.Unit("joules/op") != joules || rec.Unit("what").Better != 0 || rec.Unit("hits/s").Better != +1 {
		t.Errorf("units %+v", rec.Facts.Units)
	}
	if len(rec.Results) != 3 {
		t.Fatalf("%d results", len(rec.Results))
	}
	probe, first, second := rec.Results[0], rec.Results[1], rec.Results[2]
	if !probe.Point.IsProbe() || probe.Point.Workers() != 2 || probe.Block != 1 {
		t.Errorf("%+v", probe)
	}
	if first.Point != goroutines || first.Block != 1 || first.Name != goroutines.Name() || first.Procs != runtime.GOMAXPROCS(0) ||
		!reflect.DeepEqual(first.Values, map[string]float64{UnitTime: 0.0021, UnitTasks: 256, "joules/op": 3}) {
		t.Errorf("%+v", first)
	}
	if s, ok := second.Time(); s != 1e-9 || !ok || second.Block != 2 || second.Values["gc/op"] != 1e12 || !strings.HasPrefix(second.Position, "x.txt:") {
		t.Errorf("%+v", second)
	}
	if v, ok := second.Values["B/op"]; v != 0 || !ok {
		t.Error("a value of 0 is gone")
	}

	// A run that goes on appends to the same file, and has no end until it writes one.
	again := ContinueWriter(&out, []Field{{"goos", "plan9"}})
	must(again.Fact("session", start.Add(time.Hour)))
	must(again.Fact("warning", Warning{Topic: "governor", What: "Now this."}))
	must(again.Block(3))
	must(again.Result(Result{Point: goroutines, Values: map[string]float64{UnitTime: 1}}))
	rec, err = Read(&out, "x.txt")
	must(err)
	if n := len(rec.Results); n != 4 || rec.Results[3].Block != 3 {
		t.Errorf("%d results after going on", n)
	}
	if f := rec.Facts; f.End != nil || len(f.Sessions) != 1 || len(f.Warnings) != 1 || f.Warnings[0].What != "Now this." {
		t.Errorf("after going on: %+v", f)
	}
	var numbers []int
	for b := range rec.Blocks() {
		numbers = append(numbers, b.Number, len(b.Results), len(b.Failures))
	}
	if want := []int{1, 2, 1, 2, 1, 0, 3, 1, 0}; !reflect.DeepEqual(numbers, want) {
		t.Errorf("blocks %v, want %v", numbers, want)
	}
}

func TestWriterRefuses(t *testing.T) {
	var out bytes.Buffer
	w := ContinueWriter(&out, nil)
	one := map[string]float64{UnitTime: 1}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if w.Result(Result{Point: NewPoint("A"), Values: map[string]float64{UnitTime: 1, "x": v}}) == nil ||
			w.Result(Result{Point: NewPoint("A"), Values: one, Turns: []float64{1, v}}) == nil || w.Fact("budget", v) == nil {
			t.Errorf("%v was accepted", v)
		}
	}
	for _, name := range []string{"", "a b", "a\nb", "a\tb"} {
		if w.Result(Result{Point: Point{Side: "base"}, Values: one}) == nil || w.Failure(NewPoint(name), "why") == nil || w.Fact(name, 1) == nil ||
			w.Result(Result{Point: NewPoint("A"), Values: map[string]float64{name: 1}}) == nil {
			t.Errorf("%q was accepted", name)
		}
	}
	if w.Result(Result{Point: NewPoint("A"), Values: map[string]float64{UnitTime: 1, "ns/op": 5}}) == nil {
		t.Error("two spellings of one unit were accepted")
	}
	if w.Fact("seed", "a text") == nil || w.Fact("warning", 3) == nil {
		t.Error("a fact that cannot be read back was accepted")
	}
	if out.Len() > 0 {
		t.Errorf("something was written: %q", &out)
	}
	if err := w.Result(Result{Point: NewPoint("A"), Values: one}); err != nil {
		t.Errorf("a refusal stays: %v", err)
	}
}

type brokenDisk struct{ left int }

var errDisk = errors.New("disk full")

func (d *brokenDisk) Write(b []byte) (int, error) {
	if d.left--; d.left < 0 {
		return 0, errDisk
	}
	return len(b), nil
}

// The first error of the disk is what every later call returns.
func TestWriterKeepsTheFirstError(t *testing.T) {
	w := ContinueWriter(&brokenDisk{left: 1}, nil)
	if err := w.Block(1); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.Result(Result{Point: NewPoint("A"), Values: map[string]float64{UnitTime: 1}}); !errors.Is(err, errDisk) {
			t.Errorf("%v", err)
		}
		if err := w.Block(2); !errors.Is(err, errDisk) {
			t.Errorf("%v", err)
		}
	}
}

func TestGoTestOutput(t *testing.T) {
	rec, err := Read(strings.NewReader(`goos: linux
goarch: amd64
pkg: example.com/x
cpu: Some CPU
BenchmarkMine/executor=x/workload=spin/workers=2-8         	     100	    120 ns/op	  16 B/op
BenchmarkMine/executor=x/workload=spin/workers=2-8         	     100	    0 ns/op
BenchmarkOther-8   	     100	    2 ns/op	 5.5 MB/s
# note that this was on battery
# something else
--- BENCH: BenchmarkOther-8
    x_test.go:12: hello
PASS
ok  	example.com/x	1.2s
`), "out.txt")
	if err != nil {
		t.Fatal(err)
	}
	if len(rec.Results) != 3 || rec.Key("cpu") != "Some CPU" || len(rec.Facts.Readings) != 0 {
		t.Fatalf("%+v", rec)
	}
	r := rec.Results[0]
	if s, ok := r.Time(); !ok || math.Abs(s-120e-9) > 1e-18 || !r.Point.IsGrid() || r.Procs != 8 || r.Block != 0 || r.Values["B/op"] != 16 {
		t.Errorf("%+v", r)
	}
	if s, ok := rec.Results[1].Time(); ok || s != 0 {
		t.Errorf("no time: %v", s)
	}
	if r := rec.Results[2]; r.Point.IsGrid() || r.Name != "Other" || r.Point.Full() != "example.com/x.Other" || r.Values["B/s"] != 5.5e6 {
		t.Errorf("%+v", r)
	}
}

const (
	good = "BenchmarkA 1 5 ns/op\n"
	ours = "# fact seed 1\n" // says that the file is a record of ours
)

func TestMalformed(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "x.txt:1: the file is empty"},
		{"no results", "goos: linux\nPASS\n", "x.txt:3: the file ends without a benchmark result"},
		{"go test -json", `{"Action":"output","Package":"p","Output":"BenchmarkA-8 \t 1 5 ns/op\n"}` + "\n", "x.txt:2: the file ends without a benchmark result: it is of go test -json"},
		{"cut off", good + "BenchmarkA 1 5 ns", "x.txt:2: the file is cut off in the middle of a line"},
		{"binary", good + "\x7fELF\x00\x00\n", "x.txt:2: binary data"},
		{"no result line", "BenchmarkA x 5 ns/op\nBenchmarkA 1 5\n", "x.txt:3: the file ends without a benchmark result"},
		{"bad second number", good + "BenchmarkA 1 5 ns/op 5,5 hits\n", `x.txt:2: malformed benchmark line: the value "5,5" of hits is no number`},
		{"count too large", "BenchmarkA 99999999999999999999 5 ns/op\n", "x.txt:1: the count 99999999999999999999 is too large"},
		{"time below 0", good + "BenchmarkA 1 -5 ns/op\n", "x.txt:2: the value of sec/op is below 0: -5"},
		{"another time below 0", good + "BenchmarkA 1 5 ns/op -2 p99-ns/op\n", "x.txt:2: the value of p99-sec/op is below 0: -2"},
		{"fewer than no bytes", good + "BenchmarkA 1 -5 B/op\n", "x.txt:2: the value of B/op is below 0: -5"},
		{"unit both ways", good + "Unit hits better=lower\nUnit hits better=higher\n", "x.txt:3: better of hits is declared already"},
		{"bad number", "BenchmarkA 1 five ns/op\n", "x.txt:1: malformed benchmark line"},
		{"not a number", "BenchmarkA 1 NaN ns/op\n", "x.txt:1: the value of sec/op is not a finite number"},
		{"infinite", good + "BenchmarkA 1 +Inf B/op\n", "x.txt:2: the value of B/op is not a finite number"},
		{"too large", "BenchmarkA 1 1e999 ns/op\n", "x.txt:1: "},
		{"bad workers", ours + "BenchmarkGrid/executor=x/workload=y/workers=0 1 5 ns/op\n", `x.txt:2: Grid/executor=x/workload=y/workers=0: bad value`},
		{"bad grain", ours + "BenchmarkGrid/executor=x/workload=y/workers=1/grain=soon 1 5 ns/op\n", `grain "soon"`},
		{"repeated key", ours + "BenchmarkGrid/executor=x/executor=y/workload=y/workers=1 1 5 ns/op\n", "x.txt:2: Grid/executor=x/executor=y/workload=y/workers=1: bad value in benchmark name: executor comes twice"},
		{"block word", ours + "# block seven\n" + good, `x.txt:2: block number "seven"`},
		{"block zero", ours + good + "# block 0\n", `x.txt:3: block number "0"`},
		{"side", ours + "side: left\n" + good, `x.txt:3: the side "left" is neither`},
		{"fact of another kind", "# fact seed \"x\"\n" + good, "x.txt:1: fact seed"},
		{"fact cut off", ours + good + "# fact end {\n", "x.txt:3: fact end"},
		{"failed without name", "# fact failed {}\n" + good, "x.txt:1: fact failed needs a name"},
		{"host outside", "# fact host {}\n" + good, "before the first block"},
		{"turns of nothing", ours + "# turns 1 2\n" + good, "x.txt:2: a line of turns"},
		{"two values of a unit", good + "BenchmarkA 1 5 ns/op 6 sec/op\n", "x.txt:2: there are two values of sec/op"},
		{"turn not finite", ours + good + "# turns 1 Inf\n", "not a finite number"},
	} {
		t.Run(test.name, func(t *testing.T) {
			rec, err := Read(strings.NewReader(test.text), "x.txt")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("%+v, %v; want %q", rec, err, test.want)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %q", err)
			}
		})
	}
}

// go test ./... writes the package before its benchmarks.
func TestPackages(t *testing.T) {
	rec, err := Read(strings.NewReader("BenchmarkA/x=1-2 1 5 ns/op\npkg: p/q\nBenchmarkA 1 5 ns/op\npkg: p/r\nBenchmarkB 1 5 ns/op\n"), "x.txt")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct{ pkg, benchmark string }{{"", "A"}, {"p/q", "A"}, {"p/r", "B"}} {
		if p := rec.Results[i].Point; p.Pkg != want.pkg || p.Benchmark() != want.benchmark {
			t.Errorf("%+v", p)
		}
	}
}

func TestLineEndsOfWindows(t *testing.T) {
	rec, err := Read(strings.NewReader("goos: windows\r\n# block 1\r\n# fact seed 4\r\nBenchmarkA-2 1 5 ns/op\r\n# turns 4 6\r\n"), "x.txt")
	if err != nil {
		t.Fatal(err)
	}
	if r := rec.Results[0]; rec.Key("goos") != "windows" || rec.Facts.Seed != 4 || r.Block != 1 || r.Values[UnitTime] != 5e-9 || len(r.Turns) != 2 {
		t.Errorf("%+v", rec)
	}
}

func TestReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.txt")
	if _, err := ReadFile(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if err := os.WriteFile(path, []byte(good), 0o644); err != nil {
		t.Fatal(err)
	}
	if rec, err := ReadFile(path); err != nil || rec.Path != path {
		t.Errorf("%+v, %v", rec, err)
	}
	if _, err := ReadFile(filepath.Dir(path)); err == nil {
		t.Error("a directory was read")
	}
}

func ExampleGridPoint() {
	p := GridPoint("processes", "matmul", 4, time.Millisecond).With("colour", "blue")
	fmt.Println(p.Name())
	fmt.Println(p)
	fmt.Println(new(Facts).Baseline(p))
	// Output:
	// Grid/executor=processes/workload=matmul/workers=4/grain=1000000/colour=blue
	// processes × 4, matmul, 1 ms, colour=blue
	// serial, matmul, 1 ms, colour=blue
}

// Whatever is read is finite and in order, and its points can be written again.
func FuzzRead(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("goos: x\n# block 1\n# fact seed 7\nBenchmarkGrid/executor=x/workload=y/workers=2/grain=1ms-4 1 2 sec/op\n# fact failed {\"name\":\"A\"}\n"))
	f.Add([]byte("goos: x\n# block 1\n# note a: b\nBenchmarkGrid/executor=x/workload=y/workers=2/grain=1ms-4 1 2 sec/op\n# failed A: b\n"))
	f.Add([]byte("# note comparison: 1\n# subject judged base+head p A\n# block 1\nside: head\nBenchmarkA 1 2 ns/op\n# chunks head 1 2\n"))
	f.Add([]byte("Unit ns/op better=lower\nUnit x assume=exact\nBenchmarkCapacity/workers=2 1 2 ns/op 3 x\r\n# turns 1\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		rec, err := Read(bytes.NewReader(text), "fuzz")
		if err != nil {
			return
		}
		for _, r := range rec.Results {
			for unit, v := range r.Values {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("%s is %v", unit, v)
				}
			}
			for _, v := range r.Turns {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("a turn of %v", v)
				}
			}
			if r.Procs < 1 || r.Block < 0 {
				t.Errorf("%+v", r)
			}
			if r.Point.IsGrid() {
				if p, err := ParsePoint(r.Point.Pkg, r.Point.Name()); err != nil || p != r.Point {
					t.Errorf("%+v is written as %s and read as %+v, %v", r.Point, r.Point.Name(), p, err)
				}
			}
		}
		for b := range rec.Blocks() {
			if b.Number < 1 {
				t.Errorf("block %d", b.Number)
			}
		}
	})
}

// warned reports whether there is a warning of a topic.
func warned(f Facts, topic string) bool {
	return slices.ContainsFunc(f.Warnings, func(w Warning) bool { return w.Topic == topic })
}

// Blocks of two runs cannot be told apart, so one file holds one.
func TestSecondRunIsRefused(t *testing.T) {
	const one = "# fact run \"a\"\n# block 1\nBenchmarkX 1 5 ns/op\n"
	if _, err := Read(strings.NewReader(one+strings.ReplaceAll(one, `"a"`, `"b"`)), "two.txt"); err == nil || !strings.Contains(err.Error(), "a second run begins here") {
		t.Error(err)
	}
	if _, err := Read(strings.NewReader(one+one), "again.txt"); err != nil {
		t.Error(err)
	}
}
