package record_test

import (
	"encoding/binary"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/perf/benchfmt"

	. "poolbench/bench/record"
)

// times are the names and times of a file that must be read, in nanoseconds.
func times(t *testing.T, text string) (names []string, ns []float64) {
	t.Helper()
	rec, err := Read(strings.NewReader(text), "x.txt")
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	for _, r := range rec.Results {
		names, ns = append(names, r.Full), append(ns, math.Round(r.Values[UnitTime]*1e9))
	}
	return names, ns
}

// Whatever stands between results, and around them, the results are read.
func TestLinesThatAreNoResults(t *testing.T) {
	for _, test := range []struct {
		text    string
		skipped []int
	}{
		{"Benchmarking with 4 workers, please wait\n" + good, []int{1}},
		{"Benchmark 1: sleep 0.1\n  Time (mean ± σ):     101.2 ms ±   0.4 ms    [User: 0.6 ms, System: 0.9 ms]\n" + good, []int{1}}, // hyperfine
		{"Benchmark 3 of 10\n" + good, []int{1}},
		{"Benchmark 1 of 4: copying files\n" + good, []int{1}},
		{"BenchmarkA\n" + good, nil}, // go test -v
		{"BenchmarkA-8   \tx_test.go:3: a log line\n" + good, []int{1}},
		{"BenchmarkA 1 5 ns/op 3\n" + good, []int{1}},
		{"BenchmarkA -1 5 ns/op\n" + good, []int{1}},
		{"Unit tests: 3 passed\nUnit\nUnitary\n" + good, nil},
		{strings.Repeat("x", 1<<17) + "\n" + good + "log: " + strings.Repeat("y", 1<<17) + "\n# " + strings.Repeat("z", 1<<17) + "\n", nil},
		{"Benchmark " + strings.Repeat("x ", 1<<20) + "\n" + good, []int{1}},
		{"# block diagram\n# failed to connect: no\n# turns out well\n# fact of life\n# note that: this\nside: left\n" + good, nil},
		{byteOrderMark + good, nil},
		{strings.ReplaceAll(byteOrderMark+good, "\n", "\r\n"), nil},
		{"goos: linux\n" + byteOrderMark + good, nil}, // two files put together
		{"\n\n" + good + "ok  \texample.com/x\t1.2s", nil},
		{strings.TrimSuffix(good, "\n"), nil}, // whole, since its unit is
		{utf16le(good), nil},
	} {
		rec, err := Read(strings.NewReader(test.text), "x.txt")
		if err != nil {
			t.Errorf("%.60q: %v", test.text, err)
			continue
		}
		if len(rec.Results) != 1 || rec.Results[0].Full != "A" || rec.Results[0].Values[UnitTime] != 5e-9 || !slices.Equal(rec.Skipped, test.skipped) || rec.Ours || len(rec.Warnings) > 0 {
			t.Errorf("%.60q: %d results, skipped %v, want %v; %+v", test.text, len(rec.Results), rec.Skipped, test.skipped, rec.Warnings)
		}
	}
}

const byteOrderMark = "\ufeff"

// utf16le is text as Windows PowerShell writes it.
func utf16le(text string) string {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(strings.ReplaceAll(text, "\n", "\r\n"))) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return string(out)
}

// A function may have no name but Benchmark; names are read as they are printed, long ones
// too.
func TestNamesAsPrinted(t *testing.T) {
	long := "Deep/" + strings.Repeat("x", 1<<17)
	names, _ := times(t, "Benchmark 1 5 ns/op\nBenchmark-8 1 5 ns/op\nBenchmark/sub-8 1 5 ns/op\nBenchmark_x 1 5 ns/op\nBenchmark2 1 5 ns/op\nBenchmarkÉté-8 1 5 ns/op\nBenchmark"+long+" 1 5 ns/op\n")
	if want := []string{"Benchmark", "Benchmark-8", "Benchmark/sub-8", "_x", "2", "Été-8", long}; !slices.Equal(names, want) {
		t.Errorf("%.200q", names)
	}
	for _, printed := range []string{"Benchmark", "Benchmark-8", "Benchmark/sub-8", "BenchmarkEncode", "Benchmark_x"} {
		if back := PrintedName(ShortName(printed)); back != printed {
			t.Errorf("%s comes back as %s", printed, back)
		}
	}
	var out strings.Builder
	w := ContinueWriter(&out, nil)
	if err := w.Result(Result{Point: Promise{Name: "Benchmark-8"}.Point(), Values: map[string]float64{UnitTime: 1}}); err != nil || !strings.HasPrefix(out.String(), "\nBenchmark-8") && !strings.HasPrefix(out.String(), "Benchmark-8") {
		t.Errorf("%q, %v", out.String(), err)
	}
	var printed Printout
	fmt.Fprint(&printed, "pkg: p\nBenchmark-2 1 5 ns/op 3 MB/s\nBenchmarking 1 of 5\n")
	if got := printed.Results(); len(got) != 1 || got[0].Point.Full() != "p.Benchmark-2" || len(got[0].Values) != 1 {
		t.Errorf("%+v", got)
	}
}

// Every spelling of a unit is tidied, that of a zero too.
func TestUnitsAreTidied(t *testing.T) {
	rec, err := Read(strings.NewReader("Unit p99-ns/op better=lower\nBenchmarkA 1 0 ns/op 0 MB/s 0 user-ns/op -0 p99-ns/op 5 ns/GC\nBenchmarkA 1 5 sec/op 3 MB/s 2 user-ns/op 1 p99-ns/op 7 ns/GC\n"), "x.txt")
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rec.Results {
		if got := slices.Sorted(maps.Keys(r.Values)); !slices.Equal(got, []string{"B/s", "p99-sec/op", "sec/GC", "sec/op", "user-sec/op"}) || i == 0 && (r.Values["B/s"] != 0 || math.Signbit(r.Values["p99-sec/op"])) {
			t.Errorf("%v", r.Values)
		}
	}
	if rec.Unit("p99-sec/op").Better != -1 || UnitOf("req/sec").Better != 1 || UnitOf("req/s").Better != 1 {
		t.Error("a direction is lost")
	}
	if CheckUnits([]Unit{{Name: "p99-ns/op"}}) == nil {
		t.Error("a unit is declared that no record has")
	}
	if err := (Result{Point: NewPoint("A"), Values: map[string]float64{UnitTime: -1}}).Check(); err == nil {
		t.Error("a time below 0 may be written, and not read")
	}
}

// What is not a value of a known key is none; what changes within a file is told.
func TestMachineKeys(t *testing.T) {
	for _, said := range []string{"go: downloading example.com/text v0.2.0", "go: finding module for package x", "go: warning: \"./...\" matched no packages",
		"go: go1.99 requires a newer toolchain", "go:", "goos: not linux", "pkg: 3 are new", "go:1.2"} {
		rec, err := Read(strings.NewReader("pkg: p\n"+said+"\n"+good), "x.txt")
		if err != nil || len(rec.MachineKeys()) > 0 || rec.Results[0].Point.Pkg != "p" || rec.Key("go") != "" {
			t.Errorf("%s: %+v, %v", said, rec.MachineKeys(), err)
		}
	}
	for _, version := range []string{"go1.26.8", "go1.26rc1", "devel go1.27-3f2a Mon Jan 5 2026", "go1.26.8 X:nocoverageredesign", "1.22.3", "devel +3f2a"} {
		rec, err := Read(strings.NewReader("go: "+version+"\n"+good), "x.txt")
		if err != nil || rec.Key("go") != version || !reflect.DeepEqual(rec.MachineKeys(), []Field{{"go", version}}) {
			t.Errorf("%s: %v, %v", version, rec.Config, err)
		}
	}
	rec, err := Read(strings.NewReader("cpu: X\ngo: go1.25\n"+good+"cpu: Y\n"+good+"cpu: X\n"), "x.txt")
	if err != nil || len(rec.Warnings) != 1 || !strings.Contains(rec.Warnings[0].What, `cpu is "X" and "Y".`) {
		t.Errorf("%+v, %v", rec.Warnings, err)
	}
	rec, err = Read(strings.NewReader(good+"PASS\ngoos: plan9\n"), "x.txt") // a file that was sorted
	if err != nil || !reflect.DeepEqual(rec.MachineKeys(), []Field{{"goos", "plan9"}}) {
		t.Errorf("%v, %v", rec, err)
	}
}

// A record of ours that lost its end is read to there.
func TestLostEnd(t *testing.T) {
	whole := ours + "# block 1\n" + good
	for _, cut := range []string{"BenchmarkA 1 5 ns/op", "BenchmarkA 1", "# fact end {\"blo", "# blo", "cpu: "} {
		rec, err := Read(strings.NewReader(whole+cut), "x.txt")
		if err != nil || len(rec.Results) != 1 || len(rec.Warnings) != 1 || !strings.Contains(rec.Warnings[0].What, "x.txt lost its end: line 4 ") {
			t.Errorf("%q: %+v, %v", cut, rec, err)
		}
	}
	for _, cut := range []string{"BenchmarkA 1 5 ns", "BenchmarkA 1", "BenchmarkA-8   \t", "Bench"} {
		if _, err := Read(strings.NewReader(good+cut), "x.txt"); err == nil || !strings.Contains(err.Error(), "x.txt:2: the file is cut off") {
			t.Errorf("%q: %v", cut, err)
		}
	}
}

// Names have our axes and our probes only in a record of ours.
func TestSomebodysNames(t *testing.T) {
	const names = "BenchmarkCapacity 1 5 ns/op\nBenchmarkCapacity/workers=4 1 5 ns/op\nBenchmarkFrame/payload=1KB 1 5 ns/op\n" +
		"BenchmarkGrid/executor=x/workload=y/workers=auto 1 5 ns/op\nBenchmarkGrid/executor=x/workload=y/workers=2/grain=fine 1 5 ns/op\n" +
		"BenchmarkGrid/executor=x/executor=y/workload=y/workers=1 1 5 ns/op\nBenchmarkGrid/executor=x/workload=y/workers=2/grain=10us 1 5 ns/op\n"
	rec, err := Read(strings.NewReader(names), "x.txt")
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rec.Results {
		if rec.IsProbe(r.Point) || r.Point.IsGrid() != (i == 6) || i < 6 && r.Point.Name() != r.Full {
			t.Errorf("%s became %+v", r.Full, r.Point)
		}
	}
	if _, err := Read(strings.NewReader(ours+names), "x.txt"); err == nil || !strings.Contains(err.Error(), `x.txt:5: `) {
		t.Errorf("a record of ours with workers=auto: %v", err)
	}
	rec, err = Read(strings.NewReader(ours+"BenchmarkCapacity/workers=4-1 1 5 ns/op\n"), "x.txt")
	if err != nil || !rec.Ours || !rec.IsProbe(rec.Results[0].Point) {
		t.Errorf("%+v, %v", rec, err)
	}
}

// The files that the library of the format is tested with: whatever benchfmt reads is read
// as the same, and 76 of them hold results.
func TestFilesOfPerf(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/perf").Output()
	if err != nil {
		t.Skip("no module cache: ", err)
	}
	dir, read := strings.TrimSpace(string(out)), 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(path, "testdata") {
			return err
		}
		files := benchfmt.Files{Paths: []string{path}}
		var want []string
		for files.Scan() {
			if r, ok := files.Result().(*benchfmt.Result); ok {
				want = append(want, string(r.Name.Full()))
			}
		}
		if len(want) == 0 {
			return nil
		}
		rec, err := ReadFile(path)
		if err != nil {
			t.Errorf("%v", err)
			return nil
		}
		read++
		var got []string
		for _, r := range rec.Results {
			got = append(got, r.Full)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %d results, want %d", path, len(got), len(want))
		}
		return nil
	})
	if err != nil || read < 76 {
		t.Errorf("%d files with results, %v", read, err)
	}
}
