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
	"strings"
	"testing"
	"time"

	"golang.org/x/perf/benchfmt"

	. "poolbench/bench/record"
)

var goroutines = Cell{Executor: "goroutines", Workload: "spin", Workers: 2, Grain: 10 * time.Microsecond}

func TestCellNames(t *testing.T) {
	for _, test := range []struct {
		cell         Cell
		name, people string
	}{
		{goroutines, "Grid/executor=goroutines/workload=spin/workers=2/grain=10000", "goroutines × 2, spin, 10µs"},
		{goroutines.Baseline(), "Grid/executor=serial/workload=spin/workers=1/grain=10000", "serial, spin, 10µs"},
		{Cell{Executor: "x", Workload: "tiny", Workers: 8, Payload: 64}, "Grid/executor=x/workload=tiny/workers=8/grain=0/payload=64", "x × 8, tiny, 64 B"},
	} {
		if got := test.cell.Name(); got != test.name {
			t.Errorf("name %q, want %q", got, test.name)
		}
		if got := test.cell.String(); got != test.people {
			t.Errorf("%q, want %q", got, test.people)
		}
		for _, suffix := range []string{"", "-2", "-16"} {
			got, err := ParseCell(benchfmt.Name(test.name + suffix))
			if err != nil || got != test.cell {
				t.Errorf("%s%s: %+v, %v", test.name, suffix, got, err)
			}
		}
	}
}

func TestParseCell(t *testing.T) {
	for _, test := range []struct {
		name string
		want Cell
		err  string
	}{
		{"Mine/workload=spin/executor=x/workers=3-8", Cell{Executor: "x", Workload: "spin", Workers: 3}, ""},
		{"Grid/executor=serial/workload=spin-4", Cell{Executor: "serial", Workload: "spin", Workers: 1}, ""},
		{"Grid/executor=x/workload=y/workers=1/grain=10us", Cell{Executor: "x", Workload: "y", Workers: 1, Grain: 10000}, ""},
		{"Grid/executor=x/workload=y", Cell{}, "no workers"},
		{"Grid/executor=x/workers=1", Cell{}, "no executor=… and workload=…"},
		{"Grid/executor=x/workload=y/workers=0", Cell{}, "not a count"},
		{"Grid/executor=x/workload=y/workers=1/workers=2", Cell{}, "workers comes twice"},
		{"Grid/executor=x/workload=y/workers=two", Cell{}, "not a count"},
		{"Grid/executor=x/workload=y/workers=1/grain=-1", Cell{}, "neither nanoseconds nor a duration"},
		{"Grid/executor=x/workload=y/workers=1/payload=-1", Cell{}, "not a count"},
		{"Grid/executor=x/workload=y/workers=1/color=red", Cell{}, "unknown key"},
		{"Grid/fast", Cell{}, "not key=value"},
		{"Grid", Cell{}, "no executor"},
		{"", Cell{}, "no executor"},
	} {
		got, err := ParseCell(benchfmt.Name(test.name))
		if got != test.want && err == nil || test.err == "" && err != nil || test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
			t.Errorf("%q: %+v, %v; want %+v, %q", test.name, got, err, test.want, test.err)
		}
	}
}

// Everything that is written is read back.
func TestRoundTrip(t *testing.T) {
	var out bytes.Buffer
	w := NewWriter(&out, []Field{{"goos", "plan9"}, {"cpu", "Fast\nCPU \x1b[1m 9000"}})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(w.Note("seed", "42"))
	must(w.Note("empty", ""))
	must(w.Note("workload.spin", "cpu"))
	must(w.Note("warning.governor", "It is slow: very. | Use\nanother."))
	must(w.Block(1))
	must(w.Result("Capacity/workers=2", Value{0.5, UnitTime}))
	must(w.Result(goroutines.Name(), Value{0.0021, UnitTime}, Value{256, UnitTasks}))
	must(w.Failure(goroutines.Baseline().Name(), "exit status 3: signal: killed\nmore"))
	must(w.Block(2))
	must(w.Result(goroutines.Name(), Value{1e-9, UnitTime}, Value{0, "B/op"}))
	must(w.Note("seed", "43"))

	rec, err := Read(bytes.NewReader(out.Bytes()), "x.txt")
	must(err)
	if want := []Field{{"cpu", "Fast CPU [1m 9000"}, {"goos", "plan9"}}; !reflect.DeepEqual(rec.Config, want) {
		t.Errorf("config %q", rec.Config)
	}
	for key, want := range map[string]string{"seed": "43", "empty": "", "warning.governor": "It is slow: very. | Use another.", "nothing": ""} {
		if got := rec.Note(key); got != want {
			t.Errorf("note %s is %q, want %q", key, got, want)
		}
	}
	if got := rec.NotesUnder("workload."); !reflect.DeepEqual(got, []Field{{"spin", "cpu"}}) {
		t.Errorf("notes under workload.: %q", got)
	}
	if want := []Failure{{goroutines.Baseline().Name(), 1, "exit status 3: signal: killed more"}}; !reflect.DeepEqual(rec.Failures, want) {
		t.Errorf("failures %+v", rec.Failures)
	}
	if rec.Better[UnitTime] != -1 || !rec.Exact[UnitTasks] {
		t.Errorf("units %v %v", rec.Better, rec.Exact)
	}
	if len(rec.Results) != 3 {
		t.Fatalf("%d results", len(rec.Results))
	}
	probe, first, second := rec.Results[0], rec.Results[1], rec.Results[2]
	if probe.Kind != KindCapacity || probe.Cell.Workers != 2 || probe.Block != 1 {
		t.Errorf("%+v", probe)
	}
	if first.Kind != KindCell || first.Cell != goroutines || first.Block != 1 || first.Name != goroutines.Name() ||
		!reflect.DeepEqual(first.Values, map[string]float64{UnitTime: 0.0021, UnitTasks: 256}) || first.Procs != runtime.GOMAXPROCS(0) {
		t.Errorf("%+v", first)
	}
	if s, ok := second.Time(); s != 1e-9 || !ok || second.Block != 2 || !strings.HasPrefix(second.Position, "x.txt:") {
		t.Errorf("%+v", second)
	}

	// A run that goes on appends to the same file.
	must(ContinueWriter(&out, []Field{{"goos", "plan9"}}).Block(3))
	must(ContinueWriter(&out, []Field{{"goos", "plan9"}}).Result(goroutines.Name(), Value{1, UnitTime}))
	rec, err = Read(&out, "x.txt")
	must(err)
	if n := len(rec.Results); n != 4 || rec.Results[3].Block != 3 {
		t.Errorf("%d results after going on", n)
	}
}

func TestWriterRefuses(t *testing.T) {
	var out bytes.Buffer
	w := ContinueWriter(&out, nil)
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if err := w.Result("A", Value{1, UnitTime}, Value{v, "x"}); err == nil {
			t.Errorf("%v was accepted", v)
		}
	}
	for _, name := range []string{"", "a b", "a\nb", "a\tb"} {
		if w.Result(name, Value{1, UnitTime}) == nil || w.Failure(name, "why") == nil || w.Note(name, "x") == nil {
			t.Errorf("%q was accepted", name)
		}
	}
	if w.Note("a:b", "x") == nil {
		t.Error("a colon in a key was accepted")
	}
	if out.Len() > 0 {
		t.Errorf("something was written: %q", &out)
	}
	if err := w.Result("A", Value{1, UnitTime}); err != nil {
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
		if err := w.Result("A", Value{1, UnitTime}); !errors.Is(err, errDisk) {
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
	if len(rec.Results) != 3 || rec.Key("cpu") != "Some CPU" || len(rec.Notes) != 0 {
		t.Fatalf("%+v", rec)
	}
	r := rec.Results[0]
	if s, ok := r.Time(); !ok || math.Abs(s-120e-9) > 1e-18 || r.Kind != KindCell || r.Procs != 8 || r.Block != 0 || r.Values["B/op"] != 16 {
		t.Errorf("%+v", r)
	}
	if s, ok := rec.Results[1].Time(); ok || s != 0 {
		t.Errorf("no time: %v", s)
	}
	if r := rec.Results[2]; r.Kind != KindOther || r.Name != "Other" || r.Values["B/s"] != 5.5e6 {
		t.Errorf("%+v", r)
	}
}

const good = "BenchmarkA 1 5 ns/op\n"

func TestMalformed(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "x.txt:1: the file is empty"},
		{"no results", "goos: linux\nPASS\n", "x.txt:3: the file ends without a benchmark result"},
		{"cut off", good + "BenchmarkA 1 5 ns", "x.txt:2: the file is cut off in the middle of a line"},
		{"binary", good + "\x7fELF\x00\x00\n", "x.txt:2: binary data"},
		{"no iterations", good + "BenchmarkA x 5 ns/op\n", "x.txt:2: malformed benchmark line"},
		{"no unit", "BenchmarkA 1 5\n", "x.txt:1: malformed benchmark line"},
		{"bad number", "BenchmarkA 1 five ns/op\n", "x.txt:1: malformed benchmark line"},
		{"not a number", "BenchmarkA 1 NaN ns/op\n", "x.txt:1: the value of sec/op is not a finite number"},
		{"infinite", good + "BenchmarkA 1 +Inf B/op\n", "x.txt:2: the value of B/op is not a finite number"},
		{"too large", "BenchmarkA 1 1e999 ns/op\n", "x.txt:1: "},
		{"bad workers", "BenchmarkGrid/executor=x/workload=y/workers=0 1 5 ns/op\n", `x.txt:1: Grid/executor=x/workload=y/workers=0: bad value`},
		{"bad grain", "BenchmarkGrid/executor=x/workload=y/workers=1/grain=soon 1 5 ns/op\n", `grain "soon"`},
		{"repeated key", "BenchmarkGrid/executor=x/executor=y/workload=y/workers=1 1 5 ns/op\n", "x.txt:1: Grid/executor=x/executor=y/workload=y/workers=1: bad value in benchmark name: executor comes twice"},
		{"bad capacity", "BenchmarkCapacity/workers=many 1 5 ns/op\n", "x.txt:1: Capacity/workers=many names no worker count"},
		{"block word", "# block seven\n" + good, `x.txt:1: block number "seven"`},
		{"block zero", good + "# block 0\n", `x.txt:2: block number "0"`},
		{"failed without reason", "# failed A\n" + good, "x.txt:1: a failed line needs a name and a reason"},
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
		if r := rec.Results[i]; r.Pkg != want.pkg || r.Benchmark() != want.benchmark {
			t.Errorf("%+v", r)
		}
	}
}

func TestLineEndsOfWindows(t *testing.T) {
	rec, err := Read(strings.NewReader("goos: windows\r\n# block 1\r\n# note seed: 4\r\nBenchmarkA-2 1 5 ns/op\r\n"), "x.txt")
	if err != nil {
		t.Fatal(err)
	}
	if rec.Key("goos") != "windows" || rec.Note("seed") != "4" || len(rec.Results) != 1 || rec.Results[0].Block != 1 || rec.Results[0].Values[UnitTime] != 5e-9 {
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

func ExampleCell_Name() {
	c := Cell{Executor: "processes", Workload: "matmul", Workers: 4, Grain: time.Millisecond}
	fmt.Println(c.Name())
	fmt.Println(c.Baseline().Name())
	// Output:
	// Grid/executor=processes/workload=matmul/workers=4/grain=1000000
	// Grid/executor=serial/workload=matmul/workers=1/grain=1000000
}

// Whatever is read is finite and in order, and its cells can be written again.
func FuzzRead(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("goos: x\n# block 1\n# note a: b\nBenchmarkGrid/executor=x/workload=y/workers=2/grain=1ms-4 1 2 sec/op\n# failed A: b\n"))
	f.Add([]byte("Unit ns/op better=lower\nUnit x assume=exact\nBenchmarkCapacity/workers=2 1 2 ns/op 3 x\r\n"))
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
			if r.Procs < 1 || r.Block < 0 {
				t.Errorf("%+v", r)
			}
			if r.Kind == KindCell {
				if c, err := ParseCell(benchfmt.Name(r.Cell.Name())); err != nil || c != r.Cell {
					t.Errorf("%+v is written as %s and read as %+v, %v", r.Cell, r.Cell.Name(), c, err)
				}
			}
		}
	})
}

// The results of a block that failed stay in the file and are not read; probes are
// told from benchmarks of the same name.
func TestDroppedBlocksAndProbes(t *testing.T) {
	const text = "# block 1\nBenchmarkA 1 5 ns/op\n# failed A: no\n# note dropped: 1 A failed\n" +
		"# block 2\nBenchmarkA 1 6 ns/op\nBenchmarkBandwidth/workers=2-2 1 7 ns/op\nBenchmarkBandwidth/copy 1 8 ns/op\n" +
		"BenchmarkCalibration/workload=spin-2 1 9 ns/op 400 units/op\nBenchmarkCalibration/lens=wide 1 10 ns/op 3 task-ns/op\n# note dropped: 1 again\n"
	rec, err := Read(strings.NewReader(text), "x.txt")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(rec.Dropped, []int{1}) || len(rec.Failures) != 1 || len(rec.Results) != 5 {
		t.Fatalf("dropped %v, %d failures, %d results; want [1], 1 and 5", rec.Dropped, len(rec.Failures), len(rec.Results))
	}
	for i, want := range []struct {
		kind Kind
		cell Cell
	}{{KindOther, Cell{}}, {KindBandwidth, Cell{Workers: 2}}, {KindOther, Cell{}}, {KindCalibration, Cell{Workload: "spin"}}, {KindOther, Cell{}}} {
		r := rec.Results[i]
		if r.Block != 2 || r.Kind != want.kind || r.Cell != want.cell || r.Kind.Probe() != (want.kind != KindOther) {
			t.Errorf("%+v, want kind %v of %+v", r, want.kind, want.cell)
		}
	}
	if got := rec.Results[4].Values[UnitTaskTime]; math.Abs(got-3e-9) > 1e-18 {
		t.Errorf("3 task-ns/op is read as %v %s", got, UnitTaskTime)
	}
	if _, err := Read(strings.NewReader(good+"# note dropped: some\n"), "x.txt"); err == nil {
		t.Error("a dropped block without a number is read")
	}
}
