package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"poolbench/bench"
	"poolbench/bench/internal/program"
	"poolbench/bench/record"
	"poolbench/reports/gate"
	"poolbench/workloads"
	"poolbench/workloads/server"
)

// programEnv makes the test binary behave as the program, so that tests can send
// signals to a real one.
const programEnv = "POOLBENCH_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	bench.Main()
	if os.Getenv(programEnv) != "" {
		main()
	}
	os.Exit(m.Run())
}

// poolbench runs the program in this process.
func poolbench(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

// small measures a tiny grid and returns the directory of its report.
func small(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	code, stdout, stderr := poolbench(t, "run", "-out", dir, "-blocks", "8", "-budget", "5m", "-seed", "7",
		"-workloads", "spin", "-executors", "goroutines,processes", "-workers", "1,2", "-grains", "2us,32us,500us")
	if code != 0 {
		t.Fatalf("run: exit %d\n%s\n%s", code, stdout, stderr)
	}
	return dir
}

func TestRunReportGate(t *testing.T) {
	dir := small(t)
	results := filepath.Join(dir, "results.txt")
	for _, name := range []string{"results.txt", "report.html", "summary.md", "charts"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	t.Run("report twice is the same", func(t *testing.T) {
		a, b := t.TempDir(), t.TempDir()
		for _, out := range []string{a, b} {
			if code, _, stderr := poolbench(t, "report", "-out", out, results); code != 0 {
				t.Fatalf("exit %d: %s", code, stderr)
			}
		}
		compareTrees(t, a, b)
	})
	t.Run("gate against itself", func(t *testing.T) {
		if code, stdout, stderr := poolbench(t, "gate", results, results); code != 0 {
			t.Errorf("exit %d\n%s\n%s", code, stdout, stderr)
		}
	})
	t.Run("gate with one cell slower", func(t *testing.T) {
		// Of a stored record: how many blocks there are, and how noisy, is not up to the machine.
		stored := filepath.Join("..", "..", "..", "reports", "example", "results.txt")
		slow := "Grid/executor=processes/workload=spin/workers=2/grain=1024000"
		code, stdout, stderr := poolbench(t, "gate", stored, raised(t, stored, slow, 1.3))
		if code != gate.ExitRegression {
			t.Errorf("exit %d, want %d\n%s\n%s", code, gate.ExitRegression, stdout, stderr)
		}
		if !strings.Contains(stdout, "processes × 2") && !strings.Contains(stdout, slow) {
			t.Errorf("the slow cell is not named:\n%s", stdout)
		}
		if !strings.Contains(stdout, "1 of 174 benchmarks regressed") {
			t.Errorf("not exactly one regression:\n%s", stdout)
		}
	})
}

// raised copies a record with the times of one cell multiplied.
func raised(t *testing.T, path, cell string, factor float64) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^(Benchmark` + regexp.QuoteMeta(cell) + `-\d+ +1 +)(\S+)( sec/op.*)$`)
	n := 0
	slow := line.ReplaceAllStringFunc(string(text), func(s string) string {
		n++
		parts := line.FindStringSubmatch(s)
		var seconds float64
		if _, err := fmt.Sscan(parts[2], &seconds); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(parts[1], seconds*factor, parts[3])
	})
	if n == 0 {
		t.Fatalf("%s is not in the record", cell)
	}
	out := filepath.Join(t.TempDir(), "slow.txt")
	if err := os.WriteFile(out, []byte(slow), 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

func compareTrees(t *testing.T, a, b string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(a, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		rel, _ := filepath.Rel(a, path)
		first, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		second, err := os.ReadFile(filepath.Join(b, rel))
		if err != nil {
			return err
		}
		if !bytes.Equal(first, second) {
			t.Errorf("%s differs", rel)
		}
		return nil
	})
	if err != nil || files < 4 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestWrongUsage(t *testing.T) {
	t.Setenv(workloads.DSN, "") // -dsn sets it
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := "BenchmarkGrid/executor=serial/workload=spin/workers=1/grain=1000-2 1 0.1 sec/op\n"
	for _, test := range []struct {
		name string
		args []string
		says []string
	}{
		{"command", []string{"rnu"}, []string{`unknown command "rnu"`, `did you mean "run"?`}},
		{"help of no command", []string{"help", "rnu"}, []string{`unknown command "rnu"`, `did you mean "run"?`}},
		{"axis that no workload has", []string{"run", "-axis", "dial=3"}, []string{"-axis dial", "payload (tiny)"}},
		{"payload beyond any sense", []string{"run", "-axis", "payload=0,1e12"}, []string{"-axis", "payload", "whole number"}},
		{"payload too large", []string{"run", "-axis", "payload=0,100000000"}, []string{"-axis", "payload", "1048576"}},
		{"slots below none", []string{"run", "-workloads", "echo", "-axis", "slots=4,-1"}, []string{"-axis: echo", `slots="-1"`}},
		{"share that is no number", []string{"run", "-workloads", "critical", "-axis", "share=NaN"}, []string{"-axis: critical", `share="NaN"`}},
		{"heap beyond any sense", []string{"run", "-workloads", "alloc", "-axis", "heap=99999999"}, []string{"-axis: alloc", `heap="99999999" is out of range`, "1024"}},
		{"file that nobody can have", []string{"run", "-workloads", "file", "-axis", "does=burn"}, []string{"-axis: file", `does="burn"`, "read, write, sync"}},
		{"no server", []string{"run", "-workloads", "postgres"}, []string{"-workloads postgres", "-dsn postgres://"}},
		{"server that is not there", []string{"run", "-workloads", "spin,redis", "-dsn", "redis://u:secret@127.0.0.1:1/0"}, []string{"-workloads redis", "redis://u:xxxxx@127.0.0.1:1/0 cannot be used"}},
		{"database that is not there", []string{"run", "-workloads", "postgres", "-dsn", "postgres://u:secret@127.0.0.1:1/x"}, []string{"-workloads postgres", "postgres://u:xxxxx@127.0.0.1:1/x cannot be used"}},
		{"another kind of server", []string{"run", "-workloads", "postgres", "-dsn", "mysql://127.0.0.1/"}, []string{"-workloads postgres", "-dsn postgres://"}},
		{"server for nobody", []string{"run", "-workloads", "spin", "-dsn", "redis://127.0.0.1/"}, []string{"-dsn", "no workload"}},
		{"no workloads", []string{"run", "-workloads", ""}, []string{"-workloads", "at least one"}},
		{"no executors", []string{"run", "-executors", ","}, []string{"-executors", "at least one"}},
		{"empty workers", []string{"run", "-workers="}, []string{"-workers", "at least one"}},
		{"no grains", []string{"run", "-grains="}, []string{"-grains", "at least one"}},
		{"no directory", []string{"run", "-out="}, []string{"-out", "directory"}},
		{"negative blocks", []string{"run", "-blocks", "-1"}, []string{"-blocks", "above 0"}},
		{"gate without CPUs", []string{"gate", "-base", "HEAD", "-cpu="}, []string{"-cpu", "at least one"}},
		{"gate without packages", []string{"gate", "-base", "HEAD", "-pkg="}, []string{"-pkg", "./..."}},
		{"gate without a pattern", []string{"gate", "-base", "HEAD", "-bench="}, []string{"-bench", "expression"}},
		{"gate without a directory", []string{"gate", "-base", "HEAD", "-out="}, []string{"-out", "directory"}},
		{"flag", []string{"run", "-budgett", "3s"}, []string{"-budgett", `did you mean "-budget"?`}},
		{"workload", []string{"run", "-workloads", "spinn"}, []string{"-workloads", `"spinn"`, `did you mean "spin"?`, "montecarlo"}},
		{"executor", []string{"run", "-executors", "proces"}, []string{"-executors", `did you mean "processes"?`, "goroutines"}},
		{"workers", []string{"run", "-workers", "two"}, []string{"-workers", `"two"`}},
		{"no workers", []string{"run", "-workers", "0"}, []string{"-workers", `"0"`}},
		{"grains", []string{"run", "-grains", "10"}, []string{"-grains", `"10"`, "10us"}},
		{"budget", []string{"run", "-budget", "soon"}, []string{"budget", "soon"}},
		{"negative budget", []string{"run", "-budget", "-3s"}, []string{"-budget", "above 0"}},
		{"grain too long", []string{"run", "-workloads", "spin", "-grains", "10s"}, []string{"use smaller grains"}},
		{"budget too small", []string{"run", "-budget", "10ms"}, []string{"larger budget"}},
		{"no budget", []string{"run", "-budget", "0"}, []string{"-budget", "above 0"}},
		{"no share of faults", []string{"run", "-faults", "0"}, []string{"-faults", "above 0 and up to 0.5"}},
		{"faults of no number", []string{"run", "-faults", "0.01,NaN"}, []string{"-faults", "NaN", "share"}},
		{"less than a task at fault", []string{"run", "-n", "-faults", "0.001", "-executors", "goroutines"}, []string{"0.001", "a share of the tasks from 0.005"}},
		{"faults of workloads", []string{"run", "-faults", "0.01", "-workloads", "spin"}, []string{"-faults and -workloads together"}},
		{"plan of a resumed run", []string{"run", "-n", "-resume"}, []string{"-n and -resume"}},
		{"progress", []string{"run", "-progress", "barr"}, []string{"-progress", `did you mean "bar"?`}},
		{"color", []string{"report", "-color", "sometimes", "x"}, []string{"-color", "never"}},
		{"argument", []string{"run", "spin"}, []string{"no arguments", "spin"}},
		{"no record", []string{"report"}, []string{"one record"}},
		{"missing file", []string{"report", filepath.Join(dir, "none.txt")}, []string{"none.txt", "no such file"}},
		{"empty file", []string{"report", write("empty.txt", "")}, []string{"empty.txt:1", "empty"}},
		{"binary file", []string{"report", write("binary.txt", good+"\x00\x01")}, []string{"binary.txt:2", "binary"}},
		{"cut off", []string{"report", write("cut.txt", good+good[:len(good)-5])}, []string{"cut.txt:2", "cut off"}},
		{"malformed", []string{"gate", write("bad.txt", good+"BenchmarkGrid/executor=a 1 x sec/op\n"), write("good.txt", good)}, []string{"bad.txt:2"}},
		{"not finite", []string{"report", write("nan.txt", good+"BenchmarkX 1 NaN sec/op\n")}, []string{"nan.txt:2", "finite"}},
		{"directory", []string{"report", dir}, []string{"is a directory"}},
		{"gate with three files", []string{"gate", "x", "y", "z"}, []string{"BASE and HEAD"}},
		{"gate of a missing file", []string{"gate", "x"}, []string{"open x: no such file"}},
		{"limit", []string{"gate", "-limit", "much", "a", "b"}, []string{"limit", "5%"}},
		{"fail-on", []string{"gate", "-fail-on", "inconclusiv", "a", "b"}, []string{`did you mean "inconclusive"?`}},
		{"resume nothing", []string{"run", "-resume", "-out", filepath.Join(dir, "nowhere")}, []string{"-resume", "no record"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, _, stderr := poolbench(t, test.args...)
			if code != program.Usage {
				t.Errorf("exit %d, want %d", code, program.Usage)
			}
			if strings.Contains(stderr, "secret") {
				t.Errorf("a password is told: %s", stderr)
			}
			for _, want := range test.says {
				if !strings.Contains(stderr, want) {
					t.Errorf("%q does not say %q", stderr, want)
				}
			}
			if lines := strings.Count(stderr, "\n"); lines != 1 {
				t.Errorf("%d lines, want one sentence:\n%s", lines, stderr)
			}
		})
	}
}

func TestPlanIsPrintedAndKept(t *testing.T) {
	args := []string{"run", "-n", "-seed", "42", "-workloads", "spin", "-grains", "10us"}
	code, first, _ := poolbench(t, args...)
	_, second, _ := poolbench(t, args...)
	if code != 0 || first != second || !strings.Contains(first, "seed 42") {
		t.Errorf("exit %d\n%s", code, first)
	}
}

func TestList(t *testing.T) {
	code, stdout, _ := poolbench(t, "list")
	for _, want := range []string{"sleep", "spin", "montecarlo", "matmul", "tiny", "query", "hash", "file", "serial", "spawn", "goroutines", "threads", "processes", "speedup", "crossover"} {
		if !strings.Contains(stdout, "\n  "+want) {
			t.Errorf("%s is not listed", want)
		}
	}
	if code != 0 {
		t.Errorf("exit %d", code)
	}
}

// -v prints all that workloads say of themselves.
func TestListVerbose(t *testing.T) {
	code, stdout, stderr := poolbench(t, "list", "-v", "workloads")
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d\n%s", code, stderr)
	}
	paragraphs := strings.Split(stdout, "\n\n")
	all := slices.SortedFunc(slices.Values(append(workloads.All(), server.All()...)), byName)
	if len(paragraphs) != len(all) {
		t.Fatalf("%d paragraphs of %d workloads\n%s", len(paragraphs), len(all), stdout)
	}
	for i, w := range all {
		wants := []string{"  " + w.Name + ": " + w.Doc, w.Unit, w.Truth, w.Source}
		for _, a := range w.Axes {
			wants = append(wants, "-axis "+a.Name+" ", a.Doc, strings.Join(a.Values, ", "))
		}
		for _, want := range wants {
			if !strings.Contains(paragraphs[i], want) {
				t.Errorf("%q is not in\n%s", want, paragraphs[i])
			}
		}
		if !strings.Contains(paragraphs[i], "/⌈") && strings.HasPrefix(w.Source, "independent tasks") {
			t.Errorf("no formula in\n%s", paragraphs[i])
		}
	}
	if code, stdout, _ := poolbench(t, "list", "-v"); code != 0 || !strings.Contains(stdout, "Units\n") {
		t.Errorf("exit %d\n%s", code, stdout)
	}
	if code, _, stderr := poolbench(t, "list", "workload"); code != program.Usage || !strings.Contains(stderr, `did you mean "workloads"?`) {
		t.Errorf("exit %d\n%s", code, stderr)
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"-h"}, {"run", "-h"}, {"gate", "-help"}, {"help", "gate"}, {"selftest", "-h"}, {"list", "-h"}, {"report", "-h"}} {
		if code, stdout, stderr := poolbench(t, args...); code != 0 || stdout == "" || stderr != "" {
			t.Errorf("%q: exit %d, stdout %q, stderr %q", args, code, stdout, stderr)
		}
	}
}

// What -h of each command says is stored, but for the worker counts, which the machine has.
func TestHelpIsStored(t *testing.T) {
	counts := regexp.MustCompile(`(comma-separated worker counts \(default )[0-9,]+`)
	for _, name := range []string{"", "run", "report", "gate", "selftest", "list"} {
		_, text, _ := poolbench(t, strings.Fields(name+" -h")...)
		text = counts.ReplaceAllString(text, "${1}of the machine")
		path := filepath.Join("testdata", "help", cmp.Or(name, "poolbench")+".txt")
		if *update {
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(path); err != nil || string(want) != text {
			t.Errorf("%s is another one now (%v); read it and run the test with -update:\n%s", path, err, text)
		}
	}
}

// TestGoBenchOutput feeds the format of go test -bench through report and gate.
func TestGoBenchOutput(t *testing.T) {
	var text strings.Builder
	text.WriteString("goos: linux\ngoarch: amd64\npkg: example.org/x\ncpu: some CPU\n")
	for i := range 8 {
		for _, workers := range []int{1, 2, 4} {
			for _, grain := range []int{1000, 10000, 100000} {
				if workers == 1 {
					fmt.Fprintf(&text, "BenchmarkMine/executor=serial/workload=spin/workers=1/grain=%d-2 \t 100\t %d ns/op\t 100 tasks/op\n", grain, 100*grain+i)
				}
				fmt.Fprintf(&text, "BenchmarkMine/executor=mine/workload=spin/workers=%d/grain=%d-2 \t 100\t %d ns/op\t 100 tasks/op\n", workers, grain, 100*(grain/workers+2000)+10*i)
			}
		}
	}
	text.WriteString("PASS\nok  \texample.org/x\t1.2s\n")
	path := filepath.Join(t.TempDir(), "bench.txt")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := poolbench(t, "report", "-out", t.TempDir(), path)
	if code != 0 || !strings.Contains(stdout, "mine") {
		t.Errorf("report: exit %d\n%s%s", code, stdout, stderr)
	}
	if code, stdout, stderr := poolbench(t, "gate", path, path); code != 0 {
		t.Errorf("gate: exit %d\n%s%s", code, stdout, stderr)
	}
}

func TestCancelledBeforeStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	code := run(ctx, []string{"run", "-out", t.TempDir(), "-workloads", "spin"}, &out, &errs)
	if code != program.Interrupted {
		t.Errorf("exit %d\n%s", code, errs.String())
	}
}

func notesOf(t *testing.T, path string) *record.Record {
	t.Helper()
	rec, err := record.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}
