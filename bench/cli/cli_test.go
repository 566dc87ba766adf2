package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"poolbench/bench"
	"poolbench/bench/arm/inproc"
	"poolbench/executors"
	"poolbench/workloads"
)

func TestMain(m *testing.M) {
	bench.Main()
	os.Exit(m.Run())
}

var grid = inproc.Grid{Workloads: []workloads.Workload{workloads.Spin, workloads.Sleep}, Executors: []executors.Kind{executors.Goroutines, executors.Spawn},
	Workers: []int{1, 2, 7}, Grains: []time.Duration{10 * time.Microsecond}}

// mine runs a program around a grid in this process.
func mine(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = newProgram("mine", grid).Run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

// Without a word a program runs its grid, with the flags of run.
func TestProgramAroundAGrid(t *testing.T) {
	for _, test := range []struct {
		args []string
		code int
		says []string
	}{
		{[]string{"-n", "-seed", "7"}, 0, []string{"seed 7", "goroutines × 7, spin, 10 µs", "spawn × 1, sleep, 10 µs", "capacity × 1"}},
		{[]string{"run", "-n", "-workloads", "sleep", "-workers", "3", "-grains", "1ms"}, 0, []string{"goroutines × 3, sleep, 1 ms"}},
		{[]string{"-n", "-quick", "-workers", "5"}, 0, []string{"goroutines × 5, spin, 10 µs"}},
		{[]string{"-h"}, 0, []string{"mine [flags]", "mine report [flags] RECORD", "-blocks", "(default spin,sleep)", "(default goroutines,spawn)", "(default 1,2,7)", "(default 10µs)"}},
		{[]string{"help", "report"}, 0, []string{"mine report [flags] RECORD", "-out"}},
		{[]string{"-workloads", "tiny"}, 2, []string{`mine: run: `, `unknown "tiny"`, "[spin sleep]"}},
		{[]string{"-budget", "1ms"}, 2, []string{"larger budget"}},
		{[]string{"repot", "x"}, 2, []string{`unknown command "repot", did you mean "report"?`}},
		{[]string{"report"}, 2, []string{"one record"}},
		{[]string{"report", "-out=", "x"}, 2, []string{"-out", "directory"}},
	} {
		code, stdout, stderr := mine(t, test.args...)
		if code != test.code {
			t.Errorf("%q: exit %d, want %d: %s", test.args, code, test.code, stderr)
		}
		for _, want := range test.says {
			if !strings.Contains(stdout+stderr, want) {
				t.Errorf("%q: %q is not in\n%s%s", test.args, want, stdout, stderr)
			}
		}
		if test.code == 2 && (strings.Count(stderr, "\n") != 1 || stdout != "") {
			t.Errorf("%q: want one sentence:\n%s%s", test.args, stdout, stderr)
		}
	}
}

// What is no grid is measured by the same program, without the flags that choose of one.
func TestProgramAroundASource(t *testing.T) {
	other := grid
	other.Workloads = []workloads.Workload{workloads.Tiny}
	var out, errs bytes.Buffer
	if code := newProgram("mine", inproc.Grid{}, other.Source()).Run(t.Context(), []string{"-n"}, &out, &errs); code != 0 || !strings.Contains(out.String(), "spawn × 2, tiny") {
		t.Errorf("exit %d\n%s%s", code, &out, &errs)
	}
	if code := newProgram("mine", inproc.Grid{}, other.Source()).Run(t.Context(), []string{"-workers", "2"}, &out, &errs); code != 2 || !strings.Contains(errs.String(), "no flag -workers") {
		t.Errorf("exit %d\n%s", code, &errs)
	}
	out.Reset()
	if code := newProgram("mine", grid, other.Source()).Run(t.Context(), []string{"-n", "-workloads", "spin"}, &out, &errs); code != 0 ||
		!strings.Contains(out.String(), "spawn × 2, tiny") || !strings.Contains(out.String(), "spawn × 2, spin") || strings.Contains(out.String(), "sleep") {
		t.Errorf("exit %d\n%s%s", code, &out, &errs)
	}
}

// The report of a record never takes the place of that of another one.
func TestEveryRecordHasAReportOfItsOwn(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if code, _, stderr := mine(t, "-workloads", "spin", "-workers", "2", "-blocks", "2", "-budget", "20s", "-progress", "none"); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	record, err := os.ReadFile(filepath.Join(defaultOut, recordName))
	if err != nil {
		t.Fatal(err)
	}
	bench := "BenchmarkGrid/executor=serial/workload=w/workers=1-2 1 5 ns/op\nBenchmarkGrid/executor=a/workload=w/workers=2-2 1 5 ns/op\n"
	for name, text := range map[string]string{"bench.txt": bench, "bench": bench, "other/results.txt": bench, defaultOut + "/results.20240102.txt": string(record)} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	reports := func() map[string]string {
		found := map[string]string{}
		err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
			if err != nil || d.Name() != "report.html" {
				return err
			}
			text, err := os.ReadFile(path)
			found[filepath.ToSlash(filepath.Dir(path))] = string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	before := reports()
	for _, test := range []struct{ record, dir string }{
		{"bench.txt", "bench.txt.report"},
		{"bench", "bench.report"},
		{"other/results.txt", "other/results.txt.report"}, // of no run: what lies beside it is not ours
		{defaultOut + "/results.20240102.txt", defaultOut + "/results.20240102.txt.report"},
		{"poolbench-out/../poolbench-out/results.txt", defaultOut},
	} {
		code, stdout, stderr := mine(t, "report", test.record)
		if code != 0 || !strings.Contains(filepath.ToSlash(stdout), "Report      "+test.dir+"/report.html\n") {
			t.Fatalf("%s: exit %d\n%s%s", test.record, code, stdout, stderr)
		}
		after := reports()
		if after[test.dir] == "" {
			t.Errorf("%s: no report in %s", test.record, test.dir)
		}
		for dir, text := range before {
			if after[dir] != text {
				t.Errorf("%s changed the report in %s", test.record, dir)
			}
		}
		before = after
	}
	if code, _, stderr := mine(t, "report", "-out", "told", "bench.txt"); code != 0 || reports()["told"] != before["bench.txt.report"] {
		t.Errorf("-out: exit %d: %s", code, stderr)
	}
}

// A record that is no file has no place for a report beside it.
func TestReportOfAPipe(t *testing.T) {
	t.Chdir(t.TempDir())
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	defer func(stdin *os.File) { os.Stdin = stdin }(os.Stdin)
	os.Stdin = read
	if _, err := write.WriteString("BenchmarkGrid/executor=serial/workload=w/workers=1-2 1 5 ns/op\n"); err != nil {
		t.Fatal(err)
	}
	write.Close()
	code, stdout, stderr := mine(t, "report", "-json", "answers.json", "-")
	if code != 0 || !strings.Contains(stdout, "-out DIR") {
		t.Errorf("exit %d\n%s%s", code, stdout, stderr)
	}
	files, err := filepath.Glob("*")
	if err != nil || !slices.Equal(files, []string{"answers.json"}) {
		t.Errorf("left %v, %v", files, err)
	}
}

// Standard output is for people: no flag makes a file called "-".
func TestFilesAreNotStandardOutput(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("bench.txt", []byte("BenchmarkGrid/executor=serial/workload=w/workers=1-2 1 5 ns/op\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := mine(t, "report", "-json", "-", "bench.txt")
	if _, err := os.Stat("-"); code != 2 || !strings.Contains(stderr, "/dev/stdout") || err == nil {
		t.Errorf("exit %d: %s", code, stderr)
	}
}
